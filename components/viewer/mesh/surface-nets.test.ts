import { describe, expect, it } from "vitest";
import { BRICK_VOXELS, type BrickKey, brickBox, brickKeysOfBox, indexInBrick } from "../../../core/volume/brick.ts";
import { wholeBox, type Zyx } from "../../../core/volume/voxel-space.ts";
import { assembleBlock, bricksToRebuild } from "./label-block.ts";
import { chooseStride, sampleBrick } from "./label-samples.ts";
import type { BrickSurface } from "./mesh-messages.ts";
import { buildSurface } from "./surface-nets.ts";

interface Ellipsoid {
  readonly label: number;
  readonly centerUmZyx: Zyx;
  readonly radiusUmZyx: Zyx;
}

/** All bricks of a volume, each meshed by itself. */
function meshVolume(
  shapeZyx: Zyx,
  voxelSizeZyx: Zyx,
  strideZyx: Zyx,
  labelAt: (z: number, y: number, x: number) => number,
) {
  const bricks = new Map<BrickKey, Uint32Array>();
  const keys = brickKeysOfBox(wholeBox(shapeZyx));
  for (const key of keys) {
    const voxels = new Uint32Array(BRICK_VOXELS);
    const { minZyx, maxZyx } = brickBox(key, shapeZyx);
    for (let z = minZyx[0]; z < maxZyx[0]; z++)
      for (let y = minZyx[1]; y < maxZyx[1]; y++)
        for (let x = minZyx[2]; x < maxZyx[2]; x++) voxels[indexInBrick(z, y, x)] = labelAt(z, y, x);
    const samples = sampleBrick(voxels, key, shapeZyx, strideZyx);
    if (samples) bricks.set(key, samples);
  }
  return keys.flatMap((key) => {
    const block = assembleBlock({ voxelSizeZyx, strideZyx, bricks }, key);
    const surface = block && buildSurface(block);
    return surface ? [surface] : [];
  });
}

const inEllipsoids = (ellipsoids: readonly Ellipsoid[], voxelSizeZyx: Zyx) => (z: number, y: number, x: number) =>
  ellipsoids.find(
    ({ centerUmZyx, radiusUmZyx }) =>
      [z, y, x].reduce(
        (sum, v, axis) => sum + (((v + 0.5) * voxelSizeZyx[axis] - centerUmZyx[axis]) / radiusUmZyx[axis]) ** 2,
        0,
      ) <= 1,
  )?.label ?? 0;

/** A closed surface has every directed edge as often as its reverse, also where two bricks meet. */
function openEdges(surfaces: readonly BrickSurface[], label: number): { open: number; edges: number } {
  const balance = new Map<string, number>();
  const name = (s: BrickSurface, v: number) => [0, 1, 2].map((k) => Math.round(s.positions[v * 3 + k] * 1000)).join();
  for (const surface of surfaces)
    for (let i = 0; i < surface.indices.length; i += 3) {
      if (surface.labels[surface.indices[i]] !== label) continue;
      const corners = [0, 1, 2].map((k) => name(surface, surface.indices[i + k]));
      for (let k = 0; k < 3; k++) {
        const [a, b] = [corners[k], corners[(k + 1) % 3]];
        const [edge, sign] = a < b ? [`${a}|${b}`, 1] : [`${b}|${a}`, -1];
        balance.set(edge, (balance.get(edge) ?? 0) + sign);
      }
    }
  return { open: [...balance.values()].filter((n) => n !== 0).length, edges: balance.size };
}

/** By the divergence theorem: positive when triangles turn outwards. */
function volumeUm3(surfaces: readonly BrickSurface[], label: number): number {
  let sum = 0;
  for (const { positions, indices, labels } of surfaces)
    for (let i = 0; i < indices.length; i += 3) {
      if (labels[indices[i]] !== label) continue;
      const [a, b, c] = [0, 1, 2].map((k) => [0, 1, 2].map((d) => positions[indices[i + k] * 3 + d]));
      sum +=
        a[0] * (b[1] * c[2] - b[2] * c[1]) + a[1] * (b[2] * c[0] - b[0] * c[2]) + a[2] * (b[0] * c[1] - b[1] * c[0]);
    }
  return sum / 6;
}

const shapeZyx: Zyx = [40, 90, 140];

describe("surfaces of nuclei", () => {
  for (const ratio of [1, 2, 5])
    for (const strideZyx of [
      [1, 1, 1],
      [1, 2, 2],
    ] as Zyx[])
      it(`are closed, turn outwards and have the right volume with slices ${ratio} times as thick, stride ${strideZyx}`, () => {
        const voxelSizeZyx: Zyx = [0.3 * ratio, 0.3, 0.25];
        const ellipsoids: Ellipsoid[] = [
          { label: 70_000, centerUmZyx: [6 * ratio, 19.2, 16], radiusUmZyx: [4 * ratio, 6, 5] }, // over four bricks
          { label: 9, centerUmZyx: [6 * ratio, 10, 26], radiusUmZyx: [4 * ratio, 5, 7] }, // touches the first
          { label: 4_294_967_295, centerUmZyx: [0, 20, 30], radiusUmZyx: [3 * ratio, 4, 4] }, // cut by the border
        ];
        const surfaces = meshVolume(shapeZyx, voxelSizeZyx, strideZyx, inEllipsoids(ellipsoids, voxelSizeZyx));
        expect(surfaces.length).toBeGreaterThan(2);
        for (const { label, radiusUmZyx } of ellipsoids) {
          const { open, edges } = openEdges(surfaces, label);
          expect(edges).toBeGreaterThan(300);
          expect(open).toBe(0);
          const whole = (4 / 3) * Math.PI * radiusUmZyx[0] * radiusUmZyx[1] * radiusUmZyx[2];
          const truth = label === 4_294_967_295 ? whole / 2 : whole;
          const share = volumeUm3(surfaces, label) / truth;
          expect(share).toBeGreaterThan(label === 70_000 ? 0.9 : 0.7); // the others are cut by a neighbour or the border
          expect(share).toBeLessThan(1.05);
        }
      });

  it("have normals of length 1 that point away from the middle, also at the seams", () => {
    const voxelSizeZyx: Zyx = [0.9, 0.3, 0.3];
    const middle: Zyx = [18, 19.2, 19.2];
    const ball = [{ label: 5, centerUmZyx: middle, radiusUmZyx: [9, 9, 9] as Zyx }];
    const surfaces = meshVolume(shapeZyx, voxelSizeZyx, [1, 1, 1], inEllipsoids(ball, voxelSizeZyx));
    let checked = 0;
    const normalAt = new Map<string, number[]>();
    for (const { positions, normals } of surfaces)
      for (let v = 0; v < positions.length; v += 3) {
        const normal = [normals[v], normals[v + 1], normals[v + 2]];
        expect(Math.hypot(...normal)).toBeCloseTo(1, 4);
        const out = [positions[v] - middle[2], positions[v + 1] - middle[1], positions[v + 2] - middle[0]];
        const cosine = out.reduce((sum, o, k) => sum + o * normal[k], 0) / Math.hypot(...out);
        expect(cosine).toBeGreaterThan(0.7);
        const name = [0, 1, 2].map((k) => Math.round(positions[v + k] * 1000)).join();
        const other = normalAt.get(name);
        if (other) for (let k = 0; k < 3; k++) expect(normal[k]).toBeCloseTo(other[k], 4);
        else normalAt.set(name, normal);
        checked++;
      }
    expect(checked).toBeGreaterThan(normalAt.size + 20); // some vertices lie in two bricks
  });

  it("of an empty volume are none", () => {
    expect(meshVolume(shapeZyx, [1, 1, 1], [1, 1, 1], () => 0)).toEqual([]);
  });

  it("of the bricks that a change does not name stay as they are", () => {
    const voxelSizeZyx: Zyx = [1, 0.5, 0.5];
    const shape: Zyx = [64, 128, 192];
    const keys = brickKeysOfBox(wholeBox(shape));
    const noise = (z: number, y: number, x: number) =>
      z < 26 || z > 36 ? 0 : ((z >> 3) + (y >> 3) * 3 + (x >> 3) * 5) % 7;
    const samplesOf = (at: (z: number, y: number, x: number) => number) =>
      new Map(
        keys.map((key) => {
          const voxels = new Uint32Array(BRICK_VOXELS);
          const { minZyx } = brickBox(key, shape);
          for (let i = 0; i < BRICK_VOXELS; i++)
            voxels[i] = at(minZyx[0] + (i >> 12), minZyx[1] + ((i >> 6) & 63), minZyx[2] + (i & 63));
          return [key, sampleBrick(voxels, key, shape, [1, 1, 1])!];
        }),
      );
    const before = samplesOf(noise);
    for (const changed of [
      [30, 30, 30],
      [30, 62, 68],
    ]) {
      const after = samplesOf((z, y, x) => ([z, y, x].every((v, i) => v === changed[i]) ? 99 : noise(z, y, x)));
      const home = keys.find((key) => {
        const { minZyx, maxZyx } = brickBox(key, shape);
        return changed.every((v, axis) => v >= minZyx[axis] && v < maxZyx[axis]);
      })!;
      const named = new Set(bricksToRebuild(home, before.get(home)!, after.get(home)!, [1, 1, 1]));
      expect(named.size).toBe(changed[1] === 30 ? 1 : 4);
      for (const key of keys) {
        if (named.has(key)) continue;
        const old = buildSurface(assembleBlock({ voxelSizeZyx, strideZyx: [1, 1, 1], bricks: before }, key)!);
        const now = buildSurface(assembleBlock({ voxelSizeZyx, strideZyx: [1, 1, 1], bricks: after }, key)!);
        expect(Buffer.from(now!.positions.buffer).equals(Buffer.from(old!.positions.buffer))).toBe(true);
        expect(Buffer.from(now!.indices.buffer).equals(Buffer.from(old!.indices.buffer))).toBe(true);
      }
    }
  });
});

describe("the stride of samples", () => {
  it("thins the finest axes first, so that samples become as long as they are thick", () => {
    expect(chooseStride([40, 100, 100], [1, 0.2, 0.2])).toEqual([1, 1, 1]);
    expect(chooseStride([128, 512, 512], [1, 0.4, 0.4])).toEqual([1, 2, 2]);
    expect(chooseStride([512, 512, 512], [0.5, 0.5, 0.5], 20_000_000)).toEqual([2, 2, 2]);
    expect(chooseStride([4000, 9000, 9000], [1, 0.1, 0.1])).toEqual([8, 8, 8]);
  });
});
