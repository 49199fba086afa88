import { ActionIcon, Badge, Button, Group, Select, Stack, Text, Tooltip } from "@mantine/core";
import { IconFocus2, IconHistory, IconTrash, IconWand } from "@tabler/icons-react";
import { useSyncExternalStore } from "react";
import { partsAfterUnmerge, setClassAct, statusOf, unmergeAct } from "../../../core/edit/nucleus-acts.ts";
import { ProposedClassLine } from "../../ui/proposed-class.tsx";
import { KeyMark, useShownKey, withKey } from "../../ui/shown-keys.tsx";
import styles from "../editor.module.css";
import { runCommand } from "../editor-commands.ts";
import type { EditorProps, NucleusRow, ProposalRef } from "../editor-contract.ts";
import type { EditorController } from "../editor-controller.ts";
import { cssOfRgb, rgbOfLabel } from "../layers/label-color.ts";
import { ShapeButtons } from "../shape/shape-buttons.tsx";
import { useObservable } from "../use-observable.ts";
import { formatUm3, formatWhen } from "./nucleus-words.ts";
import { StatusMark, statusWords } from "./status-mark.tsx";

/** The selected nucleus or proposal: what it is, and what can be done with it. */
export function SelectedCard({ editor, props }: { editor: EditorController; props: EditorProps }) {
  const { document } = props;
  useSyncExternalStore(
    (listener) => document.subscribe(listener),
    () => document.nucleiRevision,
    () => 0,
  );
  const shownKey = useShownKey();
  const selected = useObservable(editor.view, (view) => view.selectedLabel);
  const proposal = useObservable(editor.store, (state) => state.proposal);
  if (proposal) return <ProposalCard editor={editor} proposal={proposal} canEdit={document.canEdit} />;
  if (selected === 0)
    return (
      <div className={styles.card}>
        <Text size="xs" c="dimmed">
          Nothing selected. Click a nucleus in any pane or in the list.
        </Text>
      </div>
    );
  const label = document.canonicalLabel(selected);
  const fields = document.fieldsOf(label);
  const isThis = (candidate: NucleusRow) => candidate.label === label;
  const row = props.nuclei.data?.find(isThis) ?? editor.ownWork.newRows().find(isThis);
  const number = editor.numberOf(label);
  const status = statusOf(document, label);
  return (
    <div className={styles.card} data-testid="selected-card">
      <Stack gap={6}>
        <Group gap={8} wrap="nowrap" justify="space-between">
          <Group gap={6} wrap="nowrap">
            <span className={styles.swatch} style={{ background: cssOfRgb(rgbOfLabel(label)) }} aria-hidden />
            <Text size="sm" fw={600}>
              {number === null ? "New nucleus" : `Nucleus ${number}`}
            </Text>
            <StatusMark status={status} />
            <Text size="xs">{statusWords[status]}</Text>
          </Group>
          <Group gap={2} wrap="nowrap">
            <Tooltip label={withKey("Fly to it", shownKey("nucleus.show"))}>
              <ActionIcon
                size="sm"
                variant="subtle"
                color="gray"
                aria-label="Fly to it"
                onClick={() => runCommand(editor, "nucleus.show")}
              >
                <IconFocus2 size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
            <Tooltip label={withKey("Outline it anew by the newest model", shownKey("nucleus.again"))}>
              <ActionIcon
                size="sm"
                variant="subtle"
                color="gray"
                aria-label="Outline it anew"
                disabled={!document.canEdit}
                onClick={() => runCommand(editor, "nucleus.again")}
              >
                <IconWand size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
            <Tooltip label={withKey("History of this nucleus", shownKey("nucleus.history"))}>
              <ActionIcon
                size="sm"
                variant="subtle"
                color="gray"
                aria-label="History of this nucleus"
                onClick={() => runCommand(editor, "nucleus.history")}
              >
                <IconHistory size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
            <Tooltip label={withKey("Delete it in the whole volume", shownKey("nucleus.delete"))}>
              <ActionIcon
                size="sm"
                variant="subtle"
                color="red"
                aria-label="Delete the nucleus"
                disabled={!document.canEdit}
                onClick={() => runCommand(editor, "nucleus.delete")}
              >
                <IconTrash size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
          </Group>
        </Group>
        <Text size="xs" c="dimmed">
          {describe(row, fields.origin)} · label {label}
        </Text>
        <Group gap={8} wrap="nowrap">
          <Select
            size="xs"
            flex={1}
            aria-label="Class"
            placeholder={props.classes.length === 0 ? "No classes in this project" : "No class"}
            clearable
            disabled={!document.canEdit || props.classes.length === 0}
            data={props.classes.map((entry) => ({
              value: entry.name,
              label: entry.digit === null ? entry.name : `${entry.digit}  ${entry.name}`,
            }))}
            value={fields.class ?? null}
            onChange={(name) =>
              void editor.commit(setClassAct(label, name)).catch((error: unknown) => editor.fail(error))
            }
          />
          <Button
            size="compact-sm"
            variant="default"
            disabled={!document.canEdit}
            onClick={() => runCommand(editor, "nucleus.unfinished")}
            rightSection={<KeyMark command="nucleus.unfinished" />}
          >
            {status === "unfinished" ? "Finished" : "Unfinished"}
          </Button>
        </Group>
        {props.renderReview(label, row)}
        <ShapeButtons editor={editor} canEdit={document.canEdit} />
        <MergedParts editor={editor} label={label} />
      </Stack>
    </div>
  );
}

function describe(row: NucleusRow | undefined, origin: string | undefined): string {
  const from = origin === undefined ? "painted by hand" : origin === "import" ? "imported" : "from a proposal";
  if (!row) return `${from} · not counted yet`;
  const merged = `${formatUm3(row.volumeUm3)} · ${row.by}, ${formatWhen(row.changedAt)} · ${from}`;
  return row.uncertainty === null ? merged : `${merged} · uncertainty ${row.uncertainty.toFixed(2)}`;
}

/** Parts that were merged stay known: any of them can be taken out again, exactly. */
function MergedParts({ editor, label }: { editor: EditorController; label: number }) {
  const { document } = editor.props();
  const members = document.membersOf(label);
  if (members.length < 2) return null;
  const takeOut = (member: number, part: number): void => {
    const others = partsAfterUnmerge(document, member).length - 2;
    void editor.commit(unmergeAct(document, member)).catch((error: unknown) => editor.fail(error));
    if (others > 0)
      editor.notify({
        tone: "info",
        text: `Part ${part} held the others together: they fell into ${others + 1} nuclei. Undo brings all back.`,
      });
  };
  return (
    <Group gap={4}>
      <Text size="xs" c="dimmed">
        Merged of
      </Text>
      {members.map((member, i) => (
        <Tooltip key={member} label={`Take this part out again (label ${member})`}>
          <Badge
            component="button"
            size="sm"
            variant="default"
            disabled={!document.canEdit}
            onClick={() => takeOut(member, i + 1)}
            style={{ cursor: "pointer" }}
          >
            part {i + 1} ×
          </Badge>
        </Tooltip>
      ))}
    </Group>
  );
}

interface ProposalCardProps {
  readonly editor: EditorController;
  readonly proposal: ProposalRef;
  readonly canEdit: boolean;
}

function ProposalCard({ editor, proposal, canEdit }: ProposalCardProps) {
  return (
    <div className={styles.card} data-testid="proposal-card">
      <Stack gap={6}>
        <Group gap={6}>
          <StatusMark status="proposed" />
          <Text size="sm" fw={600}>
            Proposal {proposal.label}
          </Text>
          <Text size="xs" c="dimmed">
            Is this one whole nucleus?
          </Text>
        </Group>
        {proposal.proposedClass && <ProposedClassLine proposed={proposal.proposedClass} />}
        <Group gap={6} grow preventGrowOverflow={false} wrap="nowrap">
          {(
            [
              ["review.accept", "Accept"],
              ["review.correct", "Correct"],
              ["review.reject", "No nucleus"],
            ] as const
          ).map(([command, text]) => (
            <Button
              key={command}
              size="compact-xs"
              px={6}
              variant="default"
              disabled={!canEdit}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => runCommand(editor, command)}
              rightSection={<KeyMark command={command} />}
            >
              {text}
            </Button>
          ))}
        </Group>
      </Stack>
    </div>
  );
}
