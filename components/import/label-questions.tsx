import { Checkbox, Radio, Select, Stack } from "@mantine/core";
import type { FileImage } from "../../core/import/file-contents.ts";
import type { FileQuestion } from "../../core/import/file-question.ts";
import type { LabelParts } from "../../core/import/label-findings.ts";
import { labelChannelQuestion, labelTimeQuestion, labelVoxelSizeQuestion } from "../../core/import/open-questions.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import type { LabelAnswers } from "./import-draft.ts";

/** What a label image leaves open: channel or colours, time, another voxel size, and what a mask's parts are. */
export function LabelQuestions<T extends LabelAnswers>(props: {
  labels: FileImage;
  imageTimes: number;
  voxelSizeZyx: Zyx | null;
  /** As the first look asks it; null where there is nothing to ask. */
  parts: FileQuestion | null;
  chosen: T;
  onChange(chosen: T): void;
}) {
  const { labels, chosen, onChange, parts } = props;
  const channel = labelChannelQuestion(labels);
  const time = labelTimeQuestion(labels, props.imageTimes);
  const size = labelVoxelSizeQuestion(labels, props.voxelSizeZyx);
  if (!channel && !time && !size && !parts) return null;
  return (
    <Stack gap="xs">
      {channel && (
        <Select
          label={channel.what}
          placeholder="Choose"
          required
          allowDeselect={false}
          data={channel.choices.map(({ answer, words }) => ({
            value: answer,
            label: answer === "colours" ? "Every colour is a nucleus" : `${answer}: ${words}`,
          }))}
          value={chosen.channel === null ? null : chosen.channel === "colours" ? "colours" : String(chosen.channel + 1)}
          onChange={(answer) =>
            answer && onChange({ ...chosen, channel: answer === "colours" ? "colours" : Number(answer) - 1 })
          }
        />
      )}
      {time && (
        <Select
          label={time.what}
          placeholder="Choose"
          required
          searchable
          limit={200}
          allowDeselect={false}
          data={Array.from({ length: labels.times }, (_, t) => ({ value: String(t), label: String(t + 1) }))}
          value={chosen.time === null ? null : String(chosen.time)}
          onChange={(answer) => answer && onChange({ ...chosen, time: Number(answer) })}
        />
      )}
      {size && (
        <Checkbox
          label="Take them all the same: the volume's voxel size is right, and the labels belong to it"
          description={size.what}
          checked={chosen.otherVoxelSize}
          onChange={(event) => onChange({ ...chosen, otherVoxelSize: event.currentTarget.checked })}
        />
      )}
      {parts && (
        <Radio.Group
          label={parts.what}
          required
          value={chosen.parts ?? null}
          onChange={(answer) => onChange({ ...chosen, parts: answer as LabelParts })}
        >
          <Stack gap={6} mt={4}>
            {parts.choices.map(({ answer, words }) => (
              <Radio key={answer} value={answer} label={words} />
            ))}
          </Stack>
        </Radio.Group>
      )}
    </Stack>
  );
}
