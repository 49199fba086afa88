import { plainText } from "../plain-text.ts";
import { nameFlaw, normalizeName } from "../text/name-flaw.ts";
import type { FileImage } from "./file-contents.ts";

/** A channel of an image, as its file states it. */
export interface FileChannel {
  /** Place in the file, from 0. */
  readonly index: number;
  readonly name: string;
  /** `RRGGBB`; null where the file states none. */
  readonly color: string | null;
}

/** A channel that an import keeps. One of them is labelled, the others are there to look at. */
export interface KeptChannel extends FileChannel {
  readonly labelled: boolean;
}

/** `all`: the other channels are kept to look at. `labelled`: only the one that shows the nuclei. */
export const channelChoices = ["all", "labelled"] as const;
export type ChannelChoice = (typeof channelChoices)[number];

/** Up to so many channels, all are kept unless a person says otherwise. Each takes as much room as the labelled one. */
export const KEPT_UNASKED = 8;
export const MAX_KEPT_CHANNELS = 32;

const MAX_NAME = 60;

/** Text as a colour of `FileChannel`: six digits, of eight the first six; null for anything else. */
export const colorOf = (text: unknown): string | null =>
  typeof text === "string" && /^#?[0-9a-f]{6}([0-9a-f]{2})?$/i.test(text)
    ? text.replace("#", "").slice(0, 6).toUpperCase()
    : null;

/** Colours as an image of a file has them: none at all where it states none. */
export const statedColors = (colors: readonly (string | null)[] = []): Pick<FileImage, "channelColors"> =>
  colors.some((color) => color !== null) ? { channelColors: colors } : {};

/** What a file calls a channel, as a name may be; its number where nothing is left of it. */
export function channelName(said: string, index: number): string {
  const name = normalizeName(plainText(said, 4 * MAX_NAME))
    .slice(0, MAX_NAME)
    .trim();
  if (name && nameFlaw(name) === null) return name.replace(/^channel(?= \d+$)/, "Channel");
  return `Channel ${index + 1}`;
}

/** All channels of an image; two of one name are told apart by their number. */
export function channelsOf({ channels, channelColors }: FileImage): FileChannel[] {
  const names = channels.map(channelName);
  return names.map((name, index) => ({
    index,
    name: names.indexOf(name) === names.lastIndexOf(name) ? name : `${name} (${index + 1})`,
    color: channelColors?.[index] ?? null,
  }));
}

/** What becomes of the channels where nobody says it. Positions and the like are not channels of one volume. */
export const unaskedChoice = ({ channels }: Pick<FileImage, "channels">): ChannelChoice =>
  channels.length <= KEPT_UNASKED && !channels.some((name) => OTHER_PLANES.test(name)) ? "all" : "labelled";

/** As `planeOrder` names what it found beside channels. */
const OTHER_PLANES = /^(?:.*, )?(?:position|repetition|[A-Z]) \d+(?:,|$)/;

export interface ChannelPlan {
  /** In the file's order, the labelled one among them. */
  readonly kept: readonly KeptChannel[];
  readonly leftOut: readonly FileChannel[];
}

/** Which channels are kept beside the labelled one. `without`: those that hold something else, such as the labels. */
export function planChannels(
  image: FileImage,
  labelled: number,
  choice: ChannelChoice = unaskedChoice(image),
  without: readonly number[] = [],
): ChannelPlan {
  const all = channelsOf(image).filter(({ index }) => index === labelled || !without.includes(index));
  const others = choice === "all" ? all.filter(({ index }) => index !== labelled) : [];
  const kept = new Set([labelled, ...others.slice(0, MAX_KEPT_CHANNELS - 1).map(({ index }) => index)]);
  return {
    kept: all.filter(({ index }) => kept.has(index)).map((one) => ({ ...one, labelled: one.index === labelled })),
    leftOut: all.filter(({ index }) => !kept.has(index)),
  };
}

const MOST_NAMED = 6;

/** What is left out, in words; null where nothing is. */
export function leftOutWords(leftOut: readonly FileChannel[]): string | null {
  if (leftOut.length === 0) return null;
  const names = leftOut.slice(0, MOST_NAMED).map(({ name }) => name);
  const more = leftOut.length - names.length;
  const which = `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  return leftOut.length === 1
    ? `One channel is left out: ${which}.`
    : `${leftOut.length} channels are left out: ${which}.`;
}
