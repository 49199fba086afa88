import { blobAnswer, isPeak } from "../volume/blob-answer.ts";
import { cropBox } from "../volume/image-source.ts";
import { resampleLinear } from "../volume/resample.ts";
import { boxShape, type VoxelBox, type VoxelSpace, voxelCount, type Zyx } from "../volume/voxel-space.ts";
import { measureWindow, normaliseImage } from "./intensity-window.ts";

/** Diameters that are tried, in in-plane voxels: a nucleus has at least five of them across. */
const SMALLEST_VOXELS = 5;
/** The largest is so much of the volume's in-plane extent. */
const LARGEST_SHARE = 0.6;
const STEP = 1.2;
/** Voxels across at each scale: as coarse as the scale allows. */
const VOXELS_ACROSS = 8;
/** A volume is judged by its middle, where it is large. */
const MAX_VOXELS = 4_000_000;
/** Blobs below these shares of the strongest and of the weightiest say nothing of nuclei. */
const LEAST_STRENGTH = 0.15;
const LEAST_WEIGHT = 0.3;

interface Blob {
  readonly centreUm: Zyx;
  readonly diameterUm: number;
  readonly strength: number;
}

/**
 * About how large nuclei are, from the image alone: every bright blob is measured by the scale at which the difference of
 * two Gaussians answers it most, scale-normalised (Lindeberg 1998); of those that no other covers the median counts, by their light. Null where there are none. Slices may be as thick as they like: all widths are micrometres.
 */
export function estimateDiameterUm(image: Float32Array, space: VoxelSpace): number | null {
  const blobs = uncovered(blobsOfAllSizes(image, space)).sort((a, b) => a.diameterUm - b.diameterUm);
  const total = blobs.reduce((sum, blob) => sum + light(blob), 0);
  let below = 0;
  for (const blob of blobs) {
    below += light(blob);
    if (below >= total / 2) return blob.diameterUm;
  }
  return null;
}

/** Noise makes many small blobs: each counts by about the light that it holds. */
const light = ({ strength, diameterUm }: Blob): number => strength * diameterUm ** 3;

/** A whole nucleus wins against its own grains, and a single one against the clump that it lies in. */
const weight = ({ strength, diameterUm }: Blob): number => strength * Math.sqrt(diameterUm);

function blobsOfAllSizes(given: Float32Array, whole: VoxelSpace): Blob[] {
  const { image, space } = middleOf(given, whole);
  const normalised = normaliseImage(image, measureWindow(image));
  const inPlaneUm = Math.max(space.voxelSizeZyx[1], space.voxelSizeZyx[2]);
  const extentUm = Math.min(space.shapeZyx[1] * space.voxelSizeZyx[1], space.shapeZyx[2] * space.voxelSizeZyx[2]);
  const blobs: Blob[] = [];
  for (let d = SMALLEST_VOXELS * inPlaneUm; d <= LARGEST_SHARE * extentUm; d *= STEP)
    blobs.push(...blobsOfSize(normalised, space, d));
  return blobs;
}

/** The blobs that no weightier one covers, as far as they are clear enough to be nuclei. */
function uncovered(blobs: readonly Blob[]): Blob[] {
  const strongest = blobs.reduce((most, { strength }) => Math.max(most, strength), 0);
  const sorted = blobs
    .filter(({ strength }) => strength >= LEAST_STRENGTH * strongest)
    .sort((a, b) => weight(b) - weight(a));
  const kept: Blob[] = [];
  for (const blob of sorted) {
    if (weight(blob) < LEAST_WEIGHT * weight(sorted[0])) break;
    const covered = kept.some(
      (other) =>
        Math.hypot(...blob.centreUm.map((at, axis) => at - other.centreUm[axis])) <
        Math.max(blob.diameterUm, other.diameterUm) / 2,
    );
    if (!covered) kept.push(blob);
  }
  return kept;
}

/** Places where the answer at one scale exceeds all 26 neighbours. */
function blobsOfSize(image: Float32Array, own: VoxelSpace, diameterUm: number): Blob[] {
  const size = own.voxelSizeZyx.map((side) => Math.max(side, diameterUm / VOXELS_ACROSS));
  const shape = own.shapeZyx.map((count, axis) =>
    Math.max(1, Math.ceil((count * own.voxelSizeZyx[axis]) / size[axis])),
  );
  const space: VoxelSpace = { shapeZyx: [shape[0], shape[1], shape[2]], voxelSizeZyx: [size[0], size[1], size[2]] };
  const seen = resampleLinear(image, own, space);
  const answer = blobAnswer(seen, space, diameterUm);
  const [depth, rows, columns] = space.shapeZyx;
  const blobs: Blob[] = [];
  for (let z = 0; z < depth; z++)
    for (let y = 1; y < rows - 1; y++)
      for (let x = 1; x < columns - 1; x++) {
        const at = (z * rows + y) * columns + x;
        if (answer[at] > 0 && isPeak(answer, at, [z, y, x], space.shapeZyx))
          blobs.push({
            centreUm: [z * size[0], y * size[1], x * size[2]],
            diameterUm,
            strength: answer[at],
          });
      }
  return blobs;
}

function middleOf(image: Float32Array, space: VoxelSpace): { image: Float32Array; space: VoxelSpace } {
  const box = middleBox(space.shapeZyx);
  const shapeZyx = boxShape(box);
  if (voxelCount(shapeZyx) === image.length) return { image, space };
  return { image: cropBox(image, space.shapeZyx, box, Float32Array), space: { ...space, shapeZyx } };
}

/** The part of a volume that it is judged by: all of it where it is small. */
export function middleBox(shapeZyx: Zyx): VoxelBox {
  const shape: [number, number, number] = [...shapeZyx];
  while (voxelCount(shape) > MAX_VOXELS) {
    const longest = shape.indexOf(Math.max(...shape));
    shape[longest] = Math.floor(shape[longest] * 0.9);
  }
  const first = (axis: 0 | 1 | 2) => (shapeZyx[axis] - shape[axis]) >> 1;
  const minZyx: Zyx = [first(0), first(1), first(2)];
  return { minZyx, maxZyx: [minZyx[0] + shape[0], minZyx[1] + shape[1], minZyx[2] + shape[2]] };
}
