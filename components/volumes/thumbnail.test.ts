import { describe, expect, it } from "vitest";
import { BRICK_SIZE, BRICK_VOXELS, indexInBrick } from "../../core/volume/brick.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { type ChunkPlace, projectChunks, thumbnailChunks } from "./thumbnail.ts";

const levels = (...shapes: Zyx[]) => shapes.map((shapeZyx, scaleLevel) => ({ scaleLevel, shapeZyx }));

describe("the small picture of a volume", () => {
  it("takes all of the coarsest level where that is small, the middle of a deep one, and nothing of one that is large", () => {
    expect(thumbnailChunks(levels([40, 500, 900], [40, 60, 110]))).toMatchObject({
      level: { scaleLevel: 1 },
      places: [
        [0, 0, 0],
        [0, 0, 1],
      ],
    });
    const deep = thumbnailChunks(levels([1000, 100, 100]))?.places ?? [];
    expect(deep).toHaveLength(8);
    expect(new Set(deep.map(([bz]) => bz))).toEqual(new Set([7, 8]));
    expect(thumbnailChunks(levels([10, 2000, 2000]))).toBeNull();
    expect(thumbnailChunks([])).toBeNull();
  });

  it("shows the brightest voxel along z, by the contrast, and none of the padding of chunks", () => {
    const shapeZyx: Zyx = [70, 5, 66];
    const valueAt = (z: number, y: number, x: number) => (z * 31 + y * 17 + x * 7) % 400;
    const places: ChunkPlace[] = [
      [0, 0, 0],
      [0, 0, 1],
      [1, 0, 0],
      [1, 0, 1],
    ];
    const chunks = places.map(([bz, by, bx]) => {
      const voxels = new Uint16Array(BRICK_VOXELS).fill(60_000);
      for (let z = bz * BRICK_SIZE; z < Math.min(shapeZyx[0], (bz + 1) * BRICK_SIZE); z++)
        for (let y = by * BRICK_SIZE; y < Math.min(shapeZyx[1], (by + 1) * BRICK_SIZE); y++)
          for (let x = bx * BRICK_SIZE; x < Math.min(shapeZyx[2], (bx + 1) * BRICK_SIZE); x++)
            voxels[indexInBrick(z, y, x)] = valueAt(z, y, x);
      return [[bz, by, bx] as const, voxels] as const;
    });
    const picture = projectChunks({ shapeZyx }, chunks, [100, 350]);
    for (const [y, x] of [
      [0, 0],
      [4, 65],
      [2, 64],
      [3, 30],
    ]) {
      const most = Math.max(...Array.from({ length: shapeZyx[0] }, (_, z) => valueAt(z, y, x)));
      expect(picture[y * shapeZyx[2] + x]).toBe(Math.max(0, Math.min(255, Math.round((255 * (most - 100)) / 250))));
    }
    expect([...projectChunks({ shapeZyx: [3, 1, 2] }, [[[0, 0, 0], null]], [0, 9])]).toEqual([0, 0]);
  });
});
