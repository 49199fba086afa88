import { Checkbox, Radio, Select, Stack } from "@mantine/core";
import type { LabelMode } from "../../core/import/import-request.ts";
import { type ArrivedFile, type ChosenLabels, type ImageRef, UNANSWERED } from "./import-draft.ts";

const keyOf = ({ uploadId, image }: ImageRef): string => `${uploadId} ${image}`;

/** Label images that came with the volume, or none; and what they are taken for. */
export function LabelChoice(props: {
  /** The image of the volume itself is no choice. */
  files: readonly ArrivedFile[];
  image: ImageRef | null;
  chosen: ChosenLabels | null;
  onChange(chosen: ChosenLabels | null): void;
}) {
  const { chosen } = props;
  const candidates = props.files.flatMap((file) =>
    file.contents.images
      .map(({ path, shapeZyx, looksLikeLabels }) => ({
        ref: { uploadId: file.uploadId, image: path },
        shapeZyx,
        looksLikeLabels,
        file,
      }))
      .filter(({ ref }) => !props.image || keyOf(ref) !== keyOf(props.image)),
  );
  if (candidates.length === 0) return null;
  return (
    <Stack gap="xs">
      <Select
        label="Labels"
        data={candidates.map(({ ref, shapeZyx, file }) => ({
          value: keyOf(ref),
          label: `${file.fileName}${file.contents.images.length > 1 ? `: ${ref.image}` : ""} — ${shapeZyx.join(" × ")}`,
        }))}
        placeholder="None"
        clearable
        value={chosen && keyOf(chosen)}
        onChange={(key) => {
          const found = candidates.find(({ ref }) => keyOf(ref) === key);
          props.onChange(
            found
              ? {
                  ...found.ref,
                  ...UNANSWERED,
                  mode: chosen?.mode ?? "accepted",
                  complete: chosen?.complete ?? false,
                }
              : null,
          );
        }}
      />
      {chosen && <LabelModeChoice mode={chosen.mode} onChange={(mode) => props.onChange({ ...chosen, mode })} />}
      {chosen && <CompleteChoice chosen={chosen} onChange={(complete) => props.onChange({ ...chosen, complete })} />}
    </Stack>
  );
}

/** Only accepted labels can be complete: proposals are still to be judged. */
export function CompleteChoice(props: {
  chosen: { readonly mode: LabelMode; readonly complete: boolean };
  onChange(complete: boolean): void;
}) {
  if (props.chosen.mode !== "accepted") return null;
  return (
    <Checkbox
      label="Every nucleus of the volume is labelled"
      description="Then the rest is known to be empty, and the model learns from that too."
      checked={props.chosen.complete}
      onChange={(event) => props.onChange(event.currentTarget.checked)}
    />
  );
}

export function LabelModeChoice({ mode, onChange }: { mode: LabelMode; onChange(mode: LabelMode): void }) {
  return (
    <Radio.Group label="These labels are" value={mode} onChange={(value) => onChange(value as LabelMode)}>
      <Stack gap={6} mt={4}>
        <Radio
          value="accepted"
          label="Accepted nuclei"
          description="People drew or checked them: the model learns from them at once."
        />
        <Radio
          value="proposals"
          label="Proposals"
          description="A program made them: each is shown to a person, who accepts, corrects or rejects it."
        />
      </Stack>
    </Radio.Group>
  );
}
