import { brushRadius } from "../../components/editor/toolbar/brush-radius.ts";
import type { RealVolume } from "../simulator/real-kinds.ts";
import type { Hand } from "./hand.ts";
import { deepestOf, evenly, fillingStroke, outlineOf, type SliceMask, type Yx } from "./plan-strokes.ts";

/** Of the brush in a page that nobody has worked in, µm. */
export const FIRST_RADIUS_UM = 2;

/** What a nucleus is drawn from. The editor shows its deepest place, and nothing is selected. */
export interface Task {
  readonly volume: RealVolume;
  readonly slices: readonly SliceMask[];
  /** Radius of a ball as large as the nucleus, µm. */
  readonly ballUm: number;
  /** The slice that the editor was opened at, and the place to click in it. */
  readonly deepestZ: number;
  readonly deepestYx: Yx;
  readonly brush: { radiusUm: number; isBall: boolean };
}

type Draw = (hand: Hand, task: Task) => Promise<void>;

const middleOf = (slice: SliceMask): Yx => {
  const [, y, x] = deepestOf(slice);
  return [y + 0.5, x + 0.5];
};

/** Looser than the truth by `widen`. */
async function drawOutlines(hand: Hand, slices: readonly SliceMask[], widen = 1): Promise<void> {
  await hand.key("o");
  await hand.key("n");
  for (const slice of slices) {
    await hand.toSlice(slice.z);
    await hand.stroke(outlineOf(slice, widen));
  }
}

async function reshape(hand: Hand, key: string): Promise<void> {
  await hand.key(key);
  await hand.isShown("shape-bar");
  await hand.keep("shape-bar");
}

const interpolated =
  (count: number): Draw =>
  async (hand, { slices }) => {
    await drawOutlines(hand, evenly(slices, count));
    await reshape(hand, "Shift+I");
  };

async function segmentAt(hand: Hand, places: readonly { readonly z: number; readonly yx: Yx }[]): Promise<void> {
  await hand.key("Shift+T");
  for (const { z, yx } of places) {
    await hand.toSlice(z);
    await hand.click(yx);
    await hand.isShown("segment-bar");
  }
  await hand.keep("segment-bar");
}

/** Tool by tool, a nucleus from nothing. */
export const tools: Readonly<Record<string, Draw>> = {
  brush: async (hand, { slices, brush }) => {
    await hand.key("b");
    await hand.key("n");
    for (const slice of slices) {
      await hand.toSlice(slice.z);
      await hand.stroke(fillingStroke(slice, brush.radiusUm));
    }
  },
  "outlines-3": interpolated(3),
  "outlines-4": interpolated(4),
  "outlines-5": interpolated(5),
  "loose-outlines-threshold": async (hand, { slices }) => {
    await drawOutlines(hand, evenly(slices, 3), 1.2);
    await reshape(hand, "Shift+I");
    await reshape(hand, "Shift+U");
  },
  fill: async (hand, { deepestYx }) => {
    await hand.key("t");
    await hand.key("n");
    await hand.click(deepestYx);
  },
  "segment-1": (hand, { deepestZ, deepestYx }) => segmentAt(hand, [{ z: deepestZ, yx: deepestYx }]),
  "segment-3": (hand, { slices, deepestZ, deepestYx }) => {
    const at = (share: number) => slices[Math.round((slices.length - 1) * share)];
    const ends = [at(0.2), at(0.8)].map((slice) => ({ z: slice.z, yx: middleOf(slice) }));
    return segmentAt(hand, [{ z: deepestZ, yx: deepestYx }, ...ends]);
  },
  ball: async (hand, { deepestYx, ballUm, brush, volume }) => {
    await hand.key("b");
    await hand.key("n");
    if (!brush.isBall) await hand.key("d");
    brush.isBall = true;
    for (;;) {
      const isLarger = brush.radiusUm < ballUm;
      const next = brushRadius(brush.radiusUm, isLarger, volume);
      if (Math.abs(next - ballUm) >= Math.abs(brush.radiusUm - ballUm)) break;
      await hand.key(isLarger ? "]" : "[");
      brush.radiusUm = next;
    }
    await hand.click(deepestYx);
    hand.strokes++;
  },
};
