import { BRICK_SIZE, indexInBrick } from "../../core/volume/brick.ts";
import type { PixelArray, Zyx } from "../../core/volume/voxel-space.ts";

/** A small picture of a volume is made of no more chunks than this. */
const MOST_CHUNKS = 8;

export interface ThumbnailLevel {
  readonly scaleLevel: number;
  readonly shapeZyx: Zyx;
}

/** Where a chunk lies, in chunks. */
export type ChunkPlace = readonly [bz: number, by: number, bx: number];

/** The chunks of the coarsest level; of one that has many still, those round its middle slice. */
export function thumbnailChunks(
  levels: readonly ThumbnailLevel[],
): { level: ThumbnailLevel; places: ChunkPlace[] } | null {
  const level = levels.reduce<ThumbnailLevel | null>(
    (coarsest, one) => (!coarsest || one.scaleLevel > coarsest.scaleLevel ? one : coarsest),
    null,
  );
  if (!level) return null;
  const [nz, ny, nx] = level.shapeZyx.map((size) => Math.ceil(size / BRICK_SIZE));
  if (ny * nx > MOST_CHUNKS) return null;
  const depth = Math.min(nz, Math.max(1, Math.floor(MOST_CHUNKS / (ny * nx))));
  const firstZ = Math.floor((nz - depth) / 2);
  const places: ChunkPlace[] = [];
  for (let bz = firstZ; bz < firstZ + depth; bz++)
    for (let by = 0; by < ny; by++) for (let bx = 0; bx < nx; bx++) places.push([bz, by, bx]);
  return { level, places };
}

/**
 * The brightest voxel along z at each place, 0…255 by the contrast, row by row, x fastest. Chunks are 64³, padded at the borders; null:
 * all 0.
 */
export function projectChunks(
  { shapeZyx }: Pick<ThumbnailLevel, "shapeZyx">,
  chunks: readonly (readonly [place: ChunkPlace, voxels: PixelArray | null])[],
  [low, high]: readonly [low: number, high: number],
): Uint8ClampedArray {
  const [sizeZ, sizeY, sizeX] = shapeZyx;
  const brightest = new Float32Array(sizeY * sizeX).fill(Number.NEGATIVE_INFINITY);
  for (const [[bz, by, bx], voxels] of chunks) {
    const [z0, y0, x0] = [bz * BRICK_SIZE, by * BRICK_SIZE, bx * BRICK_SIZE];
    for (let z = z0; z < Math.min(sizeZ, z0 + BRICK_SIZE); z++)
      for (let y = y0; y < Math.min(sizeY, y0 + BRICK_SIZE); y++)
        for (let x = x0; x < Math.min(sizeX, x0 + BRICK_SIZE); x++) {
          const value = voxels ? voxels[indexInBrick(z, y, x)] : 0;
          if (value > brightest[y * sizeX + x]) brightest[y * sizeX + x] = value;
        }
  }
  const range = high > low ? high - low : 1;
  return Uint8ClampedArray.from(brightest, (value) => (255 * (value - low)) / range);
}
