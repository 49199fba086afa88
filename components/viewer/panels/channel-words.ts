import { channelsOf, drawnChannels, labelledChannelOf } from "../image-channels.ts";
import type { ImageSource, ViewState } from "../viewer-contract.ts";

/** Which channel is labelled and which are looked at; null where a volume has one channel. */
export function channelSentence(image: ImageSource, view: ViewState): string | null {
  const channels = channelsOf(image);
  if (channels.length === 1) return null;
  const labelled = labelledChannelOf(image);
  const drawn = drawnChannels(view);
  const seen = drawn.map((place) => channels[place].name).join(" + ");
  if (drawn.length === 1 && drawn[0] === labelled)
    return `Labels are drawn on ${channels[labelled].name}, which you look at.`;
  return `Labels are drawn on ${channels[labelled].name}; you look at ${seen}.`;
}
