import type { ClaimedTrainJob } from "../../../core/contract/trainer-job.ts";
import {
  type TrainingConfiguration,
  trainingConfigurationSchema,
} from "../../../core/contract/training-configuration.ts";
import { type ForestModel, saveForest } from "../../../core/forest/forest-model.ts";
import { learnClassesOfJob } from "../classes/learn-classes-of-job.ts";
import { readTrainingVolumes } from "../crops/read-training-volumes.ts";
import type { Engine } from "../engine/start-engine.ts";
import type { TrainSettings } from "../env.ts";
import { trainForest } from "../forest/train-forest.ts";
import { hashesOf } from "../lease/checkpoint-transfer.ts";
import type { HeldJob } from "../lease/held-job.ts";
import { measureKeptOut } from "../measure/measure-kept-out.ts";

/** A training where no TensorFlow runs: seconds instead of minutes, always from nothing, whatever it was asked to go on from. */
export async function runForestTraining(
  held: HeldJob<ClaimedTrainJob>,
  engine: Engine,
  settings: TrainSettings,
): Promise<void> {
  const { job } = held;
  held.report(0, "reading the labels");
  const volumes = await readTrainingVolumes(held, null, engine);
  held.report(0, "learning, by the quick classifier");
  const learned = await trainForest(
    {
      seed: job.seed,
      onProgress(share) {
        held.check();
        held.report(share, "learning, by the quick classifier");
      },
      // It takes seconds: what is half done is worth nothing.
      signal: held.ended,
    },
    volumes,
  );
  held.report(1, "learning classes");
  const { classifier, scores: classes } = await learnClassesOfJob(held);
  const model: ForestModel = { ...learned, classifier };
  held.report(1, "measuring");
  const keptOut = new Set(job.volumes.filter(({ frozen }) => frozen?.manifest.keptOut).map((one) => one.volumeId));
  const metrics = await measureKeptOut(model, { volumes, keptOut, signal: held.stopped });
  const files = saveForest(model);
  await held.writeFiles("best", files);
  await held.tell("/trained", {
    folder: "best",
    sha256: hashesOf(files),
    configuration: configurationOf(model, job, settings),
    metrics,
    parentAp50: null,
    classes,
  });
}

/** Field by field: it leaves the platform with the model. */
function configurationOf(
  { forest, sigmasUm, thresholds, outlineUm, training }: ForestModel,
  job: ClaimedTrainJob,
  settings: TrainSettings,
): TrainingConfiguration {
  return trainingConfigurationSchema.parse({
    engine: "forest",
    minutes: job.minutes,
    baseChannels: null,
    checkpointSeconds: settings.checkpointSeconds,
    forest: { sigmasUm, voxels: training.voxels, outOfBagError: training.outOfBagError },
    thresholds,
    canonical: null,
    outlineUm,
    seed: training.seed,
    // A tree is what a step is to a network, and its nodes are what was learned.
    steps: forest.roots.length,
    trainSeconds: training.trainSeconds,
    stepMsMedian: (1000 * training.trainSeconds) / forest.roots.length,
    parameters: forest.features.length,
    patchShapeZyx: [1, 1, 1],
    stoppedBy: "budget",
    validationAp50: null,
  });
}
