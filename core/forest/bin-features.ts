import { growBox } from "../labels/object-boxes.ts";
import { cropBox } from "../volume/image-source.ts";
import { boxSeenFrom, boxShape, type VoxelBox, type VoxelSpace, voxelCount } from "../volume/voxel-space.ts";
import { binOf, EDGES } from "./feature-bins.ts";
import { featureCount, featureReach, forEachFeature } from "./features.ts";

/** Voxels of a block with what lies round it: some two dozen arrays of that many numbers are needed at once. */
const MAX_SEEN_VOXELS = 2_000_000;

/** Boxes that fill a box, each small enough to be looked at with all that its features depend on. */
export function featureBlocks(
  box: VoxelBox,
  space: VoxelSpace,
  sigmasUm: readonly number[],
  maxSeenVoxels = MAX_SEEN_VOXELS,
): VoxelBox[] {
  const reach = featureReach(space.voxelSizeZyx, sigmasUm);
  const open = [box];
  const blocks: VoxelBox[] = [];
  for (let next = open.pop(); next; next = open.pop()) {
    const shape = boxShape(next);
    const longest = shape.indexOf(Math.max(...shape)) as 0 | 1 | 2;
    const isSmall = voxelCount(boxShape(growBox(next, reach, space.shapeZyx))) <= maxSeenVoxels;
    // Smaller blocks than what is seen round them would make the same voxels over and over.
    if (isSmall || shape[longest] <= Math.max(8, reach[longest])) {
      blocks.push(next);
      continue;
    }
    const middle = next.minZyx[longest] + (shape[longest] >> 1);
    const cut = (at: VoxelBox["minZyx"]): VoxelBox["minZyx"] => {
      const moved: [number, number, number] = [...at];
      moved[longest] = middle;
      return moved;
    };
    open.push({ minZyx: cut(next.minZyx), maxZyx: next.maxZyx }, { minZyx: next.minZyx, maxZyx: cut(next.maxZyx) });
  }
  return blocks;
}

/**
 * Features in a box of an image that is given in `seen`, a box round it; the same to the last bit for every `seen` that has the
 * whole reach of the features, or ends where the image ends. `take` gets one map after the other, of the box's shape.
 */
export function forEachFeatureIn(
  image: { readonly values: Float32Array; readonly seen: VoxelBox; readonly voxelSizeZyx: VoxelSpace["voxelSizeZyx"] },
  box: VoxelBox,
  sigmasUm: readonly number[],
  take: (map: Float32Array, feature: number) => void,
): void {
  const shapeZyx = boxShape(image.seen);
  const inner = boxSeenFrom(box, image.seen.minZyx);
  forEachFeature(image.values, { shapeZyx, voxelSizeZyx: image.voxelSizeZyx }, sigmasUm, (map, feature) => {
    take(cropBox(map, shapeZyx, inner, Float32Array), feature);
  });
}

/** The bins of all features, a voxel after the other. */
export function binFeaturesIn(
  image: Parameters<typeof forEachFeatureIn>[0],
  box: VoxelBox,
  sigmasUm: readonly number[],
  edges: Float32Array,
): Uint8Array {
  const features = featureCount(sigmasUm.length);
  const bins = new Uint8Array(voxelCount(boxShape(box)) * features);
  forEachFeatureIn(image, box, sigmasUm, (map, feature) => {
    writeBins(map, edges, { feature, features }, bins);
  });
  return bins;
}

/** Of the table that bins are looked up in. */
const CELLS = 1024;

/** The bins of one feature's values, at their places among those of all. */
export function writeBins(
  values: Float32Array,
  edges: Float32Array,
  { feature, features }: { readonly feature: number; readonly features: number },
  bins: Uint8Array,
): void {
  const own = edges.subarray(feature * EDGES, (feature + 1) * EDGES);
  const low = own[0];
  const cellsPerUnit = CELLS / (own[EDGES - 1] - low);
  // Where hardly anything is told apart a search does; else a table says about where, and a few steps say exactly.
  const isFlat = !Number.isFinite(cellsPerUnit);
  const startOf = new Uint8Array(CELLS + 1).map((_, cell) =>
    isFlat ? 0 : binOf(low + (cell - 1) / cellsPerUnit, own, 0),
  );
  for (let i = 0, at = feature; i < values.length; i++, at += features) {
    const value = values[i];
    if (isFlat) {
      bins[at] = binOf(value, own, 0);
      continue;
    }
    const cell = (value - low) * cellsPerUnit;
    let bin = cell <= 0 ? 0 : startOf[cell >= CELLS ? CELLS : cell | 0];
    while (bin < EDGES && value > own[bin]) bin++;
    bins[at] = bin;
  }
}
