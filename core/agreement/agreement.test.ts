import { expect, it } from "vitest";
import type { VoxelSpace, Zyx } from "../volume/voxel-space.ts";
import { comparePair } from "./compare-annotators.ts";
import { disagreementMap, majorityConsensus } from "./consensus.ts";
import { clusterObjects } from "./object-clusters.ts";

const space: VoxelSpace = { shapeZyx: [9, 22, 26], voxelSizeZyx: [2, 0.5, 0.25] };
const [DEPTH, ROWS, COLUMNS] = space.shapeZyx;
const VOXELS = DEPTH * ROWS * COLUMNS;

function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A filled box, half-open. */
function put(labels: Uint32Array, label: number, [z0, y0, x0]: Zyx, [z1, y1, x1]: Zyx): Uint32Array {
  for (let z = z0; z < z1; z++)
    for (let y = y0; y < y1; y++) labels.fill(label, (z * ROWS + y) * COLUMNS + x0, (z * ROWS + y) * COLUMNS + x1);
  return labels;
}
const layer = () => new Uint32Array(VOXELS);

/** Boxes of random places in each layer, under labels that mean nothing across layers. */
function randomLayers(seed: number, annotators: number): Uint32Array[] {
  const random = noise(seed);
  const nuclei = Array.from({ length: 6 }, () => [random() * 5, random() * 14, random() * 16].map(Math.floor));
  return Array.from({ length: annotators }, (_, annotator) => {
    const labels = layer();
    nuclei.forEach(([z, y, x], i) => {
      if (random() < 0.25) return;
      const shift = () => Math.floor(random() * 2);
      const from: Zyx = [z, y + shift(), x + shift()];
      put(labels, 100 * annotator + 7 * i + 1, from, [z + 3, from[1] + 5 + shift(), from[2] + 7 + shift()]);
    });
    return labels;
  });
}

it("every object is in one cluster, no cluster has two of one annotator, and pairs above a half of what they share are together", () => {
  for (let seed = 1; seed <= 12; seed++) {
    const layers = randomLayers(seed, 4);
    const clusters = clusterObjects(layers);
    layers.forEach((labels, annotator) => {
      const objects = [...new Set(labels)].filter((label) => label !== 0);
      const inClusters = clusters.map((cluster) => cluster[annotator]).filter((label) => label !== 0);
      expect(inClusters.sort()).toEqual(objects.sort());
    });
    // Two annotators alone: a cluster of both is a match above the threshold, and there is no third to pull them apart.
    const [a, b] = layers;
    for (const [labelA, labelB] of clusterObjects([a, b])) {
      if (labelA === 0 || labelB === 0) continue;
      let [shared, either] = [0, 0];
      for (let i = 0; i < VOXELS; i++) {
        if (a[i] === labelA && b[i] === labelB) shared++;
        if (a[i] === labelA || b[i] === labelB) either++;
      }
      expect(shared / either).toBeGreaterThanOrEqual(0.5);
    }
  }
});

it("a chain of matches joins three annotators; it never joins two nuclei of one", () => {
  const a = put(put(layer(), 1, [1, 2, 2], [4, 8, 8]), 2, [1, 2, 10], [4, 8, 16]);
  const b = put(layer(), 5, [1, 2, 2], [4, 8, 10]);
  const c = put(layer(), 9, [1, 2, 3], [4, 8, 12]);
  expect(clusterObjects([a, b, c])).toEqual([
    [1, 5, 9],
    [2, 0, 0],
  ]);
  expect(clusterObjects([])).toEqual([]);
  expect(clusterObjects([layer(), layer()])).toEqual([]);
});

it("consensus: most of those who have a nucleus, voxel by voxel; halves are named ties, and nuclei that touch never fuse", () => {
  const three = [
    put(put(layer(), 1, [1, 2, 2], [4, 8, 8]), 2, [1, 2, 8], [4, 8, 14]),
    put(put(layer(), 4, [1, 2, 2], [4, 8, 9]), 5, [1, 2, 9], [4, 8, 14]),
    put(layer(), 8, [1, 2, 2], [4, 8, 7]),
  ];
  const clusters = clusterObjects(three);
  expect(clusters).toEqual([
    [1, 4, 8],
    [2, 5, 0],
  ]);
  const [one, other] = majorityConsensus(three, clusters);
  expect([one.votes, one.verdict, one.tiedVoxels]).toEqual([3, "kept", 0]);
  expect(one.voxels).toHaveLength(3 * 6 * 6);
  expect([other.votes, other.verdict, other.tiedVoxels]).toEqual([2, "kept", 3 * 6]);
  expect(other.voxels).toHaveLength(3 * 6 * 5);
  expect([...one.voxels].filter((i) => other.voxels.includes(i))).toEqual([]);
  const pair = majorityConsensus(three.slice(0, 2), [
    [1, 4],
    [2, 0],
  ]);
  expect(pair.map(({ verdict }) => verdict)).toEqual(["kept", "tied"]);
  const quad = majorityConsensus(
    [...three, layer()],
    [
      [1, 4, 8, 0],
      [0, 5, 0, 0],
      [2, 0, 0, 0],
    ],
  );
  expect(quad.map(({ verdict }) => verdict)).toEqual(["kept", "dropped", "dropped"]);
});

it("consensus is what counting voxel by voxel gives, for random layers", () => {
  for (let seed = 1; seed <= 6; seed++) {
    const layers = randomLayers(seed, 3);
    const clusters = clusterObjects(layers);
    const owner = new Map<number, number>();
    majorityConsensus(layers, clusters).forEach(({ voxels }, cluster) => {
      for (const i of voxels) {
        if (owner.has(i)) throw new Error(`voxel ${i} is of two nuclei`);
        owner.set(i, cluster);
      }
    });
    const wrong: number[] = [];
    for (let i = 0; i < VOXELS; i++) {
      const entitled = clusters.map((cluster) => {
        const votes = layers.filter((one, a) => one[i] !== 0 && one[i] === cluster[a]).length;
        return votes > cluster.filter(Boolean).length / 2 ? votes : 0;
      });
      const mine = owner.get(i);
      const best = Math.max(0, ...entitled);
      if (mine === undefined ? best !== 0 : entitled[mine] !== best) wrong.push(i);
    }
    expect(wrong).toEqual([]);
  }
});

it("the map of disagreement counts pairs who differ", () => {
  const a = put(layer(), 1, [1, 2, 2], [4, 8, 8]);
  const b = put(layer(), 6, [1, 2, 2], [4, 8, 8]);
  const c = put(layer(), 3, [1, 2, 2], [4, 8, 7]);
  const map = disagreementMap([a, b, c], clusterObjects([a, b, c]));
  const at = (z: number, y: number, x: number) => map[(z * ROWS + y) * COLUMNS + x];
  expect([at(0, 0, 0), at(2, 4, 4)]).toEqual([0, 0]);
  expect(at(2, 4, 7)).toBeCloseTo(2 / 3, 6);
  expect([...disagreementMap([a], clusterObjects([a]))].every((value) => value === 0)).toBe(true);
});

it("two annotators: counts, overlap and distances in µm of boxes that are shifted along one axis, worked out by hand", () => {
  const a = put(put(layer(), 1, [1, 2, 2], [5, 10, 12]), 2, [6, 12, 4], [8, 16, 10]);
  const b = put(put(layer(), 3, [1, 2, 4], [5, 10, 14]), 4, [1, 14, 18], [3, 18, 22]);
  const told = comparePair(a, b, space);
  expect(told).toMatchObject({ matched: 1, onlyFirst: 1, onlySecond: 1, f1: 0.5 });
  expect(told.meanIou).toBeCloseTo(8 / 12, 10);
  expect(told.meanDice).toBeCloseTo(16 / 20, 10);
  // Shifted by two voxels of 0.25 µm: the surfaces are 0.5 µm apart where they face along x, and touch elsewhere.
  expect(told.hausdorff95Um).toBeCloseTo(0.5, 6);
  expect(told.surfaceUm).toBeGreaterThan(0);
  expect(told.surfaceUm).toBeLessThan(0.5);
  const back = comparePair(b, a, space);
  expect(back).toEqual({ ...told, onlyFirst: told.onlySecond, onlySecond: told.onlyFirst });
  expect(comparePair(a, a, space)).toMatchObject({
    matched: 2,
    f1: 1,
    meanIou: 1,
    meanDice: 1,
    surfaceUm: 0,
    hausdorff95Um: 0,
  });
  expect(comparePair(layer(), layer(), space)).toMatchObject({ matched: 0, f1: null, meanIou: null, surfaceUm: null });
  expect(comparePair(a, layer(), space)).toMatchObject({ matched: 0, onlyFirst: 2, f1: 0 });
});
