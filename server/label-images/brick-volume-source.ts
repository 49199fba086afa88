import { BRICK_SIZE, type BrickKey, brickKeyOf } from "../../core/volume/brick.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import type { VolumeSource } from "../ingest/voxels/volume-source.ts";

/** 64³ labels, x fastest; null where all is background. */
export type ReadLabelBrick = (key: BrickKey) => Promise<Uint32Array | null>;

/** A label image that exists as bricks, for the pyramid writer: one row of bricks is in memory at a time. */
export function createBrickVolumeSource(shapeZyx: Zyx, readBrick: ReadLabelBrick): VolumeSource {
  const [, , sizeX] = shapeZyx;
  async function readFilled(zMin: number, zMax: number, yMin: number, yMax: number): Promise<Uint32Array | null> {
    if (zMin % BRICK_SIZE || yMin % BRICK_SIZE || zMax - zMin > BRICK_SIZE || yMax - yMin > BRICK_SIZE)
      throw new RangeError(`not a row of bricks: z ${zMin}…${zMax}, y ${yMin}…${yMax}`);
    const rows = yMax - yMin;
    let band: Uint32Array | null = null;
    for (let xMin = 0; xMin < sizeX; xMin += BRICK_SIZE) {
      const brick = await readBrick(brickKeyOf(zMin / BRICK_SIZE, yMin / BRICK_SIZE, xMin / BRICK_SIZE));
      if (!brick) continue;
      band ??= new Uint32Array((zMax - zMin) * rows * sizeX);
      const width = Math.min(BRICK_SIZE, sizeX - xMin);
      for (let z = 0; z < zMax - zMin; z++)
        for (let y = 0; y < rows; y++) {
          const from = (z * BRICK_SIZE + y) * BRICK_SIZE;
          band.set(brick.subarray(from, from + width), (z * rows + y) * sizeX + xMin);
        }
    }
    return band;
  }
  return {
    shapeZyx,
    pixelType: "uint32",
    blockZy: [BRICK_SIZE, BRICK_SIZE],
    readFilled,
    read: async (zMin, zMax, yMin, yMax) =>
      (await readFilled(zMin, zMax, yMin, yMax)) ?? new Uint32Array((zMax - zMin) * (yMax - yMin) * sizeX),
  };
}
