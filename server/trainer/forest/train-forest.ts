import { setImmediate } from "node:timers/promises";
import { chooseSigmasUm, featureCount } from "../../../core/forest/features.ts";
import type { ForestModel } from "../../../core/forest/forest-model.ts";
import { type ForestSamples, growForest } from "../../../core/forest/grow-forest.ts";
import { labelledDiameterUm } from "../../../core/perception/canonical-size.ts";
import { Problem } from "../../../core/problem.ts";
import { cropBox, imageInMemory } from "../../../core/volume/image-source.ts";
import { boxShape } from "../../../core/volume/voxel-space.ts";
import { prepareVolume } from "../data/prepared-volume.ts";
import type { TrainingVolume } from "../data/training-volume.ts";
import { segmentInstances } from "../instances/instances.ts";
import { outlineConvention } from "../instances/outline-convention.ts";
import { startingThresholds, type TuningVolume, tuneThresholds } from "../measure/tune-thresholds.ts";
import { type TuningPlace, tuningPool } from "../measure/tuning-pool.ts";
import { predictForestBox } from "../perceive/predict-forest-box.ts";
import { createRandom } from "../random.ts";
import { drawVoxels } from "./draw-voxels.ts";
import { measureVoxels, placesOf, targetsOf } from "./measure-voxels.ts";

export interface TrainForestOptions {
  readonly seed: number;
  readonly trees?: number;
  /** Labelled voxels to learn from, at most about so many. */
  readonly maxVoxels?: number;
  /** Share of the work that is done, 0…1. */
  readonly onProgress?: (share: number) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

const TREES = 60;
const MAX_DEPTH = 16;
const MIN_LEAF = 10;
const MAX_VOXELS = 100_000;
/** Two dozen floods of these take some seconds. */
const MAX_TUNING_VOXELS = 500_000;

/**
 * A pixel classifier from the known voxels of these volumes, in seconds and without TensorFlow: a random forest over features at
 * several widths (docs/adr/0056). The same result every time for a seed. Throws a Problem where nothing can be told apart.
 */
export async function trainForest(
  { seed, trees = TREES, maxVoxels = MAX_VOXELS, onProgress, signal }: TrainForestOptions,
  volumes: readonly TrainingVolume[],
): Promise<ForestModel> {
  const began = performance.now();
  const random = createRandom(seed);
  const prepared = volumes.map((volume) => prepareVolume(volume));
  const start = startingThresholds(prepared.map(({ given }) => given));
  const diameterUm = labelledDiameterUm(volumes) ?? 4 * start.minSeparationUm;
  const drawn = drawVoxels(prepared, diameterUm, maxVoxels, random);
  const isNucleus = prepared.flatMap(({ volume }, v) => Array.from(drawn.indices[v], (i) => volume.labels[i] !== 0));
  if (!isNucleus.includes(true) || !isNucleus.includes(false))
    throw new Problem({
      tag: "no-room-to-learn",
      what: "There is nothing to tell apart: no voxel outside of the validation boxes is known to be nucleus, or none to be background.",
      hint: "Label nuclei outside of the validation boxes, or make those smaller.",
    });
  const sigmasUm = chooseSigmasUm(volumes[0].voxelSizeZyx, diameterUm);
  const { edges, bins } = await measureVoxels(prepared, drawn.indices, sigmasUm, signal);
  const samples: ForestSamples = {
    featureCount: featureCount(sigmasUm.length),
    bins,
    ...drawn,
    targets: targetsOf(prepared, drawn.indices, drawn.classes),
    groups: placesOf(prepared, drawn.indices, diameterUm),
  };
  const { forest, outOfBagError } = await growForest(samples, {
    edges,
    trees,
    maxDepth: MAX_DEPTH,
    minLeaf: MIN_LEAF,
    random: random.uniform,
    onTree: async (done) => {
      signal?.throwIfAborted();
      await onProgress?.(0.9 * (done / trees));
      // Heartbeats and cancellation get their turn.
      await setImmediate();
    },
  });
  const tuning: TuningVolume[] = [];
  for (const place of tuningPool(prepared, MAX_TUNING_VOXELS))
    tuning.push(await predictPlace({ forest, sigmasUm }, place, signal));
  const thresholds = tuneThresholds(tuning, start);
  const outlineUm = outlineConvention(
    tuning.map((volume) => ({
      ...volume,
      truth: volume.labels.map((label, i) => (volume.known[i] ? label : 0)),
      found: segmentInstances(volume.maps, volume, thresholds),
    })),
  );
  await onProgress?.(1);
  const trainSeconds = (performance.now() - began) / 1000;
  return {
    forest,
    sigmasUm,
    canonical: null,
    thresholds,
    voxelSizeZyx: volumes[0].voxelSizeZyx,
    outlineUm,
    classifier: null,
    training: { seed, trainSeconds, voxels: drawn.classes.length, outOfBagError },
  };
}

/** What the forest sees where thresholds are tuned. */
async function predictPlace(
  model: Pick<ForestModel, "forest" | "sigmasUm">,
  { prepared: { given, window }, box }: TuningPlace,
  signal?: AbortSignal,
): Promise<TuningVolume> {
  const space = { shapeZyx: boxShape(box), voxelSizeZyx: given.voxelSizeZyx };
  const passes = predictForestBox(model, imageInMemory(given.image, given), box, { window, maxPasses: 1, signal });
  for await (const { maps } of passes)
    return {
      ...space,
      maps,
      labels: cropBox(given.labels, given.shapeZyx, box, Uint32Array),
      known: cropBox(given.known, given.shapeZyx, box, Uint8Array),
    };
  throw new Error("a prediction without a pass");
}
