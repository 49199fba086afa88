import { findObjects } from "../../../core/labels/object-boxes.ts";
import { BRICK_SIZE, brickBox, brickKeysOfBox, brickPositionZyx } from "../../../core/volume/brick.ts";
import {
  boxShape,
  intersectBoxes,
  unionOfBoxes,
  type VoxelBox,
  wholeBox,
  type Zyx,
} from "../../../core/volume/voxel-space.ts";
import type { OpenedVolume } from "../bricks/open-job-volume.ts";

/** Cells of so many bricks a side: what lies in one is learned from together. */
const CELL_BRICKS = 2;

/** Where something is known of a volume, and how large its finished nuclei are. */
export interface LabelIndex {
  /** The smallest boxes that hold all that is known in each cell, in order z, y, x. */
  readonly places: readonly VoxelBox[];
  /** Equivalent diameters of the finished nuclei, µm. */
  readonly diametersUm: readonly number[];
}

/**
 * One walk over the frozen labels, brick by brick. `learnedBoxes` are known without a label, too; nuclei in `keptBoxes`
 * tell how large nuclei are, and nothing else.
 */
export async function indexLabels(
  volume: OpenedVolume,
  learnedBoxes: readonly VoxelBox[],
  keptBoxes: readonly VoxelBox[],
): Promise<LabelIndex> {
  const { shapeZyx, truthLabels } = volume;
  const cells = new Map<string, VoxelBox>();
  const voxelsOf = new Map<number, number>();
  for (const key of brickKeysOfBox(wholeBox(shapeZyx))) {
    const brick = brickBox(key, shapeZyx);
    const labels = await volume.readLabels(brick);
    const cell = brickPositionZyx(key)
      .map((at) => Math.floor(at / CELL_BRICKS))
      .join(" ");
    const note = (box: VoxelBox | null) => {
      const known = cells.get(cell);
      if (box) cells.set(cell, known ? unionOfBoxes(known, box) : box);
    };
    for (const { label, voxels, box } of findObjects(labels, boxShape(brick))) {
      if (!truthLabels.has(label)) continue;
      voxelsOf.set(label, (voxelsOf.get(label) ?? 0) + voxels);
      const place = movedBox(box, brick.minZyx);
      if (!keptBoxes.some((kept) => holds(kept, place))) note(place);
    }
    for (const box of learnedBoxes) note(intersectBoxes(box, brick));
  }
  const [z, y, x] = volume.voxelSizeZyx;
  return {
    places: [...cells.values()].sort((a, b) => compareCorners(a.minZyx, b.minZyx)),
    diametersUm: [...voxelsOf.values()].map((voxels) => Math.cbrt((6 * voxels * z * y * x) / Math.PI)),
  };
}

export const movedBox = ({ minZyx, maxZyx }: VoxelBox, [z, y, x]: Zyx): VoxelBox => ({
  minZyx: [minZyx[0] + z, minZyx[1] + y, minZyx[2] + x],
  maxZyx: [maxZyx[0] + z, maxZyx[1] + y, maxZyx[2] + x],
});

const holds = (outer: VoxelBox, { minZyx, maxZyx }: VoxelBox): boolean =>
  minZyx.every((min, axis) => min >= outer.minZyx[axis] && maxZyx[axis] <= outer.maxZyx[axis]);

const cellOf = (at: number): number => Math.floor(at / (CELL_BRICKS * BRICK_SIZE));

function compareCorners(a: Zyx, b: Zyx): number {
  const axis = a.findIndex((at, i) => cellOf(at) !== cellOf(b[i]));
  return axis < 0 ? 0 : a[axis] - b[axis];
}
