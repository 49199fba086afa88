import { boxShape, type VoxelBox, voxelCount, type Zyx } from "../volume/voxel-space.ts";
import { findPieces, type LabelPiece } from "./label-pieces.ts";

/** From here on a label's box is mostly what lies between its parts. */
const WASTEFUL = 4;

export interface SeparatedLabels {
  /** The labels themselves where nothing had to be separated. */
  readonly labels: Uint32Array;
  /** The label that a value of `labels` stands for. */
  labelOf(value: number): number;
}

/**
 * Labels of which several objects far apart have the same value get a value per object: work that is done box by box would else be done
 * for everything between them, once per label. Parts that lie close together stay one object, as the fragments of a nucleus are.
 */
export function separateDistantParts(labels: Uint32Array, shapeZyx: Zyx): SeparatedLabels {
  const pieces = findPieces(labels, shapeZyx);
  const spread = new Set<number>();
  for (const [label, own] of piecesByLabel(pieces))
    if (own.length > 1 && boxVoxels(unionOf(own)) > WASTEFUL * own.reduce((sum, piece) => sum + boxVoxels(piece), 0))
      spread.add(label);
  if (spread.size === 0) return { labels, labelOf: (value) => value };
  const numbers = new Uint32Array(labels.length);
  findPieces(labels, shapeZyx, numbers);
  let next = 0;
  for (const { label } of pieces) next = Math.max(next, label);
  const valueOfPiece = Uint32Array.from(pieces, ({ label }) => (spread.has(label) ? ++next : label));
  const labelOf = new Map(pieces.map(({ label }, i) => [valueOfPiece[i], label]));
  for (let i = 0; i < numbers.length; i++) if (numbers[i] !== 0) numbers[i] = valueOfPiece[numbers[i] - 1];
  return { labels: numbers, labelOf: (value) => labelOf.get(value) ?? value };
}

export function piecesByLabel(pieces: readonly LabelPiece[]): Map<number, LabelPiece[]> {
  const byLabel = new Map<number, LabelPiece[]>();
  for (const piece of pieces) {
    const own = byLabel.get(piece.label);
    if (own) own.push(piece);
    else byLabel.set(piece.label, [piece]);
  }
  return byLabel;
}

const boxVoxels = (box: VoxelBox): number => voxelCount(boxShape(box));

function unionOf(boxes: readonly VoxelBox[]): VoxelBox {
  const ends = (axis: 0 | 1 | 2) =>
    [
      boxes.reduce((least, { minZyx }) => Math.min(least, minZyx[axis]), Number.POSITIVE_INFINITY),
      boxes.reduce((most, { maxZyx }) => Math.max(most, maxZyx[axis]), 0),
    ] as const;
  const [z, y, x] = [ends(0), ends(1), ends(2)];
  return { minZyx: [z[0], y[0], x[0]], maxZyx: [z[1], y[1], x[1]] };
}
