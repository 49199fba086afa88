/** How the planes of a stack follow one another. */
export interface PlaneOrder {
  readonly slices: number;
  readonly channels: readonly string[];
  readonly times: number;
  indexOf(z: number, c: number, t: number): number;
  /** Sentences for the person: what the file calls otherwise than it is taken. */
  readonly notes: readonly string[];
}

export interface PlaneAxis {
  /** `Z`, `C`, `T`, or any other letter; S are samples that are stored as planes. */
  readonly name: string;
  readonly size: number;
}

/** What people call the axes of tifffile's letters. */
const WORDS: Readonly<Record<string, string>> = {
  T: "times",
  C: "channels",
  S: "samples",
  I: "images of a sequence",
  Q: "planes of an unknown kind",
  P: "positions",
  R: "repetitions",
};
/** More are slices by another name, or damage. */
export const MAX_CHANNELS = 4096;
/** Fewer planes than this are no stack that somebody called by the wrong name. */
const FEWEST_SLICES = 5;

const wordOf = (name: string): string => WORDS[name] ?? `planes along ${name}`;
const lengthOf = (axes: readonly PlaneAxis[]): number => axes.reduce((product, { size }) => product * size, 1);

/**
 * The axes of planes, slowest first, as slices, channels and times. What is none of the three becomes channels, for the
 * person to choose from. Without z a single axis is taken for it, and that is said.
 * @returns a sentence where there is no volume in them
 */
export function planeOrder(axes: readonly PlaneAxis[]): PlaneOrder | string {
  const long = axes.filter(({ size, name }) => size > 1 || name === "Z");
  if (!long.some(({ name }) => name === "Z")) return withoutSlices(long);
  const indexOf = indexer(long);
  const others = long.filter(({ name }) => name !== "Z" && name !== "T");
  if (lengthOf(others) > MAX_CHANNELS) return `The header claims ${lengthOf(others)} channels.`;
  return {
    slices: sizeOf(long, "Z"),
    channels: channelNames(others),
    times: sizeOf(long, "T"),
    indexOf: (z, c, t) => indexOf((axis) => (axis === "Z" ? z : axis === "T" ? t : placeIn(others, axis, c))),
    notes: others
      .filter(({ name }) => name !== "C" && name !== "S")
      .map(({ name, size }) => `The file has ${size} ${wordOf(name)}: choose one among the channels.`),
  };
}

function withoutSlices(axes: readonly PlaneAxis[]): PlaneOrder | string {
  const [axis, ...more] = axes;
  const said = axes.map(({ name, size }) => `${size} ${wordOf(name)}`).join(" and ") || "one plane";
  if (!axis || more.length > 0 || axis.size < FEWEST_SLICES)
    return `The file says that it holds ${said}, and no z slices.`;
  return {
    slices: axis.size,
    channels: ["channel 1"],
    times: 1,
    indexOf: (z: number) => z,
    notes: [`The file calls its planes ${said}, not z slices; they are taken as z slices.`],
  };
}

const sizeOf = (axes: readonly PlaneAxis[], name: string): number => axes.find((axis) => axis.name === name)?.size ?? 1;

/** Index of a plane from its place on each axis. */
function indexer(axes: readonly PlaneAxis[]): (placeOn: (name: string) => number) => number {
  return (placeOn) => axes.reduce((index, { name, size }) => index * size + placeOn(name), 0);
}

/** Place on one of several axes that are counted together, the last one fastest. */
function placeIn(axes: readonly PlaneAxis[], name: string, together: number): number {
  const at = axes.findIndex((axis) => axis.name === name);
  return Math.floor(together / lengthOf(axes.slice(at + 1))) % axes[at].size;
}

function channelNames(axes: readonly PlaneAxis[]): string[] {
  const singular: Readonly<Record<string, string>> = { C: "channel", S: "sample", P: "position", R: "repetition" };
  if (axes.length === 0) return ["channel 1"];
  return Array.from({ length: lengthOf(axes) }, (_, together) =>
    axes.map(({ name }) => `${singular[name] ?? name} ${placeIn(axes, name, together) + 1}`).join(", "),
  );
}
