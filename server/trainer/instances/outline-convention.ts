import { signedDistances } from "../../../core/labels/move-outlines.ts";
import { findObjects } from "../../../core/labels/object-boxes.ts";
import { matchInstances } from "../../../core/metrics/match-instances.ts";
import { countOverlaps } from "../../../core/metrics/overlap-table.ts";
import type { VoxelSpace } from "../../../core/volume/voxel-space.ts";

/** What people drew and what the model found in one volume, on the same grid. */
export interface OutlinePair extends VoxelSpace {
  /** Finished nuclei of people; 0 elsewhere. */
  readonly truth: Uint32Array;
  readonly found: Uint32Array;
}

/** Fewer nuclei are no convention. */
export const MIN_OUTLINED_NUCLEI = 3;
/** A model's object that shares less with the nucleus is another thing than the nucleus drawn tighter or wider. */
const MIN_IOU = 0.1;
/** As a share of the nucleus's own radius: what lies farther is no matter of convention. */
const MAX_MOVE_RADII = 0.8;

/**
 * How far people's outlines lie outside (+) or inside (−) of the model's, in micrometres: for each nucleus that the model
 * found the move that makes both most alike, and the median over all of them. Null below `MIN_OUTLINED_NUCLEI`.
 */
export const outlineConvention = (pairs: readonly OutlinePair[]): number | null =>
  medianMove(pairs.flatMap((pair) => bestMoves(pair)));

export function medianMove(given: readonly number[]): number | null {
  const moves = given.toSorted((a, b) => a - b);
  if (moves.length < MIN_OUTLINED_NUCLEI) return null;
  const middle = moves.length >> 1;
  return moves.length % 2 ? moves[middle] : (moves[middle - 1] + moves[middle]) / 2;
}

/** The best move of every nucleus that was found, of those that are asked for. */
export function bestMoves(pair: OutlinePair, isAsked: (truthLabel: number) => boolean = () => true): number[] {
  const { truth, found, shapeZyx, voxelSizeZyx } = pair;
  const [z, y, x] = voxelSizeZyx;
  const table = countOverlaps(truth, found);
  const boxes = new Map(findObjects(found, shapeZyx).map((object) => [object.label, object]));
  return matchInstances(table, MIN_IOU).pairs.flatMap((match) => {
    const truthLabel = table.truthLabels[match.truth];
    if (!isAsked(truthLabel)) return [];
    const foundLabel = table.foundLabels[match.found];
    const truthVoxels = table.truthVoxels[match.truth];
    const radiusUm = Math.cbrt((3 * truthVoxels * z * y * x) / (4 * Math.PI));
    const most = MAX_MOVE_RADII * radiusUm;
    const { indices, signedUm } = signedDistances(found, pair, foundLabel, boxes.get(foundLabel)!.box, most);
    // Voxels by their distance: a move takes all up to it, and none that is another object's.
    const order = Array.from(indices.keys()).filter(
      (i) => signedUm[i] <= most && (found[indices[i]] === foundLabel || found[indices[i]] === 0),
    );
    order.sort((a, b) => signedUm[a] - signedUm[b]);
    return mostAlike(
      order.map((i) => ({ at: signedUm[i], shared: truth[indices[i]] === truthLabel })),
      truthVoxels,
      most,
    );
  });
}

/** Where the IoU is largest: the middle between the last distance taken and the next one, once per voxel shell. */
function mostAlike(
  voxels: readonly { readonly at: number; readonly shared: boolean }[],
  truthVoxels: number,
  most: number,
): number[] {
  let shared = 0;
  let best = 0;
  let move: number | null = null;
  voxels.forEach((voxel, i) => {
    if (voxel.shared) shared++;
    const next = voxels[i + 1]?.at ?? voxel.at;
    if (next === voxel.at && i + 1 < voxels.length) return;
    if (voxel.at < -most) return;
    const iou = shared / (i + 1 + truthVoxels - shared);
    if (iou <= best) return;
    best = iou;
    // Distance 0 does not occur: what is between the innermost outside and the outermost inside voxel is no move.
    move = voxel.at < 0 && next > 0 ? 0 : (voxel.at + next) / 2;
  });
  return move === null ? [] : [move];
}
