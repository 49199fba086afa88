import { Checkbox, Text } from "@mantine/core";
import { type ChannelChoice, leftOutWords, planChannels } from "../../core/import/file-channels.ts";
import type { FileImage } from "../../core/import/file-contents.ts";

/** Whether the channels beside the one with the nuclei are kept: asked only where there are some. */
export function OtherChannels(props: {
  image: FileImage;
  labelled: number;
  choice: ChannelChoice;
  onChange(choice: ChannelChoice): void;
}) {
  const { image, labelled, choice } = props;
  if (image.channels.length === 1) return null;
  const others = planChannels(image, labelled, "all").kept.filter((channel) => !channel.labelled);
  const leftOut = leftOutWords(planChannels(image, labelled, choice).leftOut);
  return (
    <div>
      <Checkbox
        label={`Keep the other ${others.length === 1 ? "channel" : `${others.length} channels`} to look at`}
        description={`${others.map(({ name }) => name).join(", ")}: each takes about as much room as the one with the nuclei.`}
        checked={choice === "all"}
        onChange={(event) => props.onChange(event.currentTarget.checked ? "all" : "labelled")}
      />
      {leftOut && (
        <Text size="sm" c="dimmed" mt={4} role="status">
          {leftOut} What is left out can only be had by importing the file again.
        </Text>
      )}
    </div>
  );
}
