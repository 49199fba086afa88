import { Button, Group, Select, Stack, Text } from "@mantine/core";
import type { LabelMode } from "../../core/import/import-request.ts";
import type { ProblemFields } from "../../core/problem.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { ProblemAlert } from "../ui/problem-alert.tsx";
import { ImageChoice } from "./image-choice.tsx";
import type { ArrivedFile, ChosenImage } from "./import-draft.ts";
import { CompleteChoice, LabelModeChoice } from "./label-choice.tsx";

export interface LabelsDraft {
  readonly labels: ChosenImage;
  readonly volumeId: string | null;
  readonly mode: LabelMode;
  /** Every nucleus of the volume is in it. */
  readonly complete: boolean;
}

/** A label image that came by itself: to which volume it belongs, and what it is taken for. */
export function AddLabelsForm(props: {
  file: ArrivedFile;
  draft: LabelsDraft;
  volumes: readonly { id: string; name: string; shapeZyx: Zyx }[];
  pending: boolean;
  problem: ProblemFields | null;
  onChange(draft: LabelsDraft): void;
  onStart(): void;
  onDrop(): void;
  /** It is an image after all. */
  onIsImage(): void;
}) {
  const { file, draft } = props;
  const image = file.contents.images.find(({ path }) => path === draft.labels.image) ?? file.contents.images[0];
  return (
    <Stack gap="sm">
      <div>
        <Text fw={600}>{file.fileName}</Text>
        <Text size="sm" c="dimmed">
          Looks like labels: {image.shapeZyx.join(" × ")} voxels, {image.pixelType}
        </Text>
      </div>
      <ImageChoice
        images={file.contents.images}
        chosen={draft.labels}
        onChange={(labels) => props.onChange({ ...draft, labels })}
      />
      <Select
        label="Belongs to the volume"
        placeholder={props.volumes.length ? "Choose" : "No volume is ready yet"}
        data={props.volumes.map(({ id, name, shapeZyx }) => ({
          value: id,
          label: `${name} — ${shapeZyx.join(" × ")}`,
        }))}
        value={draft.volumeId}
        onChange={(volumeId) => props.onChange({ ...draft, volumeId })}
      />
      <LabelModeChoice mode={draft.mode} onChange={(mode) => props.onChange({ ...draft, mode })} />
      <CompleteChoice chosen={draft} onChange={(complete) => props.onChange({ ...draft, complete })} />
      {props.problem && <ProblemAlert problem={props.problem} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="subtle" onClick={props.onIsImage}>
          It is an image
        </Button>
        <Button variant="default" onClick={props.onDrop}>
          Leave out
        </Button>
        <Button disabled={!draft.volumeId} loading={props.pending} onClick={props.onStart}>
          Add labels
        </Button>
      </Group>
    </Stack>
  );
}
