import { Badge, Checkbox, Group, Kbd, SegmentedControl, Stack, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { channelsOf, drawnChannels, labelledChannelOf, MAX_TOGETHER } from "../image-channels.ts";
import type { ChannelView, ImageSource, ViewStore } from "../viewer-contract.ts";
import styles from "./channel-panel.module.css";
import { channelSentence } from "./channel-words.ts";

type Rgb = ChannelView["rgb"];

const hexOf = (rgb: Rgb): string => `#${rgb.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
const rgbOf = (hex: string): Rgb => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;

/** Which channel is looked at, or which are drawn together and in which colours. Contrast is that of the one looked at. */
export function ChannelPanel({
  image,
  view,
  keyOf,
}: {
  image: ImageSource;
  view: ViewStore;
  keyOf(place: number): string;
}) {
  const state = useSyncExternalStore(view.subscribe, view.get, view.get);
  const channels = channelsOf(image);
  if (channels.length === 1) return null;
  const { together } = state;
  const drawn = drawnChannels(state);
  const change = (place: number, to: Partial<ChannelView>) =>
    view.set({ channels: state.channels.with(place, { ...state.channels[place], ...to }) });
  return (
    <Stack gap={6}>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label="Channels in the slices"
        data={[
          { value: "one", label: "One channel" },
          { value: "together", label: "Together, in colours" },
        ]}
        value={together ? "together" : "one"}
        onChange={(value) => view.set({ together: value === "together" })}
      />
      <div role="radiogroup" aria-label="Channel that you look at" className={styles.list}>
        {channels.map(({ name }, place) => {
          const { rgb, overlaid } = state.channels[place];
          const isActive = place === state.channel;
          const isFull = !overlaid && drawn.length >= MAX_TOGETHER;
          return (
            <Group
              // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes, and a file may use a name twice
              key={`${place} ${name}`}
              gap={6}
              wrap="nowrap"
              className={styles.row}
              data-active={isActive || undefined}
            >
              {together && (
                <>
                  <Tooltip label={isFull ? `At most ${MAX_TOGETHER} together` : "Draw it"} openDelay={400}>
                    <Checkbox
                      size="xs"
                      aria-label={`Draw ${name}`}
                      checked={overlaid}
                      disabled={isActive || isFull}
                      onChange={(event) => change(place, { overlaid: event.currentTarget.checked })}
                    />
                  </Tooltip>
                  <input
                    type="color"
                    className={styles.color}
                    aria-label={`Colour of ${name}`}
                    value={hexOf(rgb)}
                    onChange={(event) => change(place, { rgb: rgbOf(event.currentTarget.value) })}
                  />
                </>
              )}
              <UnstyledButton
                role="radio"
                aria-checked={isActive}
                className={styles.name}
                title={name}
                onClick={() => view.set({ channel: place })}
              >
                <Text size="xs" fw={isActive ? 700 : 400} truncate>
                  {name}
                </Text>
              </UnstyledButton>
              {place === labelledChannelOf(image) && (
                <Badge size="xs" variant="light" flex="none">
                  labelled
                </Badge>
              )}
              {keyOf(place) && (
                <Kbd size="xs" style={{ flex: "none" }}>
                  {keyOf(place)}
                </Kbd>
              )}
            </Group>
          );
        })}
      </div>
      <Text size="xs" c="dimmed" role="status">
        {channelSentence(image, state)}
        {together && ` 3D shows ${channels[state.channel].name}.`}
      </Text>
    </Stack>
  );
}
