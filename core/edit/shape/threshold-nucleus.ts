import { indexInBrick } from "../../volume/brick.ts";
import type { VoxelBox } from "../../volume/voxel-space.ts";
import type { ImageVoxels } from "../image-voxels.ts";
import type { LabelDocument, LabelValue } from "../label-document.ts";
import { nucleusGone } from "../nucleus-acts.ts";
import { collectNucleusVoxels } from "../nucleus-voxels.ts";
import { VoxelSet } from "../voxel-set.ts";

/** What a nucleus keeps of itself: its voxels that are as bright as `at` or brighter, or as dark or darker. */
export interface Threshold {
  readonly keeps: "brighter" | "darker";
  /** Intensity of the labelled channel. */
  readonly at: number;
}

/** Intensities inside a nucleus. `split`: what tells its bright voxels from its dark ones best. */
export interface NucleusIntensities {
  readonly low: number;
  readonly high: number;
  readonly split: number;
}

const BINS = 256;

/** Loads the bricks of the nucleus, of labels and of the image. Throws the Problem `nucleus-gone`. */
export async function intensitiesOf(
  document: LabelDocument,
  image: ImageVoxels,
  label: LabelValue,
  knownBox: VoxelBox | null,
  signal?: AbortSignal,
): Promise<NucleusIntensities> {
  const voxels = await collectNucleusVoxels(document, document.membersOf(label), knownBox, signal);
  if (voxels.count === 0) throw nucleusGone(label);
  await image.loadBricks(voxels.brickKeys(), signal);
  let low = Infinity;
  let high = -Infinity;
  forIntensities(voxels, image, (value) => {
    if (value < low) low = value;
    if (value > high) high = value;
  });
  if (!(high > low)) return { low, high, split: low };
  const counts = new Float64Array(BINS);
  const perBin = BINS / (high - low);
  forIntensities(voxels, image, (value) => counts[Math.min(BINS - 1, Math.floor((value - low) * perBin))]++);
  return { low, high, split: low + otsuBin(counts) / perBin };
}

/** The voxels that go. Loads the bricks of the image that they lie in. */
export async function voxelsBeyond(
  voxels: VoxelSet,
  image: ImageVoxels,
  { keeps, at }: Threshold,
  signal?: AbortSignal,
): Promise<VoxelSet> {
  await image.loadBricks(voxels.brickKeys(), signal);
  const gone = new VoxelSet(voxels.shapeZyx);
  forIntensities(voxels, image, (value, z, y, x) => {
    if (keeps === "brighter" ? value < at : value > at) gone.add(z, y, x);
  });
  return gone;
}

function forIntensities(
  voxels: VoxelSet,
  image: ImageVoxels,
  visit: (value: number, z: number, y: number, x: number) => void,
): void {
  for (const key of voxels.brickKeys()) {
    const brick = image.readBrick(key);
    if (!brick) continue; // it went again: what is not known is left as it is
    voxels.forEachRunOfBrick(key, (z, y, first, end) => {
      const row = indexInBrick(z, y, first);
      for (let x = first; x < end; x++) visit(brick[row + x - first], z, y, x);
    });
  }
}

/** The bin that begins the brighter of the two classes with the largest variance between them (Otsu 1979). */
function otsuBin(counts: Float64Array): number {
  let all = 0;
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    all += counts[i];
    sum += i * counts[i];
  }
  let best = 0;
  let largest = -1;
  let below = 0;
  let sumBelow = 0;
  for (let i = 1; i < counts.length; i++) {
    below += counts[i - 1];
    sumBelow += (i - 1) * counts[i - 1];
    if (below === 0 || below === all) continue;
    const between = sumBelow / below - (sum - sumBelow) / (all - below);
    const variance = below * (all - below) * between * between;
    if (variance > largest) {
      largest = variance;
      best = i;
    }
  }
  return best;
}
