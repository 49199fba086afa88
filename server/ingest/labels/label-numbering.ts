import { flagHint } from "../../../core/import/file-question.ts";
import {
  type LabelFindings,
  type LabelParts,
  labelFindingsOf,
  partsQuestion,
} from "../../../core/import/label-findings.ts";
import { piecesByLabel } from "../../../core/labels/distant-parts.ts";
import { createPieceFinder, type FoundPieces, type LabelPiece } from "../../../core/labels/label-pieces.ts";
import { Problem } from "../../../core/problem.ts";
import type { VoxelSpace } from "../../../core/volume/voxel-space.ts";
import type { VolumeBlock } from "../voxels/read-whole-volume.ts";
import type { LabelExtent } from "./label-statistics.ts";

/** More parts than this is an image of intensities taken for labels. */
const MAX_PARTS = 2_000_000;
/** Ids above this leave too few numbers for the people who go on labelling: such labels are numbered anew from 1. */
const LARGEST_KEPT_ID = 2 ** 30;

/** How the labels of a file are numbered in the store. */
export interface LabelNumbering {
  readonly extents: readonly LabelExtent[];
  /** The stored label of every number that a block was given. */
  readonly labelOf: Uint32Array;
  /** The file's ids that are not the stored ones. */
  readonly renamed: Readonly<Record<string, number>>;
  /** Labels of the file, where each connected part became a nucleus. */
  readonly partsOf?: number;
}

/** Looks at the labels of a volume block by block, in the order of `blocksOf`. */
export interface LabelSurvey {
  /** `replace`: voxels become the numbers that `LabelNumbering` speaks of, in place. */
  add(block: VolumeBlock, replace: boolean): void;
  found(): FoundPieces;
}

export function surveyLabels({ shapeZyx }: VoxelSpace): LabelSurvey {
  const finder = createPieceFinder(shapeZyx);
  const sizeX = shapeZyx[2];
  return {
    add({ zMin, zMax, yMin, yMax, pixels }, replace) {
      const labels = pixels as Uint32Array;
      let row = 0;
      for (let z = zMin; z < zMax; z++)
        for (let y = yMin; y < yMax; y++, row += sizeX) {
          const line = labels.subarray(row, row + sizeX);
          finder.addRow(z, y, line, replace ? line : undefined);
        }
      if (finder.count > MAX_PARTS)
        throw new Problem({
          tag: "labels-too-many",
          what: `The image has more than ${MAX_PARTS} separate labels.`,
          where: `label image, z ${zMin}`,
          hint: "It is probably an image of intensities. Choose the label image.",
        });
    },
    found: () => finder.finish(),
  };
}

/** Numbers the labels as a person has said, or asks; `colours`: the values are packed colours, nobody's ids. */
export function numberLabels(
  { pieces, pieceOf }: FoundPieces,
  space: VoxelSpace,
  said: { readonly parts?: LabelParts; readonly colours?: boolean },
): LabelNumbering {
  assertAnswered(labelFindingsOf(pieces, space), said.parts);
  const byLabel = piecesByLabel(pieces);
  const ascending = [...byLabel.keys()].sort((a, b) => a - b);
  const largest = ascending.at(-1) ?? 0;
  const anew = said.colours || largest > LARGEST_KEPT_ID;
  const base = new Map(ascending.map((label, i) => [label, anew ? i + 1 : label]));
  const labelOfPiece = pieces.map(({ label }) => base.get(label) ?? label);
  const split = said.parts === "one-per-part" && pieces.length > byLabel.size;
  if (split) splitParts(pieces, byLabel, labelOfPiece, anew ? ascending.length : largest);
  const labelOf = new Uint32Array(pieceOf.length);
  for (let number = 1; number < pieceOf.length; number++) labelOf[number] = labelOfPiece[pieceOf[number]];
  const renamed = anew && !said.colours ? Object.fromEntries([...base].map(([from, to]) => [String(from), to])) : {};
  return {
    extents: extentsOf(pieces, labelOfPiece),
    labelOf,
    renamed,
    ...(split && { partsOf: byLabel.size }),
  };
}

function assertAnswered(findings: LabelFindings, parts: LabelParts | undefined): void {
  if (findings.noBackground && findings.labels <= 2)
    throw new Problem({
      tag: "labels-no-background",
      what: `Every voxel has a label (${findings.labels} different ${findings.labels === 1 ? "value" : "values"}), so there is no background.`,
      where: "label image",
      hint: "Background is 0 in a label image. Subtract the background's value, e.g. in Fiji: Process > Math > Subtract…",
    });
  const question = parts ? null : partsQuestion(findings);
  if (question)
    throw new Problem({
      tag: "labels-in-parts",
      what: question.what,
      where: "label image",
      hint: `Choose it on the import page where the labels are chosen. On the command line: ${flagHint(question)}`,
    });
}

/** Of a mask, parts are counted from 1; of numbered labels the largest part keeps its number, the others get new ones. */
function splitParts(
  pieces: readonly LabelPiece[],
  byLabel: ReadonlyMap<number, readonly LabelPiece[]>,
  labelOfPiece: number[],
  largest: number,
): void {
  if (byLabel.size === 1) {
    for (let i = 0; i < pieces.length; i++) labelOfPiece[i] = i + 1;
    return;
  }
  const keeping = new Set([...byLabel.values()].map((own) => own.reduce((a, b) => (b.voxels > a.voxels ? b : a))));
  let next = largest;
  pieces.forEach((piece, i) => {
    if (!keeping.has(piece)) labelOfPiece[i] = ++next;
  });
}

function extentsOf(pieces: readonly LabelPiece[], labelOfPiece: readonly number[]): LabelExtent[] {
  const relabelled = pieces.map((piece, i) => ({ ...piece, label: labelOfPiece[i] }));
  return [...piecesByLabel(relabelled).values()].map(unite).sort((a, b) => a.label - b.label);
}

function unite(own: readonly LabelPiece[]): LabelExtent {
  const voxels = own.reduce((sum, piece) => sum + piece.voxels, 0);
  const over = (of: (axis: 0 | 1 | 2) => number) => [of(0), of(1), of(2)] as const;
  return {
    label: own[0].label,
    voxels,
    centroidZyx: over((axis) => own.reduce((sum, piece) => sum + piece.voxels * piece.centroidZyx[axis], 0) / voxels),
    minZyx: over((axis) => own.reduce((least, piece) => Math.min(least, piece.minZyx[axis]), Number.POSITIVE_INFINITY)),
    maxZyx: over((axis) => own.reduce((most, piece) => Math.max(most, piece.maxZyx[axis]), 0)),
  };
}
