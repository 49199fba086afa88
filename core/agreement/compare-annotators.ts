import { findObjects } from "../labels/object-boxes.ts";
import { f1Score, matchedObjectDice } from "../metrics/instance-scores.ts";
import { matchInstances } from "../metrics/match-instances.ts";
import { countOverlaps } from "../metrics/overlap-table.ts";
import { surfaceDistance } from "../metrics/surface-distance.ts";
import { boxShape, type VoxelBox, type VoxelSpace, type Zyx } from "../volume/voxel-space.ts";

/** How far two annotators of one box agree: objects first. Null where neither has any, or none of theirs match. */
export interface PairAgreement {
  readonly matched: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** At IoU 0.5. */
  readonly f1: number | null;
  /** Of matched objects, as the next three. */
  readonly meanIou: number | null;
  readonly meanDice: number | null;
  /** µm, means over matched objects. */
  readonly surfaceUm: number | null;
  readonly hausdorff95Um: number | null;
}

const SAME_OBJECT_IOU = 0.5;

/** `first`, `second`: label images of the grid of `space`. It is the same the other way round, but for `only…`. */
export function comparePair(first: Uint32Array, second: Uint32Array, space: VoxelSpace): PairAgreement {
  const table = countOverlaps(first, second);
  const matching = matchInstances(table, SAME_OBJECT_IOU);
  const boxes = [boxesOf(first, space.shapeZyx), boxesOf(second, space.shapeZyx)];
  const distances = matching.pairs.flatMap(({ truth, found }) => {
    const [a, b] = [table.truthLabels[truth], table.foundLabels[found]];
    const frame = frameOf(boxes[0].get(a), boxes[1].get(b));
    if (!frame) return [];
    const crop = { shapeZyx: boxShape(frame), voxelSizeZyx: space.voxelSizeZyx };
    const [maskA, maskB] = [maskOf(first, a, frame, space.shapeZyx), maskOf(second, b, frame, space.shapeZyx)];
    return surfaceDistance(maskA, maskB, crop) ?? [];
  });
  return {
    matched: matching.truePositives,
    onlyFirst: matching.falseNegatives,
    onlySecond: matching.falsePositives,
    f1: f1Score(matching),
    meanIou: mean(matching.pairs.map(({ iou }) => iou)),
    meanDice: matchedObjectDice(matching),
    surfaceUm: mean(distances.map(({ averageUm }) => averageUm)),
    hausdorff95Um: mean(distances.map(({ hausdorff95Um }) => hausdorff95Um)),
  };
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

const boxesOf = (labels: Uint32Array, shapeZyx: Zyx): Map<number, VoxelBox> =>
  new Map(findObjects(labels, shapeZyx).map(({ label, box }) => [label, box]));

/** Of both, with nothing around: beyond the frame is outside. */
function frameOf(a: VoxelBox | undefined, b: VoxelBox | undefined): VoxelBox | null {
  if (!a || !b) return null;
  const of = (pick: (one: number, other: number) => number, from: "minZyx" | "maxZyx"): Zyx => [
    pick(a[from][0], b[from][0]),
    pick(a[from][1], b[from][1]),
    pick(a[from][2], b[from][2]),
  ];
  return { minZyx: of(Math.min, "minZyx"), maxZyx: of(Math.max, "maxZyx") };
}

function maskOf(labels: Uint32Array, label: number, { minZyx, maxZyx }: VoxelBox, [, rows, columns]: Zyx): Uint8Array {
  const [depthIn, rowsIn, columnsIn] = boxShape({ minZyx, maxZyx });
  const mask = new Uint8Array(depthIn * rowsIn * columnsIn);
  let to = 0;
  for (let z = minZyx[0]; z < maxZyx[0]; z++)
    for (let y = minZyx[1]; y < maxZyx[1]; y++) {
      const row = (z * rows + y) * columns;
      for (let x = minZyx[2]; x < maxZyx[2]; x++, to++) mask[to] = labels[row + x] === label ? 1 : 0;
    }
  return mask;
}
