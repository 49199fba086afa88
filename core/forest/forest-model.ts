import { z } from "zod";
import type { CheckpointFiles } from "../checkpoint/checkpoint-files.ts";
import { type InstanceThresholds, outlineUmSchema, thresholdsSchema } from "../checkpoint/trained-model.ts";
import { askable, type NucleusClassifier, nucleusClassifierSchema } from "../classes/nucleus-classifier.ts";
import { Problem } from "../problem.ts";
import type { Zyx } from "../volume/voxel-space.ts";
import { EDGES } from "./feature-bins.ts";
import { featureCount } from "./features.ts";
import { type Forest, isSoundForest, LEAF_VALUES } from "./forest.ts";

/** A pixel classifier with everything that finding nuclei needs. */
export interface ForestModel {
  readonly forest: Forest;
  /** Widths of its features, µm. */
  readonly sigmasUm: readonly number[];
  /** It sees volumes on their own grid. */
  readonly canonical: null;
  readonly thresholds: InstanceThresholds;
  /** Of the volumes it learned from. */
  readonly voxelSizeZyx: Zyx;
  /** How far people's outlines lie outside (+) or inside (−) of what it finds; null where nobody could tell. */
  readonly outlineUm: number | null;
  readonly classifier: NucleusClassifier | null;
  readonly training: ForestTraining;
}

export interface ForestTraining {
  readonly seed: number;
  readonly trainSeconds: number;
  /** That it learned from. */
  readonly voxels: number;
  /** In places that a tree had not seen (grow-forest.ts); null where there is none. */
  readonly outOfBagError: number | null;
}

/*
 * The files of a pixel classifier have the names of a network's, so that they are stored, sent and kept as any model is. In
 * `weights.bin`: edges (float32), roots and children (uint32), features, thresholds and leaf values (bytes), one after the
 * other, little-endian. Whoever reads them has a forest in which every walk ends.
 */
export const FOREST_FORMAT = "karyoloop-forest";

const MAX_TREES = 200;
const MAX_NODES = 4_000_000;

const finite = z.number();
const forestSchema = z.strictObject({
  format: z.literal(FOREST_FORMAT),
  version: z.literal(1),
  sigmasUm: z.array(finite.gt(0).max(1000)).min(1).max(5),
  trees: z.int().min(1).max(MAX_TREES),
  nodes: z.int().min(1).max(MAX_NODES),
  leaves: z.int().min(1).max(MAX_NODES),
  thresholds: thresholdsSchema,
  voxelSizeZyx: z.tuple([finite.gt(0), finite.gt(0), finite.gt(0)]),
  outlineUm: outlineUmSchema.nullable(),
  classifier: nucleusClassifierSchema.nullable(),
  training: z.strictObject({
    seed: z.int(),
    trainSeconds: finite.min(0),
    voxels: z.int().min(0),
    outOfBagError: finite.min(0).max(1).nullable(),
  }),
});

/** Named fields only: what else a model carries stays here. */
export function saveForest(model: ForestModel): CheckpointFiles {
  const { forest, sigmasUm, thresholds, voxelSizeZyx, outlineUm, classifier, training } = model;
  const { seed, trainSeconds, voxels, outOfBagError } = training;
  const json = {
    format: FOREST_FORMAT,
    version: 1,
    sigmasUm,
    trees: forest.roots.length,
    nodes: forest.features.length,
    leaves: forest.leafValues.length / LEAF_VALUES,
    thresholds,
    voxelSizeZyx,
    outlineUm,
    classifier,
    training: { seed, trainSeconds, voxels, outOfBagError },
  };
  return {
    "model.json": new TextEncoder().encode(`${JSON.stringify(json, null, 1)}\n`),
    "weights.bin": joinArrays(forest),
  };
}

/** Reads what `saveForest` wrote; throws a Problem that names the file and what is wrong. */
export function loadForest(files: CheckpointFiles): ForestModel {
  let parsed: z.infer<typeof forestSchema>;
  try {
    parsed = forestSchema.parse(JSON.parse(new TextDecoder().decode(files["model.json"])));
  } catch (error) {
    throw damaged("model.json", "The pixel classifier cannot be read.", error);
  }
  const { format, version, trees, nodes, leaves, classifier, ...model } = parsed;
  const forest = splitArrays(files["weights.bin"], {
    features: featureCount(model.sigmasUm.length),
    trees,
    nodes,
    leaves,
  });
  if (!forest) throw damaged("weights.bin", "The pixel classifier's trees are not as long as its description says.");
  if (!isSoundForest(forest)) throw damaged("weights.bin", "The pixel classifier's trees lead nowhere.");
  return { forest, canonical: null, ...model, classifier: askable(classifier) };
}

/** Whether these are the files of a pixel classifier rather than of a network; they may be damaged all the same. */
export function isForest(files: CheckpointFiles): boolean {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(files["model.json"]));
    return typeof json === "object" && json !== null && (json as { format?: unknown }).format === FOREST_FORMAT;
  } catch {
    return false;
  }
}

function joinArrays({ edges, roots, children, features, thresholds, leafValues }: Forest): Uint8Array {
  const words = edges.length + roots.length + children.length;
  const bytes = new Uint8Array(4 * words + features.length + thresholds.length + leafValues.length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const edge of edges) {
    view.setFloat32(at, edge, true);
    at += 4;
  }
  for (const numbers of [roots, children])
    for (const value of numbers) {
      view.setUint32(at, value, true);
      at += 4;
    }
  for (const part of [features, thresholds, leafValues]) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Null where the bytes are more or fewer than these counts ask for. */
function splitArrays(
  bytes: Uint8Array | undefined,
  counts: { readonly features: number; readonly trees: number; readonly nodes: number; readonly leaves: number },
): Forest | null {
  const { features, trees, nodes, leaves } = counts;
  const edgeCount = features * EDGES;
  const expected = 4 * (edgeCount + trees + nodes) + 2 * nodes + leaves * LEAF_VALUES;
  if (bytes?.length !== expected) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const next = (length: number): Uint8Array => {
    at += length;
    return new Uint8Array(bytes.subarray(at - length, at));
  };
  const nextWords = (length: number): Uint32Array => {
    const words = new Uint32Array(length).map((_, i) => view.getUint32(at + 4 * i, true));
    at += 4 * length;
    return words;
  };
  const edges = new Float32Array(edgeCount).map((_, i) => view.getFloat32(4 * i, true));
  at += 4 * edgeCount;
  return {
    featureCount: features,
    edges,
    roots: nextWords(trees),
    children: nextWords(nodes),
    features: next(nodes),
    thresholds: next(nodes),
    leafValues: next(leaves * LEAF_VALUES),
  };
}

const damaged = (where: string, what: string, cause?: unknown): Problem =>
  new Problem(
    { tag: "checkpoint-damaged", what, where, hint: "Choose another checkpoint, or train again." },
    { cause },
  );
