import { EDGES } from "./feature-bins.ts";

/** What a leaf says: shares of foreground, of gaps between nuclei, and the distance into the nucleus; 255 stands for 1. */
export const LEAF_VALUES = 3;

/**
 * Trees over binned features, in flat arrays. Node n is a leaf where `features[n]` is `LEAF`; its values then begin at
 * `leafValues[children[n] * LEAF_VALUES]`. Otherwise a voxel whose bin is at most `thresholds[n]` goes on at `children[n]`, any
 * other at the node after that. Children come after their parents.
 */
export interface Forest {
  readonly featureCount: number;
  /** `EDGES` of each feature, one after the other. */
  readonly edges: Float32Array;
  readonly roots: Uint32Array;
  readonly features: Uint8Array;
  readonly thresholds: Uint8Array;
  readonly children: Uint32Array;
  readonly leafValues: Uint8Array;
}

export const LEAF = 255;

/** Whether every walk through the trees ends in a leaf that is there. */
export function isSoundForest(forest: Forest): boolean {
  const { featureCount, edges, roots, features, thresholds, children, leafValues } = forest;
  const nodes = features.length;
  const leaves = leafValues.length / LEAF_VALUES;
  if (edges.length !== featureCount * EDGES || !Number.isInteger(leaves)) return false;
  if (thresholds.length !== nodes || children.length !== nodes || featureCount >= LEAF) return false;
  if (roots.length === 0 || roots.some((root) => root >= nodes)) return false;
  if (edges.some((edge) => !Number.isFinite(edge))) return false;
  for (let n = 0; n < nodes; n++) {
    if (features[n] === LEAF) {
      if (children[n] >= leaves) return false;
    } else if (features[n] >= featureCount || thresholds[n] >= EDGES || children[n] <= n || children[n] + 1 >= nodes)
      return false;
  }
  return true;
}

/** Voxels that go through one tree after another: their bins and a tree stay in the processor's cache. */
const BATCH = 2048;

/**
 * Adds to `sums` (`LEAF_VALUES` a voxel, of 255) what the trees `firstTree`, `firstTree` + `everyTree`, … say of voxels with these bins (`featureCount` a voxel).
 */
export function addVotes(
  forest: Forest,
  bins: Uint8Array,
  sums: Float32Array,
  { firstTree, everyTree }: { readonly firstTree: number; readonly everyTree: number },
): void {
  const { featureCount, roots, features, thresholds, children, leafValues } = forest;
  const voxels = sums.length / LEAF_VALUES;
  for (let from = 0; from < voxels; from += BATCH) {
    const end = Math.min(voxels, from + BATCH);
    for (let tree = firstTree; tree < roots.length; tree += everyTree) {
      const root = roots[tree];
      for (let v = from, base = from * featureCount, at = from * LEAF_VALUES; v < end; v++) {
        let node = root;
        let feature = features[node];
        while (feature !== LEAF) {
          node = children[node] + (bins[base + feature] > thresholds[node] ? 1 : 0);
          feature = features[node];
        }
        const leaf = children[node] * LEAF_VALUES;
        sums[at] += leafValues[leaf];
        sums[at + 1] += leafValues[leaf + 1];
        sums[at + 2] += leafValues[leaf + 2];
        base += featureCount;
        at += LEAF_VALUES;
      }
    }
  }
}
