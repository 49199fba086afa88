import { expect, it } from "vitest";
import { labelComponents } from "../../labels/connected-components.ts";
import { voxelCount, type Zyx } from "../../volume/voxel-space.ts";
import { forVoxels } from "../shape/testing/region-of.ts";
import { seededRandom } from "../testing/seeded-random.ts";
import { VoxelSet } from "../voxel-set.ts";
import { smallerParts } from "./parts-of.ts";

it("takes away all but the largest part, against components on a dense array, across seams of bricks", () => {
  const shapeZyx: Zyx = [12, 20, 130];
  const random = seededRandom(4);
  for (const density of [0.02, 0.06, 0.09, 0.12]) {
    const mask = new Uint8Array(voxelCount(shapeZyx)).map(() => Number(random() < density));
    const set = new VoxelSet(shapeZyx);
    forVoxels(shapeZyx, (z, y, x, i) => mask[i] && set.add(z, y, x));
    const { labels, voxels } = labelComponents(mask, shapeZyx, 26);
    const most = Math.max(...voxels);
    const smaller = smallerParts(set);
    expect(smaller.count).toBe(set.count - most);
    const kept = new Set<number>();
    forVoxels(shapeZyx, (z, y, x, i) => mask[i] && !smaller.has(z, y, x) && kept.add(labels[i]));
    expect(kept.size).toBe(1);
    expect(voxels[[...kept][0]]).toBe(most);
  }
});

it("has nothing to say about one part, and copes with parts a whole volume apart", () => {
  const set = new VoxelSet([300, 900, 900]);
  set.addRun(5, 5, 60, 70);
  expect(smallerParts(set).count).toBe(0);
  set.addRun(290, 880, 880, 885);
  expect(smallerParts(set).toRuns()).toEqual(Int32Array.of(290, 880, 880, 885));
});
