import { describe, expect, it } from "vitest";
import { seededRandom } from "../../edit/testing/seeded-random.ts";
import type { VoxelSpace, Zyx } from "../../volume/voxel-space.ts";
import { digitalEllipsoid, randomDirections } from "../testing/digital-ellipsoid.ts";
import { measureFully } from "./measure-fully.ts";

const random = seededRandom(23);

/** Every measure by the plainest loops over all voxels, and over all pairs of them. */
function naive(labels: Uint32Array, { shapeZyx, voxelSizeZyx }: VoxelSpace, label: number, image: Float32Array) {
  const [depth, height, width] = shapeZyx;
  const at = (z: number, y: number, x: number) =>
    z < 0 || y < 0 || x < 0 || z >= depth || y >= height || x >= width ? 0 : labels[(z * height + y) * width + x];
  const all: Zyx[] = [];
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (at(z, y, x) === label) all.push([z, y, x]);
  const um = (point: readonly number[]) => point.map((v, axis) => v * voxelSizeZyx[axis]);
  const steps = [0, 1, 2].flatMap((axis) => [-1, 1].map((sign) => [0, 1, 2].map((a) => (a === axis ? sign : 0))));
  const open = ([z, y, x]: Zyx) => steps.filter(([dz, dy, dx]) => at(z + dz, y + dy, x + dx) !== label).length;
  const border = all.filter((voxel) => open(voxel) > 0);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const deviation = (values: readonly number[]) =>
    Math.sqrt(values.reduce((sum, v) => sum + (v - mean(values)) ** 2, 0) / (values.length - 1));
  const distance = (a: readonly number[], b: readonly number[]) => Math.hypot(...a.map((v, axis) => v - b[axis]));
  const farthest = (points: readonly (readonly number[])[]) => {
    let most = 0;
    for (const a of points) for (const b of points) most = Math.max(most, distance(um(a), um(b)));
    return most;
  };
  const centre = [0, 1, 2].map((axis) => mean(all.map((voxel) => voxel[axis])));
  const [cz, cy, cx] = centre.map(Math.round);
  const distances = border.map((voxel) => distance(um(voxel), um(centre)));
  const covariance = (points: readonly (readonly number[])[]) => {
    const m = [0, 1, 2].map((axis) => mean(points.map((point) => um(point)[axis])));
    return [0, 1, 2].map((i) =>
      [0, 1, 2].map((j) => mean(points.map((point) => (um(point)[i] - m[i]) * (um(point)[j] - m[j])))),
    );
  };
  const flat = [...new Set(all.map(([, y, x]) => `${y} ${x}`))].map((text) => [0, ...text.split(" ").map(Number)]);
  const [[, ,], [, a, b], [, , d]] = covariance(flat);
  const root = Math.sqrt(((a - d) / 2) ** 2 + b * b);
  const [[m00, m01, m02], [, m11, m12], [, , m22]] = covariance(all);
  const determinant = m00 * (m11 * m22 - m12 ** 2) - m01 * (m01 * m22 - m12 * m02) + m02 * (m01 * m12 - m11 * m02);
  const volumeUm3 = all.length * voxelSizeZyx[0] * voxelSizeZyx[1] * voxelSizeZyx[2];
  const values = all.map(([z, y, x]) => image[(z * height + y) * width + x]);
  const isInside = at(cz, cy, cx) === label;
  return {
    mask: {
      surfacePix: all.reduce((sum, voxel) => sum + open(voxel), 0),
      feretMaxUm: farthest(border),
      // The product of the half-axes is a root of the determinant: no eigenvalue is needed.
      ratioEllVolume: volumeUm3 / (((4 * Math.PI) / 3) * Math.sqrt(125 * determinant)),
      dcAvgUm: isInside ? mean(distances) : null,
      dcSdUm: isInside ? deviation(distances) : null,
      zThicknessUm: (Math.max(...all.map(([z]) => z)) - Math.min(...all.map(([z]) => z))) * voxelSizeZyx[0],
      xyFeretMaxUm: farthest(flat),
      xyAxisMaxUm: Math.sqrt(5 * ((a + d) / 2 + root)),
      xyAxisMinUm: Math.sqrt(5 * ((a + d) / 2 - root)),
    },
    intensity: { min: Math.min(...values), max: Math.max(...values), sd: deviation(values) },
  };
}

function expectSame(given: object, expected: object): void {
  for (const [group, values] of Object.entries(expected))
    for (const [name, value] of Object.entries(values as object)) {
      const found = (given as Record<string, Record<string, number | null>>)[group][name];
      if (value === null) expect(found, name).toBeNull();
      else expect((found ?? Number.NaN) / value, name).toBeCloseTo(1, 9);
    }
}

describe("what NucleusJ 2.0 and TANGO measure", () => {
  it.each([
    [
      [2.1, 0.7, 0.4],
      [3.5, 2.8, 4.4],
    ],
    [
      [0.5, 0.6, 0.4],
      [2.2, 1.4, 3.1],
    ],
    [
      [1, 0.31, 0.29],
      [2.1, 2.6, 1.3],
    ],
  ] as [Zyx, Zyx][])("is, of ellipsoids with voxels of %s µm, what plain loops say", (voxelSizeZyx, halfAxesUm) => {
    const shift: Zyx = [random() - 0.5, random() - 0.5, random() - 0.5];
    const body = digitalEllipsoid({ halfAxesUm, directionsZyx: randomDirections(random) }, voxelSizeZyx, shift);
    const image = Float32Array.from(body.labels, () => 1e5 + 50 * random());
    const [{ tools }] = measureFully(body.labels, body.space, image);
    expectSame(tools, naive(body.labels, body.space, 1, image));
    // A body of theory, too: all distances of a digital ellipsoid lie near those of the true one.
    const longest = 2 * Math.max(...halfAxesUm);
    expect(Math.abs((tools.mask?.feretMaxUm ?? 0) - longest)).toBeLessThan(Math.max(...voxelSizeZyx));
    expect(tools.mask?.ratioEllVolume).toBeGreaterThan(0.9);
    expect(tools.mask?.ratioEllVolume).toBeLessThan(1.05);
  });

  it("is what plain loops say of many blocky nuclei at once, with holes, at borders, in pieces side by side", () => {
    const space: VoxelSpace = { shapeZyx: [6, 9, 11], voxelSizeZyx: [1.7, 0.5, 0.4] };
    const labels = Uint32Array.from({ length: 6 * 9 * 11 }, () => [0, 0, 4, 4, 4, 70_000, 9][Math.floor(random() * 7)]);
    const image = Float32Array.from(labels, () => random() * 1000);
    const measured = measureFully(labels, space, image);
    expect(measured.map(({ labelValue }) => labelValue)).toEqual([4, 9, 70_000]);
    for (const { labelValue, tools } of measured) expectSame(tools, naive(labels, space, labelValue, image));
  });

  it("tells no distances from a centre that lies outside, and no axes of what is flat", () => {
    const space: VoxelSpace = { shapeZyx: [3, 5, 9], voxelSizeZyx: [2, 0.5, 0.4] };
    const labels = new Uint32Array(3 * 5 * 9);
    for (let x = 1; x < 8; x++) {
      labels[45 + 9 + x] = 7; // two rows beside a gap: the centre is in the gap
      labels[45 + 27 + x] = 7;
    }
    labels[4] = 8;
    const [{ tools }, single] = measureFully(labels, space, null);
    expect(tools.mask).toMatchObject({ dcAvgUm: null, dcSdUm: null, ratioEllVolume: null, zThicknessUm: 0 });
    expect(tools.mask?.xyAxisMinUm).toBeCloseTo(Math.sqrt(5) * 0.5, 9);
    expect(tools.intensity).toBeNull();
    expect(single.tools.mask).toMatchObject({ feretMaxUm: 0, dcAvgUm: 0, dcSdUm: null, xyAxisMinUm: null });
  });

  it("is not told of a nucleus that a plane without it cuts in two; its brightness is", () => {
    const space: VoxelSpace = { shapeZyx: [5, 3, 4], voxelSizeZyx: [2, 0.5, 0.4] };
    const labels = new Uint32Array(60);
    const image = Float32Array.from(labels, (_, i) => i);
    for (const at of [5, 6, 41, 42]) labels[at] = 3;
    expect(measureFully(labels, space, image)[0].tools).toEqual({
      mask: null,
      intensity: { min: 5, max: 42, sd: expect.closeTo(Math.sqrt((18.5 ** 2 + 17.5 ** 2) * (2 / 3)), 9) },
    });
  });
});
