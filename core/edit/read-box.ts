import { type BrickKey, brickBox, brickKeysOfBox, indexInBrick } from "../volume/brick.ts";
import { boxShape, intersectBoxes, type VoxelBox, voxelCount, type Zyx } from "../volume/voxel-space.ts";
import type { ImageVoxels } from "./image-voxels.ts";
import type { LabelBrickSource, LabelValue } from "./label-document.ts";

/*
 * Boxes of a volume as dense arrays, x fastest. Brick by brick with a pause after each, so that the page never stands still for a
 * large box.
 */

/** Intensities in a box inside the volume; loads its bricks. */
export async function readImageBox(
  image: ImageVoxels,
  box: VoxelBox,
  signal?: AbortSignal,
  onShare?: (share: number) => void,
): Promise<Float32Array<ArrayBuffer>> {
  const values = new Float32Array(voxelCount(boxShape(box)));
  const keys = brickKeysOfBox(box);
  for (const [index, key] of keys.entries()) {
    // The next ones come while this one is copied.
    await image.loadBricks(keys.slice(index, index + 4), signal);
    const brick = image.readBrick(key);
    if (brick)
      forEachRowOfBrick(key, box, image.shapeZyx, (from, to, length) => {
        values.set(brick.subarray(from, from + length), to);
      });
    onShare?.((index + 1) / keys.length);
  }
  return values;
}

/** 1 where somebody has labelled a voxel that is none of `own`; loads its bricks. */
export async function readOthers(
  labels: LabelBrickSource,
  own: ReadonlySet<LabelValue>,
  box: VoxelBox,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const others = new Uint8Array(voxelCount(boxShape(box)));
  const keys = brickKeysOfBox(box);
  await labels.loadBricks(keys, signal);
  for (const key of keys) {
    const brick = labels.readBrick(key);
    if (brick)
      forEachRowOfBrick(key, box, labels.shapeZyx, (from, to, length) => {
        for (let i = 0; i < length; i++) {
          const label = brick[from + i];
          if (label !== 0 && !own.has(label)) others[to + i] = 1;
        }
      });
  }
  return others;
}

function forEachRowOfBrick(
  key: BrickKey,
  box: VoxelBox,
  shapeZyx: Zyx,
  visit: (from: number, to: number, length: number) => void,
): void {
  const part = intersectBoxes(brickBox(key, shapeZyx), box);
  if (!part) return;
  const [, rows, columns] = boxShape(box);
  const length = part.maxZyx[2] - part.minZyx[2];
  for (let z = part.minZyx[0]; z < part.maxZyx[0]; z++)
    for (let y = part.minZyx[1]; y < part.maxZyx[1]; y++) {
      const to = ((z - box.minZyx[0]) * rows + y - box.minZyx[1]) * columns + part.minZyx[2] - box.minZyx[2];
      visit(indexInBrick(z, y, part.minZyx[2]), to, length);
    }
}
