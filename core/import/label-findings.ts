import { piecesByLabel } from "../labels/distant-parts.ts";
import type { LabelPiece } from "../labels/label-pieces.ts";
import { type VoxelSpace, voxelCount } from "../volume/voxel-space.ts";
import type { FileQuestion } from "./file-question.ts";

/** What connected parts of a label image become; where nobody has said it and it matters, it is asked. */
export type LabelParts = "as-numbered" | "one-per-part";

/** What a label image holds, as far as somebody must know before it is taken. */
export interface LabelFindings {
  /** Different values above 0. */
  readonly labels: number;
  /** Voxels of one value that hang together by their faces. */
  readonly parts: number;
  /** Parts of fewer than 8 voxels. */
  readonly smallParts: number;
  /** The value, where it is the only one and lies in several parts: inside and outside, but no nuclei. */
  readonly maskValue: number | null;
  /** Values that several objects far apart have; a few of them, and how many there are. */
  readonly reused: { readonly count: number; readonly examples: readonly number[] };
  /** Every voxel has a value above 0. */
  readonly noBackground: boolean;
}

const SMALL_PART_VOXELS = 8;
/** Share of a value's largest part from which another is an object and no crumb. */
const OBJECT_SHARE = 0.02;
const MAX_EXAMPLES = 5;

export function labelFindingsOf(pieces: readonly LabelPiece[], { shapeZyx, voxelSizeZyx }: VoxelSpace): LabelFindings {
  const byLabel = piecesByLabel(pieces);
  const [only] = byLabel.keys();
  const reused = [...byLabel].filter(([, own]) => liesApart(own, voxelSizeZyx)).map(([label]) => label);
  return {
    labels: byLabel.size,
    parts: pieces.length,
    smallParts: pieces.filter(({ voxels }) => voxels < SMALL_PART_VOXELS).length,
    maskValue: byLabel.size === 1 && pieces.length > 1 ? only : null,
    reused: { count: reused.length, examples: reused.slice(0, MAX_EXAMPLES) },
    noBackground: pieces.reduce((sum, { voxels }) => sum + voxels, 0) === voxelCount(shapeZyx),
  };
}

/** Whether a part is further from the value's largest one than that is long: fragments of one nucleus are not. */
function liesApart(own: readonly LabelPiece[], voxelSizeZyx: VoxelSpace["voxelSizeZyx"]): boolean {
  if (own.length < 2) return false;
  const largest = own.reduce((a, b) => (b.voxels > a.voxels ? b : a));
  const axes = [0, 1, 2] as const;
  const lengthUm = Math.max(...axes.map((axis) => (largest.maxZyx[axis] - largest.minZyx[axis]) * voxelSizeZyx[axis]));
  return own.some(
    (piece) =>
      piece !== largest &&
      piece.voxels >= OBJECT_SHARE * largest.voxels &&
      Math.hypot(
        ...axes.map((axis) => {
          const gap = Math.max(piece.minZyx[axis] - largest.maxZyx[axis], largest.minZyx[axis] - piece.maxZyx[axis], 0);
          return gap * voxelSizeZyx[axis];
        }),
      ) > lengthUm,
  );
}

/** What has to be answered before the labels can be taken, or null. */
export function partsQuestion({ labels, parts, smallParts, maskValue, reused }: LabelFindings): FileQuestion | null {
  const crumbs = smallParts > 0 ? ` ${smallParts} of the parts have fewer than 8 voxels.` : "";
  if (maskValue !== null)
    return {
      about: "labels-parts",
      what: `This looks like a mask: the only value beside 0 is ${maskValue}, in ${parts} separate parts. One nucleus per connected part?${crumbs}`,
      choices: [
        { answer: "one-per-part", words: `${parts} nuclei, one per connected part` },
        { answer: "as-numbered", words: "all of it is one nucleus" },
      ],
    };
  if (reused.count > 0)
    return {
      about: "labels-parts",
      what: `${reused.count} of ${labels} labels (${reused.examples.join(", ")}${reused.count > reused.examples.length ? "…" : ""}) belong to several objects that lie far apart. One nucleus per connected part?${crumbs}`,
      choices: [
        { answer: "one-per-part", words: `${parts} nuclei, one per connected part; the largest part keeps the number` },
        { answer: "as-numbered", words: `${labels} nuclei, in pieces as they are` },
      ],
    };
  return null;
}
