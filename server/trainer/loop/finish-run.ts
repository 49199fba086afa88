import type { StopReason, TrainedModel } from "../../../core/checkpoint/trained-model.ts";
import { growBox } from "../../../core/labels/object-boxes.ts";
import { influenceRadius } from "../../../core/perception/canonical-size.ts";
import { cropBox } from "../../../core/volume/image-source.ts";
import { boxSeenFrom, boxShape } from "../../../core/volume/voxel-space.ts";
import { segmentInstances } from "../instances/instances.ts";
import { outlineConvention } from "../instances/outline-convention.ts";
import type { TuningVolume } from "../measure/tune-thresholds.ts";
import { tuneThresholds } from "../measure/tune-thresholds.ts";
import type { TuningPlace } from "../measure/tuning-pool.ts";
import { tuningPool } from "../measure/tuning-pool.ts";
import { Predictor } from "../network/predictor.ts";
import { MeanMaps, predictSymmetries } from "../predict/predict.ts";
import type { TrainRun } from "./train-run.ts";

/** Bounds time and memory for tuning where no minutes do. */
const MAX_TUNING_VOXELS = 4_000_000;
/** Two passes of prediction and two dozen floods of a voxel take as long as learning from so many: measured on the mouse embryos. */
const LEARNED_PER_TUNED_VOXEL = 2.7;

/** The best weights, with thresholds tuned on the labelled pool. */
export async function finishRun(run: TrainRun, stoppedBy: StopReason): Promise<TrainedModel> {
  const weights = run.best?.weights ?? run.weights();
  const predictor = new Predictor(run.config, weights);
  try {
    const predicted: TuningVolume[] = [];
    for (const place of tuningPool(run.volumes, tuningVoxels(run)))
      predicted.push(await predictPlace(run, predictor, place));
    const thresholds = tuneThresholds(predicted, run.start);
    const outlineUm = outlineConvention(
      predicted.map((volume) => ({
        shapeZyx: volume.shapeZyx,
        voxelSizeZyx: volume.voxelSizeZyx,
        truth: volume.labels.map((label, i) => (volume.known[i] ? label : 0)),
        found: segmentInstances(volume.maps, volume, thresholds),
      })),
    );
    return run.model(weights, thresholds, stoppedBy, outlineUm);
  } finally {
    predictor.dispose();
  }
}

function tuningVoxels(run: TrainRun): number {
  const seconds = run.clock.tuningSeconds();
  if (seconds === null) return MAX_TUNING_VOXELS;
  return Math.min(MAX_TUNING_VOXELS, seconds / (LEARNED_PER_TUNED_VOXEL * run.secondsPerPatchVoxel()));
}

async function predictPlace(
  run: TrainRun,
  predictor: Predictor,
  { prepared, box }: TuningPlace,
): Promise<TuningVolume> {
  const { given: volume, window } = prepared;
  const { voxelSizeZyx } = volume;
  // What lies around the box is seen, as it is when the whole volume is predicted.
  const seen = growBox(box, influenceRadius(predictor.config, volume, run.sideUm), volume.shapeZyx);
  const seenShape = boxShape(seen);
  const image = cropBox(volume.image, volume.shapeZyx, seen, Float32Array);
  const mean = new MeanMaps();
  // The first and the last symmetry stand for all eight: tuning must leave most of the minutes to learning.
  const passes = predictSymmetries(
    predictor,
    image,
    { shapeZyx: seenShape, voxelSizeZyx },
    { window, sideUm: run.sideUm, maxTileVoxels: run.options.maxTileVoxels, maxPasses: 2 },
  );
  for await (const { maps } of passes) mean.add(maps);
  const maps = mean.mean();
  const inner = boxSeenFrom(box, seen.minZyx);
  const crop = (values: Float32Array) => cropBox(values, seenShape, inner, Float32Array);
  const shapeZyx = boxShape(box);
  return {
    shapeZyx,
    voxelSizeZyx,
    labels: cropBox(volume.labels, volume.shapeZyx, box, Uint32Array),
    known: cropBox(volume.known, volume.shapeZyx, box, Uint8Array),
    maps: {
      shapeZyx,
      foreground: crop(maps.foreground),
      distance: crop(maps.distance),
      boundary: crop(maps.boundary),
    },
  };
}
