import { matchInstances } from "../metrics/match-instances.ts";
import { countOverlaps } from "../metrics/overlap-table.ts";

/** One nucleus, as several annotators outlined it: for each of them the label in their layer, 0 where they have none. */
export type ObjectCluster = readonly number[];

const SAME_OBJECT_IOU = 0.5;

/**
 * Which objects of several layers (label images of one grid, 0 = nothing) are the same nucleus. Layers are matched one to one in
 * pairs, the best matches first, and joined transitively; a match that would put two objects of one layer into one cluster is let
 * go, so no cluster ever holds two nuclei of one annotator. Clusters by their first member; every object is in exactly one.
 */
export function clusterObjects(layers: readonly Uint32Array[], threshold = SAME_OBJECT_IOU): ObjectCluster[] {
  const clusterOf = layers.map((layer) => {
    const labels = [...new Set(layer)].filter((label) => label !== 0).sort((a, b) => a - b);
    return new Map(labels.map((label) => [label, undefined as number[] | undefined]));
  });
  layers.forEach((_, annotator) => {
    for (const label of clusterOf[annotator].keys())
      clusterOf[annotator].set(
        label,
        layers.map((_, other) => (other === annotator ? label : 0)),
      );
  });
  for (const { a, b, labelA, labelB } of bestMatches(layers, threshold)) {
    const [one, other] = [clusterOf[a].get(labelA), clusterOf[b].get(labelB)];
    if (!one || !other || one === other || one.some((label, i) => label !== 0 && other[i] !== 0)) continue;
    other.forEach((label, annotator) => {
      if (label === 0) return;
      one[annotator] = label;
      clusterOf[annotator].set(label, one);
    });
  }
  const found = new Set(clusterOf.flatMap((clusters) => [...clusters.values()]));
  return [...found].filter((cluster) => cluster !== undefined);
}

interface Match {
  readonly a: number;
  readonly b: number;
  readonly labelA: number;
  readonly labelB: number;
  readonly iou: number;
}

function bestMatches(layers: readonly Uint32Array[], threshold: number): Match[] {
  const matches: Match[] = [];
  for (let a = 0; a < layers.length; a++)
    for (let b = a + 1; b < layers.length; b++) {
      const table = countOverlaps(layers[a], layers[b]);
      for (const { truth, found, iou } of matchInstances(table, threshold).pairs)
        matches.push({ a, b, labelA: table.truthLabels[truth], labelB: table.foundLabels[found], iou });
    }
  return matches.sort((one, two) => two.iou - one.iou || one.a - two.a || one.b - two.b || one.labelA - two.labelA);
}
