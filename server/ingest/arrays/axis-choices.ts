import type { ArrayAxis, AxisName } from "./stored-array.ts";

/** What the axes of an array can be, slowest first, by how many it has. */
const ORDERS: Readonly<Record<number, readonly string[]>> = {
  3: ["zyx", "yxz", "xyz"],
  4: ["czyx", "zcyx", "zyxc", "tzyx", "xyzc"],
  5: ["tczyx", "tzcyx", "tzyxc", "ctzyx"],
};
/** More are slices, not colours or stains. */
const MAX_LIKELY_CHANNELS = 6;

export interface AxisChoice {
  /** `z, y, x` */
  readonly path: string;
  readonly axes: readonly ArrayAxis[];
}

export const UNSAID_AXES = "The file does not say what its axes are: choose the order in which they are meant.";

/**
 * Every reading of an array whose file does not name its axes, the likeliest first; none where it has no three axes.
 * Axes of one in front are nothing.
 */
export function axisChoices(shape: readonly number[]): AxisChoice[] {
  let sizes = [...shape];
  while (sizes.length > 3 && sizes[0] === 1) sizes = sizes.slice(1);
  const choices = (ORDERS[sizes.length] ?? []).map((order) => ({
    path: [...order].join(", "),
    axes: [...order].map((name, i) => ({ name: name as AxisName, size: sizes[i] })),
  }));
  const oddness = ({ axes }: AxisChoice): number => {
    const channels = axes.find(({ name }) => name === "c")?.size;
    return channels !== undefined && channels > MAX_LIKELY_CHANNELS ? 1 : 0;
  };
  return choices.sort((a, b) => oddness(a) - oddness(b));
}
