import { Group, Select } from "@mantine/core";
import { channelsOf } from "../../core/import/file-channels.ts";
import type { FileImage } from "../../core/import/file-contents.ts";
import type { ChosenImage } from "./import-draft.ts";

const EVERY = "every";

/** Which image, channel and time of a file: asked only where there is a choice. */
export function ImageChoice(props: {
  images: readonly FileImage[];
  chosen: ChosenImage;
  everyTime: boolean;
  onChange(chosen: ChosenImage, everyTime: boolean): void;
}) {
  const { images, chosen, everyTime } = props;
  const image = images.find(({ path }) => path === chosen.image) ?? images[0];
  return (
    <Group grow align="flex-start">
      {images.length > 1 && (
        <Select
          label="Image in the file"
          allowDeselect={false}
          data={images.map(({ path, shapeZyx, pixelType }) => ({
            value: path,
            label: `${path} — ${shapeZyx.join(" × ")}, ${pixelType}`,
          }))}
          value={chosen.image}
          onChange={(path) => path && props.onChange({ ...chosen, image: path, channel: 0, time: 0 }, false)}
        />
      )}
      {image.channels.length > 1 && (
        <Select
          label="Channel with the nuclei"
          allowDeselect={false}
          data={channelsOf(image).map(({ name, index }) => ({ value: String(index), label: `${index + 1}: ${name}` }))}
          value={String(chosen.channel)}
          onChange={(index) => props.onChange({ ...chosen, channel: Number(index) }, everyTime)}
        />
      )}
      {image.times > 1 && (
        <Select
          label={`Time point (of ${image.times})`}
          allowDeselect={false}
          searchable
          limit={200}
          data={[
            { value: EVERY, label: `All ${image.times}, each a volume of its own` },
            ...Array.from({ length: image.times }, (_, index) => ({ value: String(index), label: String(index + 1) })),
          ]}
          value={everyTime ? EVERY : String(chosen.time)}
          onChange={(value) =>
            value === EVERY
              ? props.onChange({ ...chosen, time: 0 }, true)
              : props.onChange({ ...chosen, time: Number(value) }, false)
          }
        />
      )}
    </Group>
  );
}
