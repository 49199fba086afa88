import { describe, expect, it } from "vitest";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { buildTargets } from "./targets.ts";

const shapeZyx: Zyx = [6, 9, 11];
const position = (i: number) => [Math.floor(i / 99), Math.floor(i / 11) % 9, i % 11];

describe.each([1, 2, 5])("targets at anisotropy %d", (anisotropy) => {
  const voxelSizeZyx: Zyx = [0.5 * anisotropy, 0.5, 0.5];
  // Two boxes that touch at x = 5; the second reaches the volume's border.
  const labels = Uint32Array.from({ length: 594 }, (_, i) => {
    const [z, y, x] = position(i);
    if (z < 1 || z > 4 || y < 2 || y > 6) return 0;
    return x >= 1 && x < 5 ? 7 : x >= 5 ? 70_000 : 0;
  });
  const { distance, boundary } = buildTargets(labels, { shapeZyx, voxelSizeZyx });

  it("are the distance to the nearest voxel outside of the own nucleus, over its largest", () => {
    const toOutside = (i: number) => {
      let nearest = Number.POSITIVE_INFINITY;
      for (let z = -1; z <= 6; z++)
        for (let y = -1; y <= 9; y++)
          for (let x = -1; x <= 11; x++) {
            const inside = z >= 0 && y >= 0 && x >= 0 && z < 6 && y < 9 && x < 11;
            if (inside && labels[(z * 9 + y) * 11 + x] === labels[i]) continue;
            const at = position(i);
            nearest = Math.min(
              nearest,
              Math.hypot((z - at[0]) * voxelSizeZyx[0], (y - at[1]) * 0.5, (x - at[2]) * 0.5),
            );
          }
      return nearest;
    };
    for (const label of [7, 70_000]) {
      const voxels = [...labels.keys()].filter((i) => labels[i] === label);
      const raw = voxels.map(toOutside);
      const largest = Math.max(...raw);
      expect(voxels.length).toBeGreaterThan(50);
      voxels.forEach((i, k) => {
        expect(distance[i]).toBeCloseTo(raw[k] / largest, 5);
      });
    }
  });

  it("have a rim on both sides where nuclei touch, one face neighbour thick at least", () => {
    const at = (z: number, y: number, x: number) => (z * 9 + y) * 11 + x;
    expect([boundary[at(2, 4, 4)], boundary[at(2, 4, 5)]]).toEqual([1, 1]);
    expect(boundary[at(1, 4, 3)]).toBe(1);
    expect(boundary[at(2, 4, 7)]).toBe(0);
    expect([...labels.keys()].every((i) => labels[i] !== 0 || (boundary[i] === 0 && distance[i] === 0))).toBe(true);
  });
});

it("are of the object where one label stands for several that lie far apart", () => {
  const space = { shapeZyx: [12, 80, 100] as const, voxelSizeZyx: [2, 0.5, 0.4] as const };
  const reused = new Uint32Array(12 * 80 * 100);
  const distinct = new Uint32Array(reused.length);
  for (let n = 0; n < 100; n++) {
    const [z0, y0, x0] = [1 + (n % 2) * 5, 2 + 15 * Math.floor(n / 20), 2 + 10 * (Math.floor(n / 2) % 10)];
    // Of other sizes: the largest distance inside is each one's own.
    for (let z = z0; z < z0 + 4; z++)
      for (let y = y0; y < y0 + 4 + (n % 7); y++)
        for (let x = x0; x < x0 + 3 + (n % 5); x++) {
          const i = (z * 80 + y) * 100 + x;
          reused[i] = 1 + (n % 4);
          distinct[i] = 1 + n;
        }
  }
  const [found, right] = [buildTargets(reused, space), buildTargets(distinct, space)];
  expect(found.distance.findIndex((value, i) => value !== right.distance[i])).toBe(-1);
  expect(found.boundary.findIndex((value, i) => value !== right.boundary[i])).toBe(-1);
});
