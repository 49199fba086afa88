import { boxShape, type VoxelBox, type VoxelSpace, voxelCount, type Zyx } from "../volume/voxel-space.ts";
import { distanceToNearest } from "./distance-transform.ts";
import { separateDistantParts } from "./distant-parts.ts";
import { findObjects, growBox } from "./object-boxes.ts";

/** Values of the mask. Unlabelled is not background: the loss exists only where something is known. */
export const UNKNOWN = 0;
export const KNOWN_BACKGROUND = 1;
export const KNOWN_FOREGROUND = 2;

export interface KnownMaskInput extends VoxelSpace {
  /** All labels that people have painted, whatever their status. */
  readonly labels: Uint32Array;
  /** Accepted or corrected; all other label values stay unknown. */
  readonly truthLabels: ReadonlySet<number>;
  /** Not 0 in nuclei that a model proposed and nobody has judged. */
  readonly undecidedProposals?: ArrayLike<number> | null;
  /** Not 0 in proposals that people rejected: "there is no nucleus here". */
  readonly rejectedProposals?: ArrayLike<number> | null;
  /** Boxes in which people looked at everything: fully labelled, checked empty, or kept for validation. */
  readonly completeBoxes: readonly VoxelBox[];
  /** Mean foreground probability of the current model. Only ever withholds supervision, never gives it. */
  readonly foreground?: Float32Array | null;
}

/** Thickness of the known background round a truth nucleus, in in-plane voxels. */
const SHELL_VOXELS = 3;
const PROBABLY_A_NUCLEUS = 0.5;

/** What may be learned from a partly labelled volume, voxel by voxel. */
export function buildKnownMask(input: KnownMaskInput): Uint8Array<ArrayBuffer> {
  const { labels, shapeZyx, completeBoxes, rejectedProposals, undecidedProposals } = input;
  const known = new Uint8Array(voxelCount(shapeZyx));
  markShells(input, known);
  if (rejectedProposals)
    for (let i = 0; i < known.length; i++)
      if (rejectedProposals[i] && labels[i] === 0 && !undecidedProposals?.[i]) known[i] = KNOWN_BACKGROUND;
  for (const box of completeBoxes) markUnlabelled(labels, shapeZyx, box, known);
  for (let i = 0; i < known.length; i++)
    if (labels[i] !== 0) known[i] = input.truthLabels.has(labels[i]) ? KNOWN_FOREGROUND : UNKNOWN;
  return known;
}

/** Slices thicker than the shell count as just as thick: else there would be no background above and below. */
function shellGrid(voxelSizeZyx: Zyx): { radiusUm: number; spacing: Zyx; margin: Zyx } {
  const radiusUm = SHELL_VOXELS * Math.max(voxelSizeZyx[1], voxelSizeZyx[2]);
  const spacing = voxelSizeZyx.map((size) => Math.min(size, radiusUm)) as [number, number, number];
  const margin = spacing.map((size) => Math.floor(radiusUm / size + 1e-6)) as [number, number, number];
  return { radiusUm, spacing, margin };
}

/** Voxels round a region of a volume that decide what is known in it: with them a region has the same mask as the whole. */
export const knownMaskReach = (voxelSizeZyx: Zyx): Zyx => shellGrid(voxelSizeZyx).margin;

/** Background round every truth nucleus, but for voxels that may belong to a neighbour nobody has labelled yet. */
function markShells(input: KnownMaskInput, known: Uint8Array): void {
  const { truthLabels, shapeZyx, voxelSizeZyx, undecidedProposals, foreground } = input;
  const { labels, labelOf } = separateDistantParts(input.labels, shapeZyx);
  const { radiusUm, spacing, margin } = shellGrid(voxelSizeZyx);
  for (const { label, box } of findObjects(labels, shapeZyx)) {
    if (!truthLabels.has(labelOf(label))) continue;
    const seen = growBox(box, margin, shapeZyx);
    const shape = boxShape(seen);
    const own = new Uint8Array(voxelCount(shape));
    const indices = indicesOf(seen, shapeZyx);
    indices.forEach((index, i) => {
      if (labels[index] === label) own[i] = 1;
    });
    const distance = distanceToNearest(own, shape, spacing);
    indices.forEach((index, i) => {
      if (distance[i] > radiusUm * (1 + 1e-6) || labels[index] !== 0 || undecidedProposals?.[index]) return;
      if (foreground && foreground[index] > PROBABLY_A_NUCLEUS) return;
      known[index] = KNOWN_BACKGROUND;
    });
  }
}

function markUnlabelled(labels: Uint32Array, shapeZyx: Zyx, box: VoxelBox, known: Uint8Array): void {
  for (const index of indicesOf(growBox(box, [0, 0, 0], shapeZyx), shapeZyx))
    if (labels[index] === 0) known[index] = KNOWN_BACKGROUND;
}

/** Linear indices of a box in the volume, x fastest. */
function indicesOf({ minZyx, maxZyx }: VoxelBox, shapeZyx: Zyx): Float64Array {
  const shape = boxShape({ minZyx, maxZyx });
  const indices = new Float64Array(Math.max(0, voxelCount(shape)));
  let at = 0;
  for (let z = minZyx[0]; z < maxZyx[0]; z++)
    for (let y = minZyx[1]; y < maxZyx[1]; y++)
      for (let x = minZyx[2]; x < maxZyx[2]; x++) indices[at++] = (z * shapeZyx[1] + y) * shapeZyx[2] + x;
  return indices;
}

/** Voxels of each state, for the log of a run. */
export function countKnown(known: Uint8Array): { background: number; foreground: number } {
  let background = 0;
  let foreground = 0;
  for (const state of known) {
    if (state === KNOWN_BACKGROUND) background++;
    else if (state === KNOWN_FOREGROUND) foreground++;
  }
  return { background, foreground };
}
