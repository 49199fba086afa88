import { describe, expect, it } from "vitest";
import type { Zyx } from "../../volume/voxel-space.ts";
import { seededRandom } from "../testing/seeded-random.ts";
import { fillHoles, fillHolesOfSlices, grow, shrink, smooth } from "./clean-up.ts";
import type { NucleusRegion } from "./nucleus-region.ts";
import { afterWrites, forVoxels, iouOf, regionOf, umBetween } from "./testing/region-of.ts";

const voxelSizeZyx: Zyx = [1.75, 0.8, 0.5];
const shapeZyx: Zyx = [9, 15, 22];

/** Blobs and holes at random, and another nucleus in the way. */
function roughRegion(seed: number): NucleusRegion {
  const random = seededRandom(seed);
  const balls = Array.from({ length: 4 }, () => [random() * 9, random() * 15, random() * 22]);
  return regionOf(
    shapeZyx,
    voxelSizeZyx,
    (...at) => balls.some((ball) => umBetween(at, ball, voxelSizeZyx) < 3) && random() < 0.9,
    (_z, y, x) => Math.abs(y - x + 5) < 2,
  );
}

const voxelsOf = (region: NucleusRegion, isWanted: (i: number) => boolean): Zyx[] => {
  const found: Zyx[] = [];
  forVoxels(region.shapeZyx, (z, y, x, i) => isWanted(i) && found.push([z, y, x]));
  return found;
};

const countOf = (voxels: Uint8Array): number => voxels.reduce((sum, one) => sum + one, 0);

describe("grow and shrink, against the distances of all pairs of voxels", () => {
  it.each([0.5, 0.79, 0.81, 1.75, 2.6])("by %s µm", (byUm) => {
    for (let seed = 1; seed <= 2; seed++) {
      const region = roughRegion(seed);
      const own = voxelsOf(region, (i) => region.own[i] !== 0);
      const outside = voxelsOf(region, (i) => region.own[i] === 0);
      const near = (at: Zyx, others: readonly Zyx[]) =>
        others.some((other) => umBetween(at, other, voxelSizeZyx) <= byUm + 1e-5);
      const shrunk = shrink(region, byUm);
      const grown = grow(region, byUm);
      const mayGrow = new Uint8Array(region.own.length);
      const lost = new Uint8Array(region.own.length);
      forVoxels(shapeZyx, (z, y, x, i) => {
        lost[i] = region.own[i] !== 0 && near([z, y, x], outside) ? 2 : 0;
        mayGrow[i] = Number(region.blocked[i] === 0 && near([z, y, x], own));
      });
      expect(shrunk).toEqual(lost);
      // Reached without crossing another nucleus: by passes over the whole region until nothing changes.
      const reached = region.own.slice();
      for (let before = -1; before !== countOf(reached); ) {
        before = countOf(reached);
        forVoxels(shapeZyx, (z, y, x, i) => {
          if (reached[i] !== 0 || mayGrow[i] === 0) return;
          const [nz, ny, nx] = shapeZyx;
          const sides = [
            z > 0 && reached[i - ny * nx],
            z < nz - 1 && reached[i + ny * nx],
            y > 0 && reached[i - nx],
            y < ny - 1 && reached[i + nx],
            x > 0 && reached[i - 1],
            x < nx - 1 && reached[i + 1],
          ];
          if (sides.some(Boolean)) reached[i] = 1;
        });
      }
      expect(afterWrites(region.own, grown)).toEqual(reached);
    }
  });

  it("one after the other leave a ball as it was, and are as wide in µm on every axis", () => {
    const ball = regionOf([21, 41, 61], voxelSizeZyx, (...at) => umBetween(at, [10, 20, 30], voxelSizeZyx) <= 7);
    const grown = { ...ball, own: afterWrites(ball.own, grow(ball, 2.6)) };
    const wide = regionOf([21, 41, 61], voxelSizeZyx, (...at) => umBetween(at, [10, 20, 30], voxelSizeZyx) <= 9.6);
    expect(iouOf(grown.own, wide.own)).toBeGreaterThan(0.9);
    const back = afterWrites(grown.own, shrink(grown, 2.6));
    expect(iouOf(back, ball.own)).toBeGreaterThan(0.97);
  });

  it("do not pull a nucleus away from the border of the volume", () => {
    const half = regionOf([10, 21, 31], voxelSizeZyx, (...at) => umBetween(at, [0, 10, 15], voxelSizeZyx) <= 6);
    const after = afterWrites(half.own, shrink(half, 1));
    expect(after[10 * 31 + 15]).toBe(1);
    expect(countOf(after)).toBeLessThan(countOf(half.own));
  });
});

describe("smooth", () => {
  const size: Zyx = [21, 45, 65];
  const ball = (...at: number[]) => umBetween(at, [10, 22, 32], voxelSizeZyx) <= 9;
  const rough = (() => {
    const random = seededRandom(5);
    return regionOf(size, voxelSizeZyx, (...at) => {
      const away = umBetween(at, [10, 22, 32], voxelSizeZyx);
      return random() < (away < 7 ? 1 : away > 11 ? 0 : (11 - away) / 4);
    });
  })();
  const centroid = (voxels: Uint8Array): number[] => {
    const sum = [0, 0, 0];
    forVoxels(size, (z, y, x, i) => {
      if (voxels[i] === 0) return;
      for (const axis of [0, 1, 2]) sum[axis] += [z, y, x][axis] * voxelSizeZyx[axis];
    });
    return sum.map((v) => v / countOf(voxels));
  };
  /** Faces between inside and outside. */
  const faces = (voxels: Uint8Array): number => {
    let count = 0;
    forVoxels(size, (z, y, x, i) => {
      if (x + 1 < size[2] && voxels[i] !== voxels[i + 1]) count++;
      if (y + 1 < size[1] && voxels[i] !== voxels[i + size[2]]) count++;
      if (z + 1 < size[0] && voxels[i] !== voxels[i + size[1] * size[2]]) count++;
    });
    return count;
  };

  it("makes a rough ball round again, with its size and its place", () => {
    const after = afterWrites(rough.own, smooth(rough, 1));
    expect(countOf(after) / countOf(rough.own)).toBeCloseTo(1, 2);
    const [from, to] = [centroid(rough.own), centroid(after)];
    for (const axis of [0, 1, 2]) expect(Math.abs(to[axis] - from[axis])).toBeLessThan(0.1);
    expect(faces(after)).toBeLessThan(0.6 * faces(rough.own));
    expect(iouOf(after, regionOf(size, voxelSizeZyx, ball).own)).toBeGreaterThan(0.9);
  });

  it("keeps a smooth ball, and never takes a voxel of another nucleus", () => {
    const whole = regionOf(size, voxelSizeZyx, ball);
    expect(iouOf(afterWrites(whole.own, smooth(whole, 1)), whole.own)).toBeGreaterThan(0.97);
    const beside = regionOf(size, voxelSizeZyx, ball, (_z, _y, x) => x > 33);
    const writes = smooth(beside, 2);
    expect(beside.blocked.some((blocked, i) => blocked !== 0 && writes[i] !== 0)).toBe(false);
  });

  it("does not round off a nucleus where the volume ends", () => {
    const column = regionOf([8, 31, 41], voxelSizeZyx, (_z, y, x) => Math.hypot((y - 15) * 0.8, (x - 20) * 0.5) <= 6);
    const after = afterWrites(column.own, smooth(column, 2));
    const slice = (z: number) => after.subarray(z * 31 * 41, (z + 1) * 31 * 41);
    for (let z = 1; z < 8; z++) expect(slice(z)).toEqual(slice(0));
  });
});

describe("filling holes", () => {
  it("fills what is enclosed and free, and leaves open ends and other nuclei", () => {
    const shell = (z: number, y: number, x: number) => {
      const away = umBetween([z, y, x], [10, 20, 30], voxelSizeZyx);
      return away <= 9 && away > 5;
    };
    const free = regionOf([21, 41, 61], voxelSizeZyx, shell);
    const filled = regionOf([21, 41, 61], voxelSizeZyx, (...at) => umBetween(at, [10, 20, 30], voxelSizeZyx) <= 9);
    expect(afterWrites(free.own, fillHoles(free))).toEqual(filled.own);
    const taken = regionOf([21, 41, 61], voxelSizeZyx, shell, (z, y, x) => z === 10 && y === 20 && x === 30);
    expect(countOf(afterWrites(taken.own, fillHoles(taken)))).toBe(countOf(filled.own) - 1);
    const pierced = regionOf([21, 41, 61], voxelSizeZyx, (z, y, x) => shell(z, y, x) && !(y === 20 && x === 30));
    expect(countOf(fillHoles(pierced))).toBe(0);
  });

  it.each(["xy", "xz", "yz"] as const)("fills a ring drawn in one slice of %s, which nothing closes in 3D", (plane) => {
    const normal = { xy: 0, xz: 1, yz: 2 }[plane];
    const away = (at: number[]) => Math.hypot(...at.map((v, axis) => (axis === normal ? 0 : v - 10)));
    const ring = regionOf([21, 21, 21], voxelSizeZyx, (...at) => at[normal] === 7 && Math.abs(away(at) - 7) < 1.5);
    const disc = regionOf([21, 21, 21], voxelSizeZyx, (...at) => at[normal] === 7 && away(at) < 8.5);
    expect(countOf(fillHoles(ring))).toBe(0);
    expect(afterWrites(ring.own, fillHolesOfSlices(ring, plane))).toEqual(disc.own);
  });
});
