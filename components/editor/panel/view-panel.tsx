import { Button, Checkbox, Divider, Group, SegmentedControl, Slider, Stack, Switch, Text } from "@mantine/core";
import { type LabelStatus, labelStatuses } from "../../../core/labels/label-status.ts";
import { useShownKey, withKey } from "../../ui/shown-keys.tsx";
import { channelsOf } from "../../viewer/image-channels.ts";
import { ChannelPanel } from "../../viewer/panels/channel-panel.tsx";
import { ContrastPanel } from "../../viewer/panels/contrast-panel.tsx";
import { ProjectionPanel } from "../../viewer/panels/projection-panel.tsx";
import { ScenePanel } from "../../viewer/panels/scene-panel.tsx";
import { VolumeRenderingSwitch } from "../../viewer/panels/volume-rendering-switch.tsx";
import { runCommand } from "../editor-commands.ts";
import type { NucleusRow } from "../editor-contract.ts";
import type { EditorController } from "../editor-controller.ts";
import type { Coloring, EditorState } from "../editor-state.ts";
import { useChannelKey } from "../keys/use-shown-keys.ts";
import { NucleusSizeChoice } from "../nucleus-size/nucleus-size-choice.tsx";
import { useObservable } from "../use-observable.ts";
import { StatusMark, statusWords } from "./status-mark.tsx";

/** How image and labels are shown. */
export function ViewPanel({ editor, rows }: { editor: EditorController; rows: readonly NucleusRow[] }) {
  const state = useObservable(editor.store, (all) => all);
  const shownKey = useShownKey();
  const channelKey = useChannelKey(editor.keys);
  const { set } = editor.store;
  const channel = useObservable(editor.view, (view) => view.channel);
  const miniMap = useObservable(editor.view, (view) => view.miniMap);
  const isWholeScene = useObservable(
    editor.view,
    ({ scene: { clip, slab, isIsolated } }) => !clip && !slab.isOn && !isIsolated,
  );
  const { image } = editor.props();
  const channels = channelsOf(image);
  return (
    <Stack gap="sm" p={10}>
      {channels.length > 1 && (
        <>
          <Section title="Channels">
            <ChannelPanel image={image} view={editor.view} keyOf={channelKey} />
          </Section>
          <Divider />
        </>
      )}
      <Section title={channels.length > 1 ? `Contrast of ${channels[channel].name}` : "Contrast"}>
        <ContrastPanel image={image} view={editor.view} />
      </Section>
      <Divider />
      <Section title="Slices">
        <ProjectionPanel
          image={image}
          view={editor.view}
          words={withKey("The brightest of a thick slab", shownKey("view.projection"))}
        />
        <Switch
          size="xs"
          label={withKey("Map while zoomed in", shownKey("view.miniMap"))}
          checked={miniMap}
          onChange={(event) => editor.view.set({ miniMap: event.currentTarget.checked })}
        />
      </Section>
      <Divider />
      <Section title="3D">
        <VolumeRenderingSwitch view={editor.view} />
        <ScenePanel
          image={image}
          view={editor.view}
          words={{
            slices: withKey("The three slices in space", shownKey("scene.slices")),
            isolate: withKey("The selected nucleus alone", shownKey("scene.isolate")),
            slab: withKey("A slab round the crosshair's slice", shownKey("scene.slab")),
          }}
        />
        <Button
          size="compact-xs"
          variant="default"
          disabled={isWholeScene}
          onClick={() => runCommand(editor, "scene.unclip")}
        >
          Uncut, all nuclei
        </Button>
      </Section>
      <Divider />
      <Section title="Pictures, with scale bar">
        <Group gap="xs">
          <Button size="compact-xs" variant="default" onClick={() => runCommand(editor, "view.picture")}>
            {withKey("Panes, PNG", shownKey("view.picture"))}
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => runCommand(editor, "view.film")}>
            {withKey("Turning 3D, WebM", shownKey("view.film"))}
          </Button>
        </Group>
      </Section>
      <Divider />
      <Section title="Labels">
        <Group justify="space-between">
          <Switch
            size="xs"
            label={withKey("Labels", shownKey("view.labels"))}
            checked={state.labelsVisible}
            onChange={(event) => set({ labelsVisible: event.currentTarget.checked })}
          />
          <Switch
            size="xs"
            label={withKey("Outlines", shownKey("view.outlines"))}
            checked={state.outlinesOnly}
            onChange={(event) => set({ outlinesOnly: event.currentTarget.checked })}
          />
        </Group>
        <Opacity text="Label opacity" value={state.labelOpacity} onChange={(labelOpacity) => set({ labelOpacity })} />
        <Switch
          size="xs"
          label={withKey("Proposals, hatched", shownKey("view.proposals"))}
          checked={state.proposalsVisible}
          onChange={(event) => set({ proposalsVisible: event.currentTarget.checked })}
        />
        <Opacity
          text="Proposal opacity"
          value={state.proposalOpacity}
          onChange={(proposalOpacity) => set({ proposalOpacity })}
        />
        <Text size="xs" c="dimmed">
          Colour by
        </Text>
        <SegmentedControl
          size="xs"
          fullWidth
          aria-label="Colour labels by"
          data={[
            { value: "nucleus", label: "Nucleus" },
            { value: "status", label: "Status" },
            { value: "class", label: "Class" },
          ]}
          value={state.coloring}
          onChange={(coloring) => set({ coloring: coloring as Coloring })}
        />
      </Section>
      <Divider />
      <Section title="Size of nuclei, for the model">
        <NucleusSizeChoice editor={editor} />
      </Section>
      <Divider />
      <Section title="Show">
        <StatusSwitches state={state} rows={rows} onChange={(hiddenStatuses) => set({ hiddenStatuses })} />
      </Section>
    </Stack>
  );
}

function Section({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Stack gap={10}>
      <Text size="xs" fw={700} tt="uppercase" c="dimmed">
        {title}
      </Text>
      {children}
    </Stack>
  );
}

function Opacity({ text, value, onChange }: { text: string; value: number; onChange(value: number): void }) {
  return (
    <Group gap={8} wrap="nowrap">
      <Text size="xs" c="dimmed" w={142}>
        {text} {Math.round(value * 100)} %
      </Text>
      <Slider
        aria-label={text}
        thumbLabel={text}
        size="xs"
        flex={1}
        min={0.05}
        max={1}
        step={0.05}
        label={null}
        value={value}
        onChange={onChange}
      />
    </Group>
  );
}

function StatusSwitches(props: {
  state: EditorState;
  rows: readonly NucleusRow[];
  onChange(hidden: readonly LabelStatus[]): void;
}) {
  const hidden = props.state.hiddenStatuses;
  return labelStatuses.map((status) => {
    const count = props.rows.filter((row) => row.status === status).length;
    return (
      <Checkbox
        key={status}
        size="xs"
        label={
          <Group gap={6} component="span">
            <StatusMark status={status} />
            {statusWords[status]}
            {status !== "proposed" && (
              <Text size="xs" c="dimmed" component="span">
                {count}
              </Text>
            )}
          </Group>
        }
        checked={!hidden.includes(status)}
        onChange={() =>
          props.onChange(hidden.includes(status) ? hidden.filter((other) => other !== status) : [...hidden, status])
        }
      />
    );
  });
}
