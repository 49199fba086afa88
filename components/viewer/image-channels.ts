import type { ImageChannel, ImageSource, ViewState } from "./viewer-contract.ts";

/** So many channels are drawn together at most: more colours are not told apart. */
export const MAX_TOGETHER = 4;

/** The channels of an image, one at least. */
export const channelsOf = (image: ImageSource): readonly ImageChannel[] =>
  image.channels ?? [{ ...image, name: "", rgb: [255, 255, 255] }];

export const labelledChannelOf = (image: ImageSource): number => image.labelledChannel ?? 0;

type ChannelState = Pick<ViewState, "channel" | "channels" | "together" | "contrast" | "gamma">;

/** Places of the channels that the slices show. */
export const drawnChannels = ({ channel, channels, together }: ChannelState): number[] =>
  together ? channels.flatMap(({ overlaid }, place) => (overlaid ? [place] : [])) : [channel];

/** The channels before and after it in the list, that somebody is likely to look at next. */
export function neighbourChannels(state: ChannelState): number[] {
  const { channel, channels } = state;
  const drawn = drawnChannels(state);
  const around = [channel + 1, channel - 1].map((place) => (place + channels.length) % channels.length);
  return [...new Set(around)].filter((place) => !drawn.includes(place));
}

/** How all channels are shown at the start: the labelled one, with the contrast of the import, the first four together. */
export function firstChannelState(image: ImageSource): ChannelState {
  const channel = labelledChannelOf(image);
  const others = channelsOf(image).flatMap((_, place) => (place === channel ? [] : [place]));
  const overlaid = new Set([channel, ...others.slice(0, MAX_TOGETHER - 1)]);
  const channels = channelsOf(image).map(({ contrast, rgb }, place) => ({
    contrast,
    gamma: 1,
    rgb,
    overlaid: overlaid.has(place),
  }));
  const { contrast, gamma } = channels[channel];
  return { channel, channels, together: false, contrast, gamma };
}

/**
 * A change of the view with what it means for channels: another channel comes with its own contrast, a contrast is that of the
 * channel that is looked at, and this one is always among those that are drawn together.
 */
export function withChannels<T extends ChannelState>(before: ChannelState, next: T, change: Partial<ChannelState>): T {
  const channel = next.channels[next.channel] ? next.channel : before.channel;
  const own = next.channels[channel];
  const isOther = channel !== before.channel || change.channels !== undefined;
  const contrast = isOther ? (change.contrast ?? own.contrast) : next.contrast;
  const gamma = isOther ? (change.gamma ?? own.gamma) : next.gamma;
  let channels = next.channels;
  if (own.contrast !== contrast || own.gamma !== gamma || !own.overlaid)
    channels = channels.with(channel, { ...own, contrast, gamma, overlaid: true });
  // The one that was looked at before makes room, else the last.
  let surplus = channels.filter(({ overlaid }) => overlaid).length - MAX_TOGETHER;
  for (const place of [before.channel, ...[...channels.keys()].reverse()]) {
    if (surplus <= 0) break;
    if (place === channel || !channels[place]?.overlaid) continue;
    channels = channels.with(place, { ...channels[place], overlaid: false });
    surplus--;
  }
  return { ...next, channel, contrast, gamma, channels };
}
