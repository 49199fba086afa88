import { Button, Group, Select, Stack, Text } from "@mantine/core";
import type { LabelMode } from "../../core/import/import-request.ts";
import type { ProblemFields } from "../../core/problem.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { ProblemAlert } from "../ui/problem-alert.tsx";
import { type ArrivedFile, type ImageRef, type LabelAnswers, openLabelQuestions, UNANSWERED } from "./import-draft.ts";
import { CompleteChoice, LabelModeChoice } from "./label-choice.tsx";
import { LabelQuestions } from "./label-questions.tsx";
import { FirstLook, type LookState } from "./look/first-look.tsx";

export interface LabelsDraft {
  readonly labels: ImageRef & LabelAnswers;
  readonly volumeId: string | null;
  readonly mode: LabelMode;
  /** Every nucleus of the volume is in it. */
  readonly complete: boolean;
}

/** A label image that came by itself: to which volume it belongs, and what it is taken for. */
export function AddLabelsForm(props: {
  file: ArrivedFile;
  draft: LabelsDraft;
  volumes: readonly { id: string; name: string; shapeZyx: Zyx; voxelSizeZyx: Zyx }[];
  pending: boolean;
  look: LookState;
  onLookAgain(): void;
  problem: ProblemFields | null;
  onChange(draft: LabelsDraft): void;
  onStart(): void;
  onDrop(): void;
  /** It is an image after all. */
  onIsImage(): void;
}) {
  const { file, draft } = props;
  const image = file.contents.images.find(({ path }) => path === draft.labels.image) ?? file.contents.images[0];
  const volume = props.volumes.find(({ id }) => id === draft.volumeId);
  const parts = props.look.look?.questions.find(({ about }) => about === "labels-parts") ?? null;
  const questions = volume ? openLabelQuestions(draft.labels, image, { ...volume, times: 1 }, parts) : ["the volume"];
  return (
    <Stack gap="sm">
      <div>
        <Text fw={600}>{file.fileName}</Text>
        <Text size="sm" c="dimmed">
          Looks like labels: {image.shapeZyx.join(" × ")} voxels, {image.pixelType}
        </Text>
      </div>
      {file.contents.images.length > 1 && (
        <Select
          label="Image in the file"
          allowDeselect={false}
          data={file.contents.images.map(({ path, shapeZyx, pixelType }) => ({
            value: path,
            label: `${path} — ${shapeZyx.join(" × ")}, ${pixelType}`,
          }))}
          value={draft.labels.image}
          onChange={(path) =>
            path && props.onChange({ ...draft, labels: { ...UNANSWERED, uploadId: file.uploadId, image: path } })
          }
        />
      )}
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
      <LabelQuestions
        labels={image}
        imageTimes={1}
        voxelSizeZyx={volume?.voxelSizeZyx ?? null}
        parts={parts}
        chosen={draft.labels}
        onChange={(labels) => props.onChange({ ...draft, labels })}
      />
      {volume && (
        <FirstLook
          state={props.look}
          shapeZyx={volume.shapeZyx}
          voxelSizeZyx={volume.voxelSizeZyx}
          onRetry={props.onLookAgain}
        />
      )}
      {props.problem && <ProblemAlert problem={props.problem} />}
      {questions.length > 0 && (
        <Text size="sm" c="dimmed" role="status">
          Still needed: {questions.join(", ")}.
        </Text>
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="subtle" onClick={props.onIsImage}>
          It is an image
        </Button>
        <Button variant="default" onClick={props.onDrop}>
          Leave out
        </Button>
        <Button disabled={questions.length > 0 || props.look.pending} loading={props.pending} onClick={props.onStart}>
          Add labels
        </Button>
      </Group>
    </Stack>
  );
}
