import { Alert, Autocomplete, Button, Group, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { unaskedChoice } from "../../core/import/file-channels.ts";
import { nameOfTime } from "../../core/import/file-names.ts";
import type { ProblemFields } from "../../core/problem.ts";
import { ProblemAlert } from "../ui/problem-alert.tsx";
import { ImageChoice } from "./image-choice.tsx";
import {
  type ArrivedFile,
  findImage,
  openQuestions,
  parseVoxelSize,
  type VolumeDraft,
  voxelFields,
} from "./import-draft.ts";
import { LabelChoice } from "./label-choice.tsx";
import { LabelQuestions } from "./label-questions.tsx";
import { FirstLook, type LookState } from "./look/first-look.tsx";
import { OtherChannels } from "./other-channels.tsx";

/** The questions that a file leaves open before it becomes a volume. */
export function VolumeForm(props: {
  file: ArrivedFile;
  files: readonly ArrivedFile[];
  draft: VolumeDraft;
  /** Specimens of the project, to choose the same one for a second volume of it. */
  specimens: readonly string[];
  pending: boolean;
  look: LookState;
  onLookAgain(): void;
  problem: ProblemFields | null;
  onChange(draft: VolumeDraft): void;
  onStart(): void;
  onDrop(): void;
}) {
  const { file, draft, onChange } = props;
  const image = findImage(props.files, draft.image) ?? file.contents.images[0];
  const parts = props.look.look?.questions.find(({ about }) => about === "labels-parts") ?? null;
  const questions = openQuestions(draft, props.files, parts);
  const labels = draft.labels && findImage(props.files, draft.labels);
  const voxelSizeZyx = parseVoxelSize(draft.voxelSizeZyx);
  const missingSize = !voxelSizeZyx;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        props.onStart();
      }}
    >
      <Stack gap="sm">
        <div>
          <Text fw={600}>{file.fileName}</Text>
          <Text size="sm" c="dimmed">
            {file.contents.format}, {image.shapeZyx.join(" × ")} voxels (z, y, x), {image.pixelType}
          </Text>
        </div>
        {file.contents.notes.length > 0 && (
          <Alert color="yellow" variant="light" p="xs">
            {file.contents.notes.map((note) => (
              <Text key={note} size="sm">
                {note}
              </Text>
            ))}
          </Alert>
        )}
        <ImageChoice
          images={file.contents.images}
          chosen={draft.image}
          everyTime={draft.everyTime === true}
          onChange={(chosen, everyTime) =>
            onChange({
              ...draft,
              image: chosen,
              everyTime,
              channels: chosen.image === draft.image.image ? draft.channels : undefined,
              voxelSizeZyx:
                chosen.image === draft.image.image ? draft.voxelSizeZyx : voxelFields(findImage(props.files, chosen)),
            })
          }
        />
        <OtherChannels
          image={image}
          labelled={draft.image.channel}
          choice={draft.channels ?? unaskedChoice(image)}
          onChange={(channels) => onChange({ ...draft, channels })}
        />
        {draft.everyTime && (
          <Text size="sm" c="dimmed">
            {image.times} volumes are made, {nameOfTime(draft.name.trim() || "…", 0, image.times)} to{" "}
            {nameOfTime(draft.name.trim() || "…", image.times - 1, image.times)}, all of the same specimen. The first
            look below is of the first.
          </Text>
        )}
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput
            label="Name"
            required
            maxLength={200}
            value={draft.name}
            onChange={(event) => onChange({ ...draft, name: event.currentTarget.value })}
          />
          <Autocomplete
            label="Specimen"
            description="Embryo, organoid or well it was taken from: training never tests on a specimen it has seen"
            placeholder="e.g. embryo 7"
            required
            maxLength={200}
            inputWrapperOrder={["label", "input", "description", "error"]}
            data={[...props.specimens]}
            value={draft.specimen}
            onChange={(specimen) => onChange({ ...draft, specimen })}
          />
        </SimpleGrid>
        <div>
          <Group gap="sm" align="flex-end">
            {(["z", "y", "x"] as const).map((axis, index) => (
              <TextInput
                key={axis}
                label={index === 0 ? "Voxel size z (slice distance), µm" : `${axis}, µm`}
                required
                inputMode="decimal"
                w={index === 0 ? 280 : 110}
                value={draft.voxelSizeZyx[index]}
                onChange={(event) => {
                  const fields: [string, string, string] = [...draft.voxelSizeZyx];
                  fields[index] = event.currentTarget.value;
                  onChange({ ...draft, voxelSizeZyx: fields });
                }}
              />
            ))}
          </Group>
          <Text size="xs" c={missingSize ? "red" : "dimmed"} mt={4}>
            {image.voxelSizeZyx
              ? `Read from the file (${image.voxelSizeNote}). Change it if you know better.`
              : `${image.voxelSizeNote} Please enter it: the microscope's settings say it. Distances, volumes and the model depend on it.`}
          </Text>
        </div>
        <LabelChoice
          files={props.files}
          image={draft.image}
          chosen={draft.labels}
          onChange={(labels) => onChange({ ...draft, labels })}
        />
        {draft.labels && labels && (
          <LabelQuestions
            labels={labels}
            imageTimes={image.times}
            voxelSizeZyx={voxelSizeZyx}
            parts={parts}
            chosen={draft.labels}
            onChange={(answered) => onChange({ ...draft, labels: answered })}
          />
        )}
        <FirstLook
          state={props.look}
          shapeZyx={image.shapeZyx}
          voxelSizeZyx={voxelSizeZyx}
          onRetry={props.onLookAgain}
        />
        {props.problem && <ProblemAlert problem={props.problem} />}
        <Group justify="space-between">
          <Text size="sm" c="dimmed" role="status">
            {questions.length > 0 && `Still needed: ${questions.join(", ")}.`}
          </Text>
          <Group gap="xs">
            <Button variant="default" onClick={props.onDrop}>
              Leave out
            </Button>
            <Button type="submit" disabled={questions.length > 0 || props.look.pending} loading={props.pending}>
              {draft.everyTime ? `Import ${image.times} volumes` : "Import"}
            </Button>
          </Group>
        </Group>
      </Stack>
    </form>
  );
}
