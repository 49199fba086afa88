import { BINS, EDGES } from "./feature-bins.ts";
import { type Forest, LEAF, LEAF_VALUES } from "./forest.ts";

/** Voxels to learn from. */
export interface ForestSamples {
  readonly featureCount: number;
  /** `featureCount` a voxel. */
  readonly bins: Uint8Array;
  /** What splits tell apart, 0 … `CLASSES` - 1. */
  readonly classes: Uint8Array;
  readonly weights: Float32Array;
  /** `LEAF_VALUES` a voxel, 0…1: what leaves are the means of. */
  readonly targets: Float32Array;
  /** Where a voxel lies: trees draw places, not voxels, as neighbours tell too much about each other. */
  readonly groups: Uint32Array;
}

export interface GrowOptions {
  readonly edges: Float32Array;
  readonly trees: number;
  readonly maxDepth: number;
  /** Voxels of a leaf, at least. */
  readonly minLeaf: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** After each tree. */
  readonly onTree?: (done: number) => void | Promise<void>;
}

export interface GrownForest {
  readonly forest: Forest;
  /**
   * Mean of the shares of foreground and of background that trees tell wrongly in places that they have not seen; null where
   * no such place has both.
   */
  readonly outOfBagError: number | null;
}

export const CLASSES = 5;

/** Breiman's random forest over histograms: Gini impurity, √features a split, each tree from a bootstrap of places. */
export async function growForest(samples: ForestSamples, options: GrowOptions): Promise<GrownForest> {
  const { trees, edges, onTree } = options;
  const roots: number[] = [];
  const grown: GrowingNodes = { features: [], thresholds: [], children: [], leafValues: [] };
  const groupCount = samples.groups.reduce((most, group) => Math.max(most, group + 1), 0);
  const judged = new OutOfBag(samples);
  for (let tree = 0; tree < trees; tree++) {
    const drawn = new Uint16Array(groupCount);
    for (let k = 0; k < groupCount; k++) drawn[Math.floor(options.random() * groupCount)]++;
    const root = growTree(samples, drawn, grown, options);
    roots.push(root);
    judged.add(drawn, grown, root);
    await onTree?.(tree + 1);
  }
  return { forest: flat(samples.featureCount, edges, roots, grown), outOfBagError: judged.error() };
}

interface GrowingNodes {
  readonly features: number[];
  readonly thresholds: number[];
  readonly children: number[];
  readonly leafValues: number[];
}

const flat = (featureCount: number, edges: Float32Array, roots: readonly number[], nodes: GrowingNodes): Forest => ({
  featureCount,
  edges,
  roots: Uint32Array.from(roots),
  features: Uint8Array.from(nodes.features),
  thresholds: Uint8Array.from(nodes.thresholds),
  children: Uint32Array.from(nodes.children),
  leafValues: Uint8Array.from(nodes.leafValues),
});

/** Nodes are pushed so that both children of one lie beside each other, after it. */
function growTree(samples: ForestSamples, drawn: Uint16Array, nodes: GrowingNodes, options: GrowOptions): number {
  const { bins, featureCount, groups } = samples;
  const indices = Uint32Array.from(samples.classes.keys()).filter((i) => drawn[groups[i]] > 0);
  const weights = samples.weights.map((weight, i) => weight * drawn[groups[i]]);
  const split = new SplitSearch(samples, weights, options.random);
  const push = (): number => {
    nodes.thresholds.push(0);
    nodes.children.push(0);
    return nodes.features.push(LEAF) - 1;
  };
  const root = push();
  const open = [{ node: root, from: 0, end: indices.length, depth: 0 }];
  while (open.length > 0) {
    const { node, from, end, depth } = open.pop()!;
    const best = depth < options.maxDepth && end - from >= 2 * options.minLeaf ? split.best(indices, from, end) : null;
    const middle = best
      ? partition(indices, from, end, (i) => bins[i * featureCount + best.feature] <= best.bin)
      : from;
    if (!best || middle - from < options.minLeaf || end - middle < options.minLeaf) {
      nodes.children[node] = nodes.leafValues.length / LEAF_VALUES;
      nodes.leafValues.push(...leafOf(samples, weights, indices.subarray(from, end)));
      continue;
    }
    nodes.features[node] = best.feature;
    nodes.thresholds[node] = best.bin;
    const left = push();
    const right = push();
    nodes.children[node] = left;
    open.push({ node: right, from: middle, end, depth: depth + 1 });
    open.push({ node: left, from, end: middle, depth: depth + 1 });
  }
  return root;
}

/** Those that hold come first; where the others begin. */
function partition(indices: Uint32Array, from: number, end: number, holds: (index: number) => boolean): number {
  let left = from;
  let right = end;
  while (left < right) {
    const index = indices[left];
    if (holds(index)) left++;
    else {
      right--;
      indices[left] = indices[right];
      indices[right] = index;
    }
  }
  return left;
}

function leafOf({ targets }: ForestSamples, weights: Float32Array, indices: Uint32Array): number[] {
  const sums = new Array<number>(LEAF_VALUES).fill(0);
  let total = 0;
  for (const i of indices) {
    total += weights[i];
    for (let k = 0; k < LEAF_VALUES; k++) sums[k] += weights[i] * targets[i * LEAF_VALUES + k];
  }
  return sums.map((sum) => Math.round((255 * sum) / (total || 1)));
}

/** The best split of a node, by histograms of some features drawn at random. */
class SplitSearch {
  private readonly histogram = new Float64Array(BINS * CLASSES);
  private readonly order: Uint8Array;
  private readonly tried: number;
  private readonly samples: ForestSamples;
  private readonly weights: Float32Array;
  private readonly random: () => number;

  constructor(samples: ForestSamples, weights: Float32Array, random: () => number) {
    this.samples = samples;
    this.weights = weights;
    this.random = random;
    this.order = Uint8Array.from({ length: samples.featureCount }, (_, i) => i);
    this.tried = Math.max(1, Math.round(Math.sqrt(samples.featureCount)));
  }

  /** Null where no split makes a node purer. */
  best(indices: Uint32Array, from: number, end: number): { feature: number; bin: number } | null {
    const { order } = this;
    const all = new Float64Array(CLASSES);
    let total = 0;
    for (let k = from; k < end; k++) all[this.samples.classes[indices[k]]] += this.weights[indices[k]];
    for (const weight of all) total += weight;
    let bestGain = purity(all, total) + 1e-9 * total;
    if (total - bestGain <= 1e-9 * total) return null;
    let best: { feature: number; bin: number } | null = null;
    for (let k = 0; k < this.tried; k++) {
      const other = k + Math.floor(this.random() * (order.length - k));
      [order[k], order[other]] = [order[other], order[k]];
      const feature = order[k];
      this.count(indices, from, end, feature);
      const found = bestBin(this.histogram, all, total);
      if (found.gain > bestGain) {
        bestGain = found.gain;
        best = { feature, bin: found.bin };
      }
    }
    return best;
  }

  private count(indices: Uint32Array, from: number, end: number, feature: number): void {
    const { histogram, weights } = this;
    const { bins, classes, featureCount } = this.samples;
    histogram.fill(0);
    for (let k = from; k < end; k++) {
      const i = indices[k];
      histogram[bins[i * featureCount + feature] * CLASSES + classes[i]] += weights[i];
    }
  }
}

/** Sum of squares over the total: the larger, the purer. */
function purity(weights: Float64Array, total: number): number {
  let squares = 0;
  for (let c = 0; c < CLASSES; c++) squares += weights[c] * weights[c];
  return total > 0 ? squares / total : 0;
}

function bestBin(histogram: Float64Array, all: Float64Array, total: number): { bin: number; gain: number } {
  const left = new Float64Array(CLASSES);
  const right = new Float64Array(CLASSES);
  let leftTotal = 0;
  let best = { bin: 0, gain: 0 };
  for (let bin = 0; bin < EDGES; bin++) {
    let here = 0;
    for (let c = 0; c < CLASSES; c++) {
      const weight = histogram[bin * CLASSES + c];
      left[c] += weight;
      here += weight;
    }
    if (here === 0) continue;
    leftTotal += here;
    for (let c = 0; c < CLASSES; c++) right[c] = all[c] - left[c];
    const gain = purity(left, leftTotal) + purity(right, total - leftTotal);
    if (gain > best.gain) best = { bin, gain };
  }
  return best;
}

/** What trees say of the places that they have not drawn. */
class OutOfBag {
  private readonly samples: ForestSamples;
  private readonly foreground: Float32Array;
  private readonly votes: Uint16Array;

  constructor(samples: ForestSamples) {
    this.samples = samples;
    this.foreground = new Float32Array(samples.classes.length);
    this.votes = new Uint16Array(samples.classes.length);
  }

  add(drawn: Uint16Array, nodes: GrowingNodes, root: number): void {
    const { bins, groups, featureCount } = this.samples;
    for (let i = 0; i < groups.length; i++) {
      if (drawn[groups[i]] > 0) continue;
      let node = root;
      while (nodes.features[node] !== LEAF)
        node = nodes.children[node] + (bins[i * featureCount + nodes.features[node]] > nodes.thresholds[node] ? 1 : 0);
      this.foreground[i] += nodes.leafValues[nodes.children[node] * LEAF_VALUES];
      this.votes[i]++;
    }
  }

  error(): number | null {
    const { weights, targets } = this.samples;
    const wrong = [0, 0];
    const all = [0, 0];
    for (let i = 0; i < weights.length; i++) {
      if (this.votes[i] === 0) continue;
      const truth = targets[i * LEAF_VALUES] > 0.5 ? 1 : 0;
      all[truth] += weights[i];
      if (this.foreground[i] / (255 * this.votes[i]) > 0.5 !== (truth === 1)) wrong[truth] += weights[i];
    }
    return all[0] > 0 && all[1] > 0 ? (wrong[0] / all[0] + wrong[1] / all[1]) / 2 : null;
  }
}
