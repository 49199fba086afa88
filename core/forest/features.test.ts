import { expect, it } from "vitest";
import { growBox } from "../labels/object-boxes.ts";
import { cropBox } from "../volume/image-source.ts";
import { boxShape, type VoxelBox, voxelCount, wholeBox, type Zyx } from "../volume/voxel-space.ts";
import { featureBlocks, forEachFeatureIn } from "./bin-features.ts";
import { symmetricEigenvalues } from "./eigenvalues.ts";
import { chooseSigmasUm, featureCount, featureReach, forEachFeature } from "./features.ts";
import { seededImage } from "./testing/seeded-image.ts";

const space = { shapeZyx: [7, 18, 23] as Zyx, voxelSizeZyx: [1.9, 0.5, 0.7] as Zyx };
const sigmasUm = [0.6, 1.3];
const image = seededImage(space.shapeZyx);

function allFeatures(): Float32Array[] {
  const maps: Float32Array[] = [];
  forEachFeature(image, space, sigmasUm, (map, feature) => {
    expect(feature).toBe(maps.length);
    maps.push(map.slice());
  });
  return maps;
}

/** Gaussian means, and differences of them, by sums over all neighbours of one voxel. */
function naiveFeatures([z0, y0, x0]: Zyx, sigmaUm: number): number[] {
  const at = (z: number, y: number, x: number) => {
    const [depth, height, width] = space.shapeZyx;
    const inside = (value: number, size: number) => Math.min(size - 1, Math.max(0, value));
    return image[(inside(z, depth) * height + inside(y, height)) * width + inside(x, width)];
  };
  const kernel = (axis: number, sigma: number) => {
    const voxels = sigma / space.voxelSizeZyx[axis];
    const reach = voxels < 0.2 ? 0 : Math.ceil(3 * voxels);
    const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * voxels ** 2)));
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight, i) => ({ offset: i - reach, weight: weight / sum }));
  };
  const [kz, ky, kx] = [0, 1, 2].map((axis) => kernel(axis, sigmaUm));
  const seen = new Map<string, number>();
  // Only inside, where nothing has to be repeated beyond the border of what is derived.
  const mean = (z: number, y: number, x: number): number => {
    const key = `${z} ${y} ${x}`;
    const known = seen.get(key);
    if (known !== undefined) return known;
    let sum = 0;
    for (const a of kz)
      for (const b of ky)
        for (const c of kx) sum += a.weight * b.weight * c.weight * at(z + a.offset, y + b.offset, x + c.offset);
    seen.set(key, sum);
    return sum;
  };
  const steps = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ] as const;
  const perUm = space.voxelSizeZyx.map((size) => sigmaUm / size);
  const gradient = steps.map(
    ([z, y, x], k) => ((mean(z0 + z, y0 + y, x0 + x) - mean(z0 - z, y0 - y, x0 - x)) / 2) * perUm[k],
  );
  const laplacian = steps.reduce(
    (sum, [z, y, x], k) =>
      sum + (mean(z0 + z, y0 + y, x0 + x) - 2 * mean(z0, y0, x0) + mean(z0 - z, y0 - y, x0 - x)) * perUm[k] ** 2,
    0,
  );
  return [mean(z0, y0, x0), Math.hypot(...gradient), laplacian];
}

it("sees means, slopes and curvature per µm, as sums over all neighbours give them", () => {
  const maps = allFeatures();
  expect(maps).toHaveLength(featureCount(2));
  expect(maps[0]).toEqual(image);
  for (const at of [
    [3, 9, 11],
    [2, 5, 16],
    [4, 12, 4],
  ] as const)
    sigmasUm.forEach((sigmaUm, scale) => {
      const i = (at[0] * space.shapeZyx[1] + at[1]) * space.shapeZyx[2] + at[2];
      naiveFeatures(at, sigmaUm).forEach((value, k) => {
        expect(maps[1 + 9 * scale + k][i]).toBeCloseTo(value, 4);
      });
    });
});

it("has eigenvalues in order whose sum is the trace, and that solve the characteristic equation", () => {
  const random = seededImage([1, 40, 6]);
  const out = new Float64Array(3);
  for (let k = 0; k < 40; k++) {
    const [a, b, c, d, e, f] = random.subarray(6 * k, 6 * k + 6);
    symmetricEigenvalues(a, b, c, d, e, f, out);
    expect(out[0]).toBeGreaterThanOrEqual(out[1]);
    expect(out[1]).toBeGreaterThanOrEqual(out[2]);
    for (const v of out) {
      const determinant = (a - v) * ((b - v) * (c - v) - f * f) - d * (d * (c - v) - f * e) + e * (d * f - (b - v) * e);
      expect(determinant).toBeCloseTo(0, 8);
    }
  }
  symmetricEigenvalues(2, 2, 2, 0, 0, 0, out);
  expect([...out]).toEqual([2, 2, 2]);
});

it("sees the same in a block as in the whole volume, to the last bit", () => {
  const whole = allFeatures();
  const reach = featureReach(space.voxelSizeZyx, sigmasUm);
  const blocks = featureBlocks(wholeBox(space.shapeZyx), space, sigmasUm, 500);
  expect(blocks.length).toBeGreaterThan(2);
  expect(blocks.reduce((sum, block) => sum + voxelCount(boxShape(block)), 0)).toBe(image.length);
  const odd: VoxelBox = { minZyx: [3, 8, 10], maxZyx: [4, 11, 12] };
  for (const block of [...blocks, odd]) {
    const seen = growBox(block, reach, space.shapeZyx);
    const values = cropBox(image, space.shapeZyx, seen, Float32Array);
    forEachFeatureIn({ values, seen, voxelSizeZyx: space.voxelSizeZyx }, block, sigmasUm, (map, feature) => {
      expect(map).toEqual(cropBox(whole[feature], space.shapeZyx, block, Float32Array));
    });
  }
});

it("needs all of the voxels that it says decide", () => {
  const reach = featureReach(space.voxelSizeZyx, sigmasUm);
  for (const axis of [0, 1, 2] as const) {
    const shapeZyx = [1, 1, 1].map((_, k) => (k === axis ? 2 * reach[axis] + 3 : 3)) as [number, number, number];
    const one = (at: number) => {
      const values = new Float32Array(voxelCount(shapeZyx));
      const stride = [shapeZyx[1] * shapeZyx[2], shapeZyx[2], 1][axis];
      for (let i = 0; i < values.length; i++) if (Math.floor(i / stride) % shapeZyx[axis] === at) values[i] = 1;
      const middle = Math.floor(values.length / 2);
      const seen: number[] = [];
      forEachFeature(values, { shapeZyx, voxelSizeZyx: space.voxelSizeZyx }, sigmasUm, (map) => seen.push(map[middle]));
      return seen.some((value) => value !== 0);
    };
    expect(one(0)).toBe(false);
    // The last voxels of a kernel weigh little, and squares of little nothing: it is told by gradients near the end.
    expect(one(Math.max(1, reach[axis] - Math.ceil((3 * 1.3) / space.voxelSizeZyx[axis]) + 1))).toBe(true);
  }
});

it("chooses widths from a voxel to a nucleus", () => {
  const widths = chooseSigmasUm([2, 0.4, 0.4], 10);
  expect(widths[0]).toBeCloseTo(10 / 24, 6);
  expect(widths.at(-1)).toBeCloseTo(2.9, 6);
  expect(widths).toEqual(widths.toSorted((a, b) => a - b));
  expect(chooseSigmasUm([2, 1, 1], 1).every((width, i, all) => i === 0 || width > all[i - 1])).toBe(true);
});
