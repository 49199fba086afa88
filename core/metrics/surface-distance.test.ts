import { describe, expect, it } from "vitest";
import type { Zyx } from "../volume/voxel-space.ts";
import { surfaceDistance } from "./surface-distance.ts";

const shapeZyx: Zyx = [7, 9, 12];
const box = ([z0, y0, x0]: Zyx, [z1, y1, x1]: Zyx) =>
  Uint8Array.from({ length: 7 * 9 * 12 }, (_, i) => {
    const [z, y, x] = [Math.floor(i / 108), Math.floor(i / 12) % 9, i % 12];
    return z >= z0 && z < z1 && y >= y0 && y < y1 && x >= x0 && x < x1 ? 1 : 0;
  });

describe("surfaceDistance", () => {
  it.each([1, 2, 5])("agrees with all pairs of surface voxels at anisotropy %d", (anisotropy) => {
    const voxelSizeZyx: Zyx = [0.3 * anisotropy, 0.3, 0.3];
    const a = box([1, 2, 2], [5, 6, 8]);
    const b = box([2, 1, 3], [6, 6, 10]);
    const position = (i: number) => [Math.floor(i / 108), Math.floor(i / 12) % 9, i % 12];
    const surface = (mask: Uint8Array) =>
      [...mask.keys()].filter((i) => {
        if (!mask[i]) return false;
        const [z, y, x] = position(i);
        const inside = (dz: number, dy: number, dx: number) => mask[((z + dz) * 9 + y + dy) * 12 + x + dx];
        return ![
          inside(-1, 0, 0),
          inside(1, 0, 0),
          inside(0, -1, 0),
          inside(0, 1, 0),
          inside(0, 0, -1),
          inside(0, 0, 1),
        ].every(Boolean);
      });
    const directed = (from: number[], to: number[]) =>
      from
        .map((i) =>
          Math.min(
            ...to.map((j) => Math.hypot(...position(i).map((v, axis) => (v - position(j)[axis]) * voxelSizeZyx[axis]))),
          ),
        )
        .sort((p, q) => p - q);
    const [sa, sb] = [surface(a), surface(b)];
    const [there, back] = [directed(sa, sb), directed(sb, sa)];
    const mean = [...there, ...back].reduce((sum, value) => sum + value, 0) / (there.length + back.length);
    const high = Math.max(...[there, back].map((values) => values[Math.ceil(0.95 * values.length) - 1]));
    const result = surfaceDistance(a, b, { shapeZyx, voxelSizeZyx });
    expect(mean).toBeGreaterThan(0.1);
    expect(result?.averageUm).toBeCloseTo(mean, 5);
    expect(result?.hausdorff95Um).toBeCloseTo(high, 5);
  });

  it("is 0 for an object and itself, undefined for nothing", () => {
    const a = box([1, 2, 2], [5, 6, 8]);
    const space = { shapeZyx, voxelSizeZyx: [2, 1, 1] as const };
    expect(surfaceDistance(a, a, space)).toEqual({ averageUm: 0, hausdorff95Um: 0 });
    expect(surfaceDistance(a, new Uint8Array(a.length), space)).toBeNull();
  });
});
