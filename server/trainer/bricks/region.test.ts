import { describe, expect, it } from "vitest";
import { growBox } from "../../../core/labels/object-boxes.ts";
import { UNCERTAIN } from "../../../core/labels/watershed.ts";
import { cropBox } from "../../../core/volume/image-source.ts";
import { smooth } from "../../../core/volume/smooth.ts";
import { type VoxelBox, type VoxelSpace, voxelCount, type Zyx } from "../../../core/volume/voxel-space.ts";
import { labelsBeside, segmentInstances, segmentRegion } from "../instances/instances.ts";
import { createRandom } from "../random.ts";
import { regionOf } from "./region.ts";

/** Smoothed noise: nuclei of all shapes that touch each other everywhere. */
function noisyMaps(seed: number, space: VoxelSpace) {
  const random = createRandom(seed);
  const noise = (sigmaUm: number) => {
    const rough = Float32Array.from({ length: voxelCount(space.shapeZyx) }, () => random.uniform());
    const values = smooth(rough, space, sigmaUm);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return values.map((value) => (value - least) / (most - least));
  };
  return { shapeZyx: space.shapeZyx, foreground: noise(0.7), distance: noise(0.5), boundary: noise(0.4) };
}

/** Judge of an object's identity: its voxels in the whole volume, as a set. */
function voxelSets(labels: Uint32Array): Map<number, string> {
  const sets = new Map<number, number[]>();
  labels.forEach((label, i) => {
    if (label !== 0) sets.set(label, [...(sets.get(label) ?? []), i]);
  });
  return new Map([...sets].map(([label, voxels]) => [label, voxels.join()]));
}

describe("segmentRegion", () => {
  it.each([
    [1, [0.9, 0.3, 0.3]],
    [2, [0.3, 0.3, 0.3]],
    [3, [0.7, 0.3, 0.3]],
    [4, [0.5, 0.2, 0.3]],
  ] as const)(
    "says nothing of a part that the whole volume does not say (noise %d, voxels of %j µm)",
    (seed, voxelSizeZyx) => {
      const space: VoxelSpace = { shapeZyx: [13, 44, 53], voxelSizeZyx };
      const maps = noisyMaps(seed, space);
      const thresholds = {
        foreground: 0.45,
        seed: 0.5,
        minSeparationUm: 1.1,
        minVolumeUm3: 0.8,
        maxVolumeUm3: 40,
        wall: 0.3,
      };
      const forbidden = Uint8Array.from(maps.foreground, (_, i) => (i % 53 > 40 && i % 7 === 0 ? 1 : 0));
      const whole = segmentInstances(maps, space, thresholds, forbidden);
      const known = new Set(voxelSets(whole).values());
      const boxes: VoxelBox[] = [
        { minZyx: [0, 0, 0], maxZyx: [13, 44, 30] },
        { minZyx: [0, 10, 12], maxZyx: [13, 40, 47] },
        { minZyx: [2, 0, 20], maxZyx: [12, 44, 53] },
      ];
      let settled = 0;
      for (const box of boxes) {
        const crop = (values: Float32Array) => cropBox(values, space.shapeZyx, box, Float32Array);
        const region = regionOf(box, space);
        const part = {
          shapeZyx: region.shapeZyx,
          foreground: crop(maps.foreground),
          distance: crop(maps.distance),
          boundary: crop(maps.boundary),
        };
        const { labels } = segmentRegion(part, region, thresholds, cropBox(forbidden, space.shapeZyx, box, Uint8Array));
        const inWhole = cropBox(whole, space.shapeZyx, box, Uint32Array);
        const unsure = new Set(inWhole.filter((_, i) => labels[i] === UNCERTAIN));
        labels.forEach((label, i) => {
          if (label !== 0 && label !== UNCERTAIN) settled++;
          // Only what an uncertain nucleus encloses may be left out.
          if (label === 0 && inWhole[i] !== 0) expect(unsure.has(inWhole[i])).toBe(true);
        });
        const full = new Uint32Array(whole.length);
        let at = 0;
        for (let z = box.minZyx[0]; z < box.maxZyx[0]; z++)
          for (let y = box.minZyx[1]; y < box.maxZyx[1]; y++)
            for (let x = box.minZyx[2]; x < box.maxZyx[2]; x++, at++)
              if (labels[at] !== UNCERTAIN) full[(z * 44 + y) * 53 + x] = labels[at];
        for (const voxels of voxelSets(full).values()) expect(known.has(voxels)).toBe(true);
      }
      expect(settled).toBeGreaterThan(500);
    },
  );
});

it("finds the labels beside uncertain voxels as a search box by box does", () => {
  const random = createRandom(5);
  const shapeZyx: Zyx = [5, 9, 11];
  for (const reach of [
    [1, 0, 3],
    [1, 1, 1],
    [0, 2, 0],
  ] as const) {
    const labels = Uint32Array.from({ length: 495 }, () =>
      random.uniform() < 0.03 ? UNCERTAIN : random.uniform() < 0.3 ? 1 + Math.floor(random.uniform() * 900) : 0,
    );
    const naive = new Set<number>();
    labels.forEach((label, i) => {
      if (label !== UNCERTAIN) return;
      const at: Zyx = [Math.floor(i / 99), Math.floor(i / 11) % 9, i % 11];
      const box = growBox({ minZyx: at, maxZyx: [at[0] + 1, at[1] + 1, at[2] + 1] }, reach, shapeZyx);
      for (const near of cropBox(labels, shapeZyx, box, Uint32Array)) if (near && near !== UNCERTAIN) naive.add(near);
    });
    expect(naive.size).toBeGreaterThan(5);
    expect(labelsBeside(labels, shapeZyx, reach)).toEqual(naive);
  }
});
