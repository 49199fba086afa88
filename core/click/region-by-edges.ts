import { fillHoles } from "../labels/fill-holes.ts";
import { seededWatershed } from "../labels/watershed.ts";
import { smooth } from "../volume/smooth.ts";
import {
  boxShape,
  intersectBoxes,
  type VoxelBox,
  type VoxelSpace,
  voxelCount,
  wholeBox,
  type Zyx,
} from "../volume/voxel-space.ts";
import type { Click } from "./click.ts";
import { moveSurface } from "./move-surface.ts";
import { connectedWith, forEachNear, takeAway } from "./nucleus-at-clicks.ts";

/** Arrays are of the box. */
export interface EdgeQuestion {
  readonly box: VoxelBox;
  readonly voxelSizeZyx: Zyx;
  /** Intensities. */
  readonly image: Float32Array;
  /** Not 0 where other nuclei are. */
  readonly forbidden: Uint8Array;
  /** Voxels of the volume. */
  readonly clicks: readonly Click[];
  readonly diameterUm: number;
  readonly moveUm: number;
}

/** In nucleus diameters: so near to a click inside is the nucleus for sure, and so far from all of them it is not. */
const CORE_DIAMETERS = 0.12;
const REACH_DIAMETERS = 0.85;

const OURS = 1;
const OTHER = 2;

/** The box that a question by edges needs; null where the clicks lie too far apart. */
export function edgeBox(
  volume: VoxelSpace,
  clicks: readonly Click[],
  diameterUm: number,
  maxVoxels: number,
): VoxelBox | null {
  const ends = ([0, 1, 2] as const).map((axis) => {
    const places = clicks.map(({ voxelZyx }) => voxelZyx[axis]);
    const reach = Math.ceil((1.1 * REACH_DIAMETERS * diameterUm) / volume.voxelSizeZyx[axis]) + 1;
    return [Math.min(...places) - reach, Math.max(...places) + reach + 1];
  });
  const wanted: VoxelBox = {
    minZyx: [ends[0][0], ends[1][0], ends[2][0]],
    maxZyx: [ends[0][1], ends[1][1], ends[2][1]],
  };
  const box = intersectBoxes(wanted, wholeBox(volume.shapeZyx));
  return box && voxelCount(boxShape(box)) <= maxVoxels ? box : null;
}

/**
 * What lies round some clicks, up to the edges of the image, where no model can say: a watershed of the smoothed image's gradient (in µm)
 * between the clicks inside and what is too far away, other nuclei, and the clicks outside. Null where nothing is left.
 */
export function regionByEdges(question: EdgeQuestion): Uint8Array | null {
  const { box, voxelSizeZyx, forbidden, diameterUm, moveUm } = question;
  const shapeZyx = boxShape(box);
  const space: VoxelSpace = { shapeZyx, voxelSizeZyx };
  const clicks = question.clicks.map(({ voxelZyx: [z, y, x], isInside }) => ({
    voxelZyx: [z - box.minZyx[0], y - box.minZyx[1], x - box.minZyx[2]] as const,
    isInside,
  }));
  const edges = gradientOf(smooth(question.image, space, 1.5 * Math.min(voxelSizeZyx[1], voxelSizeZyx[2])), space);
  const seeds = new Uint32Array(edges.length).fill(OTHER);
  const inside = clicks.filter(({ isInside }) => isInside);
  for (const { voxelZyx } of inside)
    forEachNear(voxelZyx, REACH_DIAMETERS * diameterUm, shapeZyx, voxelSizeZyx, (i) => {
      seeds[i] = 0;
    });
  for (const { voxelZyx, isInside } of clicks)
    forEachNear(voxelZyx, CORE_DIAMETERS * diameterUm, shapeZyx, voxelSizeZyx, (i) => {
      seeds[i] = isInside ? OURS : OTHER;
    });
  for (let i = 0; i < seeds.length; i++) if (forbidden[i]) seeds[i] = OTHER;
  const flooded = seededWatershed(edges, seeds, new Uint8Array(edges.length).fill(1), shapeZyx);
  const own = flooded.map((label) => (label === OURS ? OURS : 0));
  fillHoles(own, shapeZyx, forbidden);
  const region = moveSurface(Uint8Array.from(own), space, moveUm, forbidden);
  takeAway(region, space, clicks);
  const [, rows, columns] = shapeZyx;
  return connectedWith(
    region,
    shapeZyx,
    inside.map(({ voxelZyx: [z, y, x] }) => (z * rows + y) * columns + x),
  );
}

/** Length of the gradient per µm, one-sided at the faces. */
function gradientOf(values: Float32Array, { shapeZyx, voxelSizeZyx }: VoxelSpace): Float32Array {
  const [depth, rows, columns] = shapeZyx;
  const plane = rows * columns;
  const gradient = new Float32Array(values.length);
  let i = 0;
  const along = (at: number, place: number, size: number, stride: number, um: number) => {
    const [before, after] = [place > 0 ? 1 : 0, place + 1 < size ? 1 : 0];
    return before + after === 0
      ? 0
      : (values[at + after * stride] - values[at - before * stride]) / ((before + after) * um);
  };
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++, i++)
        gradient[i] = Math.hypot(
          along(i, z, depth, plane, voxelSizeZyx[0]),
          along(i, y, rows, columns, voxelSizeZyx[1]),
          along(i, x, columns, 1, voxelSizeZyx[2]),
        );
  return gradient;
}
