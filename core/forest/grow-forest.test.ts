import { expect, it } from "vitest";
import { writeBins } from "./bin-features.ts";
import { binOf, EDGES, quantileEdges } from "./feature-bins.ts";
import { addVotes, type Forest, LEAF, LEAF_VALUES } from "./forest.ts";
import { type ForestSamples, growForest } from "./grow-forest.ts";
import { seededImage } from "./testing/seeded-image.ts";

const FEATURES = 5;

/** Foreground is a ring in features 1 and 3; the others say nothing. */
function ringSamples(count: number, seed: number): ForestSamples & { edges: Float32Array } {
  const values = seededImage([1, count + seed, FEATURES]).subarray(seed * FEATURES);
  const column = (feature: number) => Float32Array.from({ length: count }, (_, i) => values[i * FEATURES + feature]);
  const edges = new Float32Array(FEATURES * EDGES);
  for (let f = 0; f < FEATURES; f++) edges.set(quantileEdges(column(f)), f * EDGES);
  const radius = (i: number) => Math.hypot(values[i * FEATURES + 1] - 0.5, values[i * FEATURES + 3] - 0.5);
  const isForeground = (i: number) => radius(i) > 0.2 && radius(i) < 0.45;
  const classes = Uint8Array.from({ length: count }, (_, i) => (isForeground(i) ? 4 : 0));
  return {
    edges,
    featureCount: FEATURES,
    bins: Uint8Array.from(values.subarray(0, count * FEATURES), (value, at) =>
      binOf(value, edges, (at % FEATURES) * EDGES),
    ),
    classes,
    weights: new Float32Array(count).fill(1),
    targets: Float32Array.from({ length: count * LEAF_VALUES }, (_, at) => {
      const i = Math.floor(at / LEAF_VALUES);
      return classes[i] === 0 ? 0 : [1, 0, radius(i)][at % LEAF_VALUES];
    }),
    groups: Uint32Array.from({ length: count }, (_, i) => i % 50),
  };
}

const options = (edges: Float32Array, seed = 1) => {
  const numbers = seededImage([1, 1000, 1000]);
  let at = seed * 1000;
  return { edges, trees: 30, maxDepth: 12, minLeaf: 3, random: () => numbers[at++ % numbers.length] };
};

/** One voxel, one tree after the other, down from its root: no batches. */
function naiveVotes(forest: Forest, bins: Uint8Array): number[] {
  const sums = [0, 0, 0];
  for (const root of forest.roots) {
    let node = root;
    while (forest.features[node] !== LEAF) {
      const goesLeft = bins[forest.features[node]] <= forest.thresholds[node];
      node = goesLeft ? forest.children[node] : forest.children[node] + 1;
    }
    for (let k = 0; k < 3; k++) sums[k] += forest.leafValues[forest.children[node] * LEAF_VALUES + k];
  }
  return sums;
}

it("parts a sample in equal shares, and counts the edges below a value as a search one by one does", () => {
  const sample = seededImage([1, 1, 6400]).map((value) => value ** 3);
  const edges = quantileEdges(sample.slice());
  const counts = new Array<number>(64).fill(0);
  for (const value of sample) counts[binOf(value, edges, 0)]++;
  for (const count of counts) expect(Math.abs(count - 100)).toBeLessThanOrEqual(2);
  const twice = Float32Array.of(...edges.map((edge) => edge * 2 - 1), ...edges);
  for (const value of [-1, 2, ...sample.subarray(0, 300), ...edges])
    expect(binOf(value, twice, EDGES)).toBe(edges.filter((edge) => value > edge).length);
});

it("writes the bins of many values that a search finds for each", () => {
  const skewed = seededImage([1, 1, 5000]).map((value) => (value - 0.4) ** 5 * 1000);
  const edges = new Float32Array(2 * EDGES);
  edges.set(quantileEdges(skewed.slice()), EDGES);
  const values = Float32Array.of(...skewed, ...edges.subarray(EDGES), -1e9, 1e9, 0);
  const bins = new Uint8Array(2 * values.length);
  for (const feature of [0, 1]) writeBins(values, edges, { feature, features: 2 }, bins);
  values.forEach((value, i) => {
    // All edges of the first feature are 0.
    expect(bins[2 * i]).toBe(value > 0 ? EDGES : 0);
    expect(bins[2 * i + 1]).toBe(binOf(value, edges, EDGES));
  });
});

it("learns a ring that no single feature shows, and knows how well it does", async () => {
  const { edges, ...samples } = ringSamples(4000, 0);
  const { forest, outOfBagError } = await growForest(samples, options(edges));
  const unseen = ringSamples(4000, 5000);
  // Bins of other numbers by the edges that were learned.
  const sums = new Float32Array(4000 * LEAF_VALUES);
  addVotes(forest, unseen.bins, sums, { firstTree: 0, everyTree: 1 });
  const wrong = [0, 0];
  const all = [0, 0];
  let distanceError = 0;
  unseen.classes.forEach((kind, i) => {
    const truth = kind === 0 ? 0 : 1;
    all[truth]++;
    if (sums[i * LEAF_VALUES] / (255 * 30) > 0.5 !== (truth === 1)) wrong[truth]++;
    distanceError += Math.abs(sums[i * LEAF_VALUES + 2] / (255 * 30) - unseen.targets[i * LEAF_VALUES + 2]) / 4000;
  });
  const error = (wrong[0] / all[0] + wrong[1] / all[1]) / 2;
  expect(error).toBeLessThan(0.12);
  expect(distanceError).toBeLessThan(0.1);
  expect(outOfBagError).not.toBeNull();
  expect(Math.abs((outOfBagError ?? 1) - error)).toBeLessThan(0.03);
});

it("asks for half of the error where classes are drawn by chance", async () => {
  const { edges, ...samples } = ringSamples(2000, 0);
  const numbers = seededImage([1, 2, 2000]);
  const classes = samples.classes.map((_, i) => (numbers[i + 2000] > 0.5 ? 4 : 0));
  const targets = samples.targets.map((_, at) => (at % 3 === 0 && classes[Math.floor(at / 3)] === 4 ? 1 : 0));
  const { outOfBagError } = await growForest({ ...samples, classes, targets }, options(edges));
  expect(Math.abs((outOfBagError ?? 0) - 0.5)).toBeLessThan(0.06);
});

it("gives the same forest for a seed, and parts of it add up to what a walk down each tree finds", async () => {
  const { edges, ...samples } = ringSamples(1500, 0);
  const { forest } = await growForest(samples, options(edges));
  expect((await growForest(samples, options(edges))).forest).toEqual(forest);
  expect((await growForest(samples, options(edges, 2))).forest).not.toEqual(forest);
  const sums = new Float32Array(1500 * LEAF_VALUES);
  for (const firstTree of [0, 1, 2, 3]) addVotes(forest, samples.bins, sums, { firstTree, everyTree: 4 });
  for (const i of [0, 7, 800, 1499])
    expect([...sums.subarray(3 * i, 3 * i + 3)]).toEqual(
      naiveVotes(forest, samples.bins.subarray(i * FEATURES, (i + 1) * FEATURES)),
    );
});

it("counts a voxel for as much as it weighs", async () => {
  const { edges, ...samples } = ringSamples(600, 0);
  // Nothing tells the voxels apart: a single leaf says the weighted share.
  const same = { ...samples, bins: samples.bins.map(() => 3), groups: samples.groups.map(() => 0) };
  const weights = same.classes.map((kind) => (kind === 0 ? 1 : 3));
  const { forest, outOfBagError } = await growForest({ ...same, weights: Float32Array.from(weights) }, options(edges));
  const foreground = same.classes.filter((kind) => kind === 4).length;
  const share = (3 * foreground) / (3 * foreground + 600 - foreground);
  expect(forest.leafValues[0]).toBe(Math.round(255 * share));
  // Every tree has seen the only place there is.
  expect(outOfBagError).toBeNull();
});
