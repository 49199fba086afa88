import { Predictor } from "./model/predictor.ts";
import { MeanMaps, predictSymmetries } from "./predict.ts";
import type { PreparedVolume } from "./prepared-volume.ts";
import type { TrainRun } from "./train-run.ts";
import type { StopReason, TrainedModel } from "./trained-model.ts";
import { limitVoxels, type TuningVolume, tuneThresholds } from "./tune-thresholds.ts";

/** Bounds the time for tuning. */
const MAX_TUNING_VOXELS = 4_000_000;

/** The best weights, with thresholds tuned on the labelled pool. */
export async function finishRun(run: TrainRun, stoppedBy: StopReason): Promise<TrainedModel> {
  const weights = run.best?.weights ?? run.weights();
  const predictor = new Predictor(run.config, weights);
  try {
    const pool = limitVoxels(
      run.volumes.map((prepared) => ({ ...prepared.volume, prepared })),
      MAX_TUNING_VOXELS,
    );
    const predicted: TuningVolume[] = [];
    for (const { prepared } of pool) predicted.push(await predictPool(run, predictor, prepared));
    return run.model(weights, tuneThresholds(predicted, run.start), stoppedBy);
  } finally {
    predictor.dispose();
  }
}

async function predictPool(run: TrainRun, predictor: Predictor, prepared: PreparedVolume): Promise<TuningVolume> {
  const { volume, window, known } = prepared;
  const mean = new MeanMaps();
  // The first and the last symmetry stand for all eight: tuning must leave most of the minutes to learning.
  const passes = predictSymmetries(predictor, volume.image, volume, {
    window,
    maxTileVoxels: run.options.maxTileVoxels,
    maxPasses: 2,
  });
  for await (const { maps } of passes) mean.add(maps);
  const { labels, shapeZyx, voxelSizeZyx } = volume;
  return { labels, shapeZyx, voxelSizeZyx, known, maps: mean.mean() };
}
