import { writeFile } from "node:fs/promises";
import type { TrainedModel } from "../../core/checkpoint/trained-model.ts";
import { meanOfDefined, scoreSegmentation } from "../../core/metrics/score-segmentation.ts";
import { voxelCount } from "../../core/volume/voxel-space.ts";
import { seeVolume } from "../trainer/canonical-size.ts";
import { type Engine, startEngine } from "../trainer/engine/start-engine.ts";
import { segmentInstances } from "../trainer/instances.ts";
import { Predictor } from "../trainer/model/predictor.ts";
import { MeanMaps, predictSymmetries } from "../trainer/predict.ts";
import { trainModel } from "../trainer/train.ts";
import type { TrainingVolume } from "../trainer/training-volume.ts";
import { EVALUATE_USAGE, type EvaluateOptions, parseEvaluateOptions } from "./evaluate-options.ts";
import { readLabelledVolume } from "./labelled-volume.ts";

/** Smaller true and found objects are fragments and are ignored. */
const MIN_VOXELS = 100;
const SHOW_EVERY_STEPS = 100;

/** `karyoloop evaluate`; returns the exit code. Progress goes to stderr, the report to stdout. */
export async function runEvaluate(args: readonly string[]): Promise<number> {
  const options = parseEvaluateOptions(args);
  if (!options) {
    console.log(EVALUATE_USAGE);
    return 0;
  }
  const report = await evaluate(options, (line) => console.error(line));
  const text = JSON.stringify(report, null, 2);
  if (options.jsonFile) await writeFile(options.jsonFile, `${text}\n`);
  console.log(text);
  return 0;
}

export type EvaluateReport = Awaited<ReturnType<typeof evaluate>>;

export async function evaluate(options: EvaluateOptions, say: (line: string) => void) {
  const read = (prefix: string) => readLabelledVolume(prefix, options.voxelSizeZyx);
  // All files first: a missing one should not be noticed after the training.
  const train = await Promise.all(options.train.map(read));
  const test = await Promise.all(options.test.map(read));
  const engine = await startEngine({ only: options.engine });
  say(`engine ${engine.name} (${engine.reason})`);
  const model = await trainModel({ ...engine, seed: options.seed, budget: options.budget }, train, {
    onStep: ({ step, loss, stepMs, progress }) => {
      if (step % SHOW_EVERY_STEPS === 0)
        say(`step ${step}, ${Math.round(progress * 100)} %, loss ${loss.toFixed(3)}, ${Math.round(stepMs)} ms`);
    },
  });
  const volumes = await testVolumes(model, engine, test, say);
  const { training } = model;
  return {
    engine: engine.name,
    seed: training.seed,
    train_seconds: round(training.trainSeconds, 1),
    step_ms_median: round(training.stepMsMedian, 1),
    steps: training.steps,
    parameters: training.parameters,
    patch_zyx: training.patchShapeZyx,
    thresholds: model.thresholds,
    mean_ap50: meanOfDefined(volumes.map(({ ap50 }) => ap50)),
    mean_ap75: meanOfDefined(volumes.map(({ ap75 }) => ap75)),
    volumes,
  };
}

async function testVolumes(
  model: TrainedModel,
  engine: Engine,
  test: readonly TrainingVolume[],
  say: (line: string) => void,
) {
  const predictor = new Predictor(model.config, model.weights);
  const volumes = [];
  for (const volume of test) {
    const mean = new MeanMaps();
    let passes = 0;
    const began = performance.now();
    const { sideUm, thresholds } = seeVolume(model, volume);
    for await (const { maps } of predictSymmetries(predictor, volume.image, volume, { ...engine, sideUm })) {
      mean.add(maps);
      passes++;
    }
    const seconds = (performance.now() - began) / 1000;
    const found = segmentInstances(mean.mean(), volume, thresholds);
    const scores = scoreSegmentation(volume.labels, found, { minVoxels: MIN_VOXELS });
    say(
      `${volume.id}: AP50 ${scores.ap50?.toFixed(3)}, AP75 ${scores.ap75?.toFixed(3)}, ${scores.found} of ${scores.truth}`,
    );
    volumes.push({
      volume: volume.id,
      ...scores,
      // Of one pass; the segmentation is made from the mean of all of them.
      voxels_per_s: Math.round((voxelCount(volume.shapeZyx) * passes) / seconds),
      passes,
    });
  }
  predictor.dispose();
  return volumes;
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
