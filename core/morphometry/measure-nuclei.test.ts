import { describe, expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import type { VoxelSpace, Zyx } from "../volume/voxel-space.ts";
import { createNucleusMeasurement, measureNuclei } from "./measure-nuclei.ts";

const MARGIN_VOXELS = 3;

/** A digital ellipsoid off the grid's centres; `turnRad` turns it about x, out of the z axis. */
function ellipsoid(halfAxesUm: Zyx, voxelSizeZyx: Zyx, turnRad = 0): VoxelSpace & { labels: Uint32Array } {
  const reachUm = turnRad === 0 ? halfAxesUm : ([0, 1, 2].map(() => Math.max(...halfAxesUm)) as unknown as Zyx);
  const shape = reachUm.map((reach, axis) => Math.ceil((2 * reach) / voxelSizeZyx[axis]) + 2 * MARGIN_VOXELS);
  const shapeZyx: Zyx = [shape[0], shape[1], shape[2]];
  const centre = shape.map((size, axis) => (size / 2 + [0.13, 0.31, -0.2][axis]) * voxelSizeZyx[axis]);
  const labels = new Uint32Array(shape[0] * shape[1] * shape[2]);
  for (let z = 0; z < shape[0]; z++)
    for (let y = 0; y < shape[1]; y++)
      for (let x = 0; x < shape[2]; x++) {
        const [dz, dy, dx] = [z, y, x].map((v, axis) => (v + 0.5) * voxelSizeZyx[axis] - centre[axis]);
        const tz = dz * Math.cos(turnRad) - dy * Math.sin(turnRad);
        const ty = dz * Math.sin(turnRad) + dy * Math.cos(turnRad);
        const r = (tz / halfAxesUm[0]) ** 2 + (ty / halfAxesUm[1]) ** 2 + (dx / halfAxesUm[2]) ** 2;
        if (r <= 1) labels[(z * shape[1] + y) * shape[2] + x] = 5;
      }
  return { labels, shapeZyx, voxelSizeZyx };
}

/** Surface of an ellipsoid by midpoint integration over its parameters. */
function ellipsoidSurfaceUm2([a, b, c]: Zyx): number {
  const steps = 400;
  let sum = 0;
  for (let i = 0; i < steps; i++)
    for (let j = 0; j < steps; j++) {
      const [theta, phi] = [((i + 0.5) / steps) * Math.PI, ((j + 0.5) / steps) * 2 * Math.PI];
      const [st, ct, sp, cp] = [Math.sin(theta), Math.cos(theta), Math.sin(phi), Math.cos(phi)];
      sum += st * Math.hypot(b * c * st * cp, a * c * st * sp, a * b * ct);
    }
  return (sum * 2 * Math.PI ** 2) / steps ** 2;
}

const onlyOne = (volume: VoxelSpace & { labels: Uint32Array }) => {
  const nuclei = measureNuclei(volume.labels, volume);
  expect(nuclei).toHaveLength(1);
  return nuclei[0];
};

describe.each([1, 2, 5])("with z voxels %i times as thick", (anisotropy) => {
  const voxelSizeZyx: Zyx = [0.3 * anisotropy, 0.3, 0.3];
  const unit = 10 * voxelSizeZyx[0]; // the smallest half-axis is 10 voxels on every axis
  it.each([
    ["sphere", [1, 1, 1], 0],
    ["1:1:2 along x", [1, 1, 2], 0],
    ["1:2:2", [1, 2, 2], 0],
    ["2:1:1, long in z", [2, 1, 1], 0],
    ["1:1:2, turned", [1, 2, 1], 0.6],
  ] as const)("measures a %s", (_name, proportions, turnRad) => {
    const axes: Zyx = [proportions[0] * unit, proportions[1] * unit, proportions[2] * unit];
    const nucleus = onlyOne(ellipsoid(axes, voxelSizeZyx, turnRad));
    const volumeUm3 = (4 / 3) * Math.PI * axes[0] * axes[1] * axes[2];
    const surfaceUm2 = ellipsoidSurfaceUm2(axes);
    const [short, middle, long] = axes.toSorted((a, b) => a - b);
    expect(nucleus.volumeUm3 / volumeUm3).toBeCloseTo(1, 2); // within 0.5 %
    expect(Math.abs(nucleus.surfaceAreaUm2 / surfaceUm2 - 1)).toBeLessThan(0.01);
    expect(Math.abs(nucleus.sphericity / ((36 * Math.PI * volumeUm3 ** 2) / surfaceUm2 ** 3) - 1)).toBeLessThan(0.03);
    expect(Math.abs((nucleus.flatness ?? 0) / (middle / short) - 1)).toBeLessThan(0.01);
    expect(Math.abs((nucleus.elongation ?? 0) / (long / middle) - 1)).toBeLessThan(0.01);
    expect(nucleus.equivalentRadiusUm).toBeCloseTo(Math.cbrt(axes[0] * axes[1] * axes[2]), 1);
    expect(nucleus.truncated).toBe(false);
    // The bias that makes summed faces useless for sphericity: half too large for a sphere.
    const ratio = nucleus.surfaceAreaFacesUm2 / surfaceUm2;
    if (long === short) expect([ratio > 1.48, ratio < 1.53]).toEqual([true, true]);
  });

  it("stays within 5 % for nuclei of three voxels' radius", () => {
    const radius = 3 * voxelSizeZyx[0];
    const nucleus = onlyOne(ellipsoid([radius, radius, radius], voxelSizeZyx));
    expect(Math.abs(nucleus.surfaceAreaUm2 / (4 * Math.PI * radius ** 2) - 1)).toBeLessThan(0.05);
  });
});

/** Faces, sums and borders by plain loops over the whole volume. */
function naive(labels: Uint32Array, image: Float32Array, { shapeZyx, voxelSizeZyx }: VoxelSpace, label: number) {
  const [nz, ny, nx] = shapeZyx;
  const [vz, vy, vx] = voxelSizeZyx;
  const at = (z: number, y: number, x: number) =>
    z < 0 || z >= nz || y < 0 || y >= ny || x < 0 || x >= nx ? 0 : labels[(z * ny + y) * nx + x];
  let [voxels, facesUm2, intensity, truncated] = [0, 0, 0, false];
  const centroid = [0, 0, 0];
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++) {
        if (at(z, y, x) !== label) continue;
        voxels++;
        intensity += image[(z * ny + y) * nx + x];
        centroid[0] += (z + 0.5) * vz;
        centroid[1] += (y + 0.5) * vy;
        centroid[2] += (x + 0.5) * vx;
        for (const side of [-1, 1]) {
          if (at(z + side, y, x) !== label) facesUm2 += vy * vx;
          if (at(z, y + side, x) !== label) facesUm2 += vz * vx;
          if (at(z, y, x + side) !== label) facesUm2 += vz * vy;
        }
        truncated ||= [z, y, x].some((v, axis) => v === 0 || v === shapeZyx[axis] - 1);
      }
  return { voxels, facesUm2, mean: intensity / voxels, truncated, centroid: centroid.map((sum) => sum / voxels) };
}

it("agrees with plain loops on random blocky labels with touching nuclei, holes and borders", () => {
  const random = seededRandom(3);
  const space: VoxelSpace = { shapeZyx: [7, 11, 13], voxelSizeZyx: [1.7, 0.5, 0.4] };
  const labels = Uint32Array.from({ length: 7 * 11 * 13 }, () => [0, 0, 0, 3, 3, 70_000, 9][Math.floor(random() * 7)]);
  labels[(3 * 11 + 5) * 13 + 6] = 4_294_967_295; // a single voxel inside
  const image = Float32Array.from(labels, () => random() * 1000);
  const nuclei = measureNuclei(labels, space, image);
  expect(nuclei.map((nucleus) => nucleus.labelValue)).toEqual([3, 9, 70_000, 4_294_967_295]);
  for (const nucleus of nuclei) {
    const expected = naive(labels, image, space, nucleus.labelValue);
    expect(nucleus.voxels).toBe(expected.voxels);
    expect(nucleus.surfaceAreaFacesUm2).toBeCloseTo(expected.facesUm2, 6);
    expect(nucleus.meanIntensity).toBeCloseTo(expected.mean, 6);
    expect(nucleus.truncated).toBe(expected.truncated);
    nucleus.centroidZyxUm.forEach((v, axis) => {
      expect(v).toBeCloseTo(expected.centroid[axis], 9);
    });
  }
  expect(nuclei[3]).toMatchObject({ truncated: false, voxels: 1, flatness: null, elongation: null });
});

it("gives a flat nucleus no flatness, but an elongation", () => {
  const labels = new Uint32Array(3 * 8 * 10);
  for (let y = 2; y < 5; y++) for (let x = 1; x < 9; x++) labels[(8 + y) * 10 + x] = 1;
  const [nucleus] = measureNuclei(labels, { shapeZyx: [3, 8, 10], voxelSizeZyx: [2, 0.5, 0.5] });
  expect(nucleus.flatness).toBeNull();
  expect(nucleus.elongation).toBeCloseTo(Math.sqrt((8 ** 2 - 1) / (3 ** 2 - 1)), 9); // variance of n voxels: (n² - 1) / 12
});

it("refuses planes of another size, too many and too few", () => {
  const space: VoxelSpace = { shapeZyx: [2, 3, 4], voxelSizeZyx: [1, 1, 1] };
  const measurement = createNucleusMeasurement(space);
  expect(() => measurement.addPlane({ labels: new Uint32Array(11), image: null })).toThrow("3 × 4");
  measurement.addPlane({ labels: new Uint32Array(12), image: null });
  expect(() => measurement.finish()).toThrow("1 of 2");
  measurement.addPlane({ labels: new Uint32Array(12), image: null });
  expect(() => measurement.addPlane({ labels: new Uint32Array(12), image: null })).toThrow("not more");
});
