import { describe, expect, it } from "vitest";
import type { Zyx } from "../../volume/voxel-space.ts";
import { planeAxes, type SlicePlane } from "../slice-plane.ts";
import { seededRandom } from "../testing/seeded-random.ts";
import { interpolateSlices, planeWithGaps } from "./interpolate-slices.ts";
import type { NucleusRegion } from "./nucleus-region.ts";
import { afterWrites, forVoxels, iouOf, regionOf } from "./testing/region-of.ts";

const planes: readonly SlicePlane[] = ["xy", "xz", "yz"];
const voxelSizeZyx: Zyx = [1.75, 0.8, 0.5];

/** Whether a point lies in an ellipsoid, radii in µm. */
const ellipsoid = (centre: Zyx, radiiUm: Zyx) => (z: number, y: number, x: number) =>
  [z, y, x].reduce((sum, v, axis) => sum + (((v - centre[axis]) * voxelSizeZyx[axis]) / radiiUm[axis]) ** 2, 0) <= 1;

describe("interpolation between two slices, against distances of all pairs of voxels", () => {
  for (const plane of planes)
    it(plane, () => {
      const random = seededRandom(plane.charCodeAt(0) * 7 + plane.charCodeAt(1));
      const { row, column, normal } = planeAxes(plane);
      const shapeZyx: Zyx = [11, 12, 13];
      const [rowUm, columnUm] = [voxelSizeZyx[row], voxelSizeZyx[column]];
      let filled = 0;
      for (let round = 0; round < 4; round++) {
        const [from, to] = [1 + round, shapeZyx[normal] - 1 - (round % 2)];
        // Both round one centre, so that moving them onto each other gains nothing.
        const radii = [from, to].map(() => [1 + random() * 1.4, 1 + random() * 1.4]);
        const inSection = (end: 0 | 1, r: number, c: number) =>
          Math.hypot((r - 5) / radii[end][0], (c - 6) / radii[end][1]) <= 1.5;
        const region = regionOf(shapeZyx, voxelSizeZyx, (...at) => {
          if (at[normal] === from) return inSection(0, at[row], at[column]);
          return at[normal] === to && inSection(1, at[row], at[column]);
        });
        const signed = (end: 0 | 1, r: number, c: number): number => {
          const own = inSection(end, r, c);
          let nearest = Infinity;
          for (let v = -1; v <= shapeZyx[row]; v++)
            for (let u = -1; u <= shapeZyx[column]; u++)
              if (inSection(end, v, u) !== own)
                nearest = Math.min(nearest, Math.hypot((v - r) * rowUm, (u - c) * columnUm));
          return own ? nearest : -nearest;
        };
        const writes = interpolateSlices(region, plane);
        forVoxels(shapeZyx, (z, y, x, i) => {
          const at = [z, y, x];
          const t = (at[normal] - from) / (to - from);
          const isGap = t > 0 && t < 1;
          const value = isGap
            ? (1 - t) * signed(0, at[row], at[column]) + t * signed(1, at[row], at[column])
            : Number.NEGATIVE_INFINITY;
          if (Math.abs(value) < 1e-5) return; // on the line: either will do
          if (writes[i] !== Number(value > 0)) throw new Error(`voxel ${at}: ${writes[i]} at ${value} µm`);
          filled += writes[i];
        });
      }
      expect(filled).toBeGreaterThan(200);
    });
});

describe("interpolation", () => {
  const shapeZyx: Zyx = [19, 40, 60];
  const centre: Zyx = [9, 19.5, 30];
  const isIn = ellipsoid(centre, [15, 13, 12]);
  const whole = regionOf(shapeZyx, voxelSizeZyx, isIn);
  const kept = (plane: SlicePlane, keep: (slice: number) => boolean) =>
    regionOf(shapeZyx, voxelSizeZyx, (...at) => isIn(...at) && keep(at[planeAxes(plane).normal]));

  it.each(planes)("through every second slice in %s of an ellipsoid gives it back", (plane) => {
    const region = kept(plane, (slice) => slice % 2 === 1);
    const after = afterWrites(region.own, interpolateSlices(region, plane));
    const { normal } = planeAxes(plane);
    const [first, last] = endsOf(region, normal);
    const between = regionOf(
      shapeZyx,
      voxelSizeZyx,
      (...at) => isIn(...at) && at[normal] >= first && at[normal] <= last,
    );
    expect(iouOf(after, between.own)).toBeGreaterThan(0.96);
    expect(iouOf(after, whole.own)).toBeGreaterThan(0.9);
  });

  it("of few outlines bends as the nucleus does: more than straight lines would give", () => {
    const at = [1, 5, 9, 13, 17];
    const region = kept("xy", (slice) => at.includes(slice));
    expect(iouOf(afterWrites(region.own, interpolateSlices(region, "xy")), whole.own)).toBeGreaterThan(0.93);
    const three = kept("xy", (slice) => [1, 9, 17].includes(slice));
    expect(iouOf(afterWrites(three.own, interpolateSlices(three, "xy")), whole.own)).toBeGreaterThan(0.85);
  });

  it("never writes into a filled slice, beyond the ends, or over another nucleus, whatever the shapes", () => {
    const random = seededRandom(11);
    for (let round = 0; round < 12; round++) {
      const plane = planes[round % 3];
      const { normal } = planeAxes(plane);
      const used = new Set(Array.from({ length: 2 + (round % 4) }, () => Math.floor(random() * 14)));
      const region = regionOf(
        [14, 14, 15],
        voxelSizeZyx,
        (...at) => used.has(at[normal]) && random() < 0.6,
        (z, y, x) => (z + 2 * y + 3 * x) % 7 === 0,
      );
      const filled = new Set<number>();
      forVoxels(region.shapeZyx, (z, y, x, i) => region.own[i] && filled.add([z, y, x][normal]));
      const writes = interpolateSlices(region, plane);
      forVoxels(region.shapeZyx, (z, y, x, i) => {
        if (writes[i] === 0) return;
        const slice = [z, y, x][normal];
        const isRight =
          writes[i] === 1 &&
          region.blocked[i] === 0 &&
          !filled.has(slice) &&
          slice > Math.min(...filled) &&
          slice < Math.max(...filled);
        if (!isRight) throw new Error(`voxel ${z},${y},${x} must not be written`);
      });
    }
  });

  it("of a slanted rod whose outlines lie beside each other joins them", () => {
    const disc = (z: number, y: number, x: number) => Math.hypot((y - 8) * 0.8, (x - 8 - 4 * z) * 0.5) <= 3;
    const shape: Zyx = [9, 17, 50];
    const region = regionOf(shape, voxelSizeZyx, (z, y, x) => z % 4 === 0 && disc(z, y, x));
    const after = afterWrites(region.own, interpolateSlices(region, "xy"));
    expect(iouOf(after, regionOf(shape, voxelSizeZyx, disc).own)).toBeGreaterThan(0.9);
  });

  it("of two equal outlines repeats them exactly, holes and all", () => {
    const ring = (_z: number, y: number, x: number) => Math.abs(Math.hypot(y - 12, x - 14) - 7) < 3;
    const region = regionOf([8, 25, 29], voxelSizeZyx, (z, y, x) => (z === 0 || z === 7) && ring(z, y, x));
    expect(afterWrites(region.own, interpolateSlices(region, "xy"))).toEqual(
      regionOf([8, 25, 29], voxelSizeZyx, ring).own,
    );
  });
});

describe("the plane that has gaps", () => {
  const striped = (normal: number) =>
    regionOf([9, 9, 9], voxelSizeZyx, (...at) => at[normal] % 4 === 0 && Math.hypot(...at.map((v) => v - 4)) < 7);

  it("is the one that is looked at, else the one with gaps, else none", () => {
    expect(planeWithGaps(striped(0), "xy")).toBe("xy");
    expect(planeWithGaps(striped(0), "yz")).toBe("xy");
    expect(planeWithGaps(striped(2), "xy")).toBe("yz");
    expect(
      planeWithGaps(
        regionOf([5, 5, 5], voxelSizeZyx, () => true),
        "xz",
      ),
    ).toBeNull();
    expect(
      planeWithGaps(
        regionOf([5, 5, 5], voxelSizeZyx, () => false),
        "xz",
      ),
    ).toBeNull();
  });
});

function endsOf({ own, shapeZyx }: NucleusRegion, normal: number): readonly [number, number] {
  let [first, last] = [Infinity, -Infinity];
  forVoxels(shapeZyx, (z, y, x, i) => {
    if (own[i] === 0) return;
    first = Math.min(first, [z, y, x][normal]);
    last = Math.max(last, [z, y, x][normal]);
  });
  return [first, last];
}
