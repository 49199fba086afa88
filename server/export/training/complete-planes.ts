import { boxShape, type VoxelBox, wholeBox, type Zyx } from "../../../core/volume/voxel-space.ts";
import { datasetFolder } from "../frozen/dataset-blobs.ts";
import type { FrozenVolume } from "../frozen/dataset-description.ts";
import type { ReadableDataset, ReadableVolume } from "../frozen/frozen-dataset.ts";
import type { StoredImage } from "../frozen/stored-image.ts";

/** Planes of a box in which nothing is unknown. */
export interface CompletePlanes {
  readonly kind: FrozenVolume["boxes"][number]["kind"];
  readonly box: VoxelBox;
  /** Of the volume, ascending. */
  readonly planes: readonly number[];
}

/** Where nuclei can be known to the last: the boxes that people vouched for, or the whole volume. */
export const vouchedBoxes = ({ boxes, knownShare, shapeZyx }: FrozenVolume): FrozenVolume["boxes"] =>
  knownShare === 1
    ? [{ kind: "fully-labelled", box: wholeBox(shapeZyx) }]
    : boxes.filter(({ kind }) => kind !== "checked-empty");

/** Reads the mask once per version, and keeps what it found beside it. */
export async function completePlanes(
  { blobs, description }: ReadableDataset,
  { volume, known }: ReadableVolume,
): Promise<readonly CompletePlanes[]> {
  const key = `${datasetFolder(description.id)}${volume.id}/complete-planes.json`;
  const kept = await blobs.get(key);
  if (kept) return JSON.parse(Buffer.from(kept).toString()) as CompletePlanes[]; // written by us, below a prefix of ours
  const found = await findCompletePlanes(known, vouchedBoxes(volume));
  await blobs.put(key, Buffer.from(JSON.stringify(found)));
  return found;
}

async function findCompletePlanes(known: StoredImage, boxes: FrozenVolume["boxes"]): Promise<CompletePlanes[]> {
  const [, , width] = known.shapeZyx;
  const found = boxes.map(({ kind, box }) => ({ kind, box, planes: [] as number[] }));
  const end = boxes.reduce((last, { box }) => Math.max(last, box.maxZyx[0]), 0);
  let z = boxes.reduce((first, { box }) => Math.min(first, box.minZyx[0]), end);
  if (z === end) return found;
  for await (const plane of known.planes(undefined, z)) {
    if (z === end) break;
    for (const { box, planes } of found) {
      if (z < box.minZyx[0] || z >= box.maxZyx[0]) continue;
      let isComplete = true;
      for (let y = box.minZyx[1]; y < box.maxZyx[1] && isComplete; y++)
        isComplete = !plane.subarray(y * width + box.minZyx[2], y * width + box.maxZyx[2]).includes(0);
      if (isComplete) planes.push(z);
    }
    z++;
  }
  return found;
}

/** One plane of a box. */
export const planeOf = ({ minZyx, maxZyx }: VoxelBox, z: number): VoxelBox => ({
  minZyx: [z, minZyx[1], minZyx[2]],
  maxZyx: [z + 1, maxZyx[1], maxZyx[2]],
});

export const planeShapeOf = (box: VoxelBox): Zyx => {
  const [, height, width] = boxShape(box);
  return [1, height, width];
};
