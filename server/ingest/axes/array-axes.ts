import { MAX_CHANNELS, planeOrder } from "./plane-order.ts";

/** How the axes of an array make volumes: one for each channel at each time. */
export interface ArrayAxes {
  /** Axes of the array that are z, y, x. */
  readonly zyx: readonly [z: number, y: number, x: number];
  readonly channels: readonly string[];
  readonly times: number;
  /** Place of the first voxel of a channel at a time, on every axis. */
  originOf(channel: number, time: number): number[];
  /** Sentences for the person. */
  readonly notes: readonly string[];
}

const MEANINGS: readonly (readonly [name: string, RegExp])[] = [
  ["Z", /^(z|depth|slices?|planes?)$/i],
  ["Y", /^(y|rows?|height)$/i],
  ["X", /^(x|columns?|cols?|width)$/i],
  ["C", /^(c|channels?|ch)$/i],
  ["T", /^(t|times?|frames?|timepoints?)$/i],
  ["S", /^(s|samples?|rgb)$/i],
  ["P", /^(p|positions?|fields?|scenes?)$/i],
];

/** `Z` for `z`, `depth` or `slices`; what nobody knows keeps its name, in capitals. */
export const meaningOf = (name: string): string =>
  MEANINGS.find(([, words]) => words.test(name.trim()))?.[0] ?? name.trim().slice(0, 40).toUpperCase();

/**
 * The axes of an array whose file names them. What is neither z, y, x nor time becomes channels, to choose from; a stack that
 * is not called z is taken for it with a note, or not at all, as in TIFF.
 * @returns a sentence where there is no volume in it
 */
export function axesOfArray(names: readonly string[], shape: readonly number[]): ArrayAxes | string {
  const meanings = names.map(meaningOf);
  const twice = meanings.find((name, i) => shape[i] > 1 && meanings.indexOf(name) !== i);
  if (twice !== undefined) return `The file names the axis ${twice} twice.`;
  const [y, x] = [meanings.indexOf("Y"), meanings.indexOf("X")];
  if (y < 0 || x < 0)
    return `The file says that its axes are ${names.join(", ")}; rows (y) or columns (x) are missing.`;
  const planes = meanings
    .map((name, axis) => ({ name, axis, size: shape[axis] }))
    .filter(({ name, axis, size }) => axis !== y && axis !== x && (size > 1 || name === "Z"));
  const order = planeOrder(planes);
  if (typeof order === "string") return order;
  // Without z a single axis was taken for it.
  const z = (planes.find(({ name }) => name === "Z") ?? planes[0]).axis;
  return {
    zyx: [z, y, x],
    channels: order.channels,
    times: order.times,
    notes: order.notes,
    originOf(channel, time) {
      const origin = shape.map(() => 0);
      let index = order.indexOf(0, channel, time);
      for (const { axis, size } of planes.toReversed()) {
        origin[axis] = index % size;
        index = Math.floor(index / size);
      }
      return origin;
    },
  };
}

/** So few along the first axis may be channels; along the last one, beside planes that are larger than this, colours. */
const FEW_SLICES = 3;
const LARGEST_ASIDE = 8;
/** Axes along which a file that names none may keep channels; more of them are slices. */
const FEW_CHANNELS = 4;

/**
 * Names for axes that a file does not name: z, y, x, and beyond them channels and times. With more than three axes that is a
 * guess, which is told.
 */
export function guessedAxes(shape: readonly number[]): { names: readonly string[]; notes: readonly string[] } | string {
  const said = shape.join(" × ");
  if (shape.length < 3) return `it has ${shape.length} axes, not 3.`;
  const colours = shape[2] === 3 || shape[2] === 4;
  if (shape.length === 3 && colours && Math.min(shape[0], shape[1]) > LARGEST_ASIDE)
    return `it has the shape ${said}, a 2D image in colours. If it is a volume, name its axes.`;
  const thin = shape[0] <= FEW_SLICES && Math.min(shape[1], shape[2]) > LARGEST_ASIDE;
  if (shape.length === 3)
    return {
      names: ["z", "y", "x"],
      notes: thin ? [`The file does not name its axes: ${said} is taken as z, y, x.`] : [],
    };
  const long = shape.map((_, axis) => axis).filter((axis) => shape[axis] !== 1);
  const lengths = long.map((axis) => shape[axis]);
  const guess = guessOf(lengths);
  if (!guess) return `it has the shape ${said}; only volumes with channels and times are read.`;
  const channels = lengths[guess.indexOf("c")] ?? 1;
  if (channels > MAX_CHANNELS) return `it has the shape ${said}, which would be ${channels} channels.`;
  const names = shape.map((_, axis) => (long.includes(axis) ? guess[long.indexOf(axis)] : `one ${axis}`));
  return {
    names,
    notes: [`The file does not name its axes: ${lengths.join(" × ")} is taken as ${guess.split("").join(", ")}.`],
  };
}

function guessOf(lengths: readonly number[]): string | null {
  const last = lengths.at(-1) ?? 0;
  switch (lengths.length) {
    case 3:
      return "zyx";
    case 4: {
      const fewest = Math.min(lengths[0], lengths[1], last);
      return lengths[0] === fewest ? "czyx" : lengths[1] === fewest ? "zcyx" : "zyxc";
    }
    case 5:
      return last <= FEW_CHANNELS && last < lengths[2] ? "tzyxc" : "tczyx";
    default:
      return null;
  }
}
