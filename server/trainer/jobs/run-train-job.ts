import { type CheckpointFiles, saveCheckpoint } from "../../../core/checkpoint/checkpoint-files.ts";
import { type TrainedModel, trainingSummarySchema } from "../../../core/checkpoint/trained-model.ts";
import type { ClassScores } from "../../../core/contract/class-scores.ts";
import type { ClaimedTrainJob } from "../../../core/contract/trainer-job.ts";
import {
  type TrainingConfiguration,
  trainingConfigurationSchema,
} from "../../../core/contract/training-configuration.ts";
import { isForestModel } from "../../../core/forest/any-model.ts";
import { learnClassesOfJob } from "../classes/learn-classes-of-job.ts";
import { readTrainingVolumes } from "../crops/read-training-volumes.ts";
import type { TrainingVolume } from "../data/training-volume.ts";
import type { Engine } from "../engine/start-engine.ts";
import type { TrainSettings } from "../env.ts";
import { hashesOf, readModel, readResumePoint } from "../lease/checkpoint-transfer.ts";
import type { HeldJob } from "../lease/held-job.ts";
import { trainModel } from "../loop/train.ts";
import { measureKeptOut } from "../measure/measure-kept-out.ts";
import { MetricStream } from "./metric-stream.ts";

/** Read, learn, measure, hand in. */
export async function runTrainJob(
  held: HeldJob<ClaimedTrainJob>,
  engine: Engine,
  settings: TrainSettings,
): Promise<void> {
  const { job } = held;
  held.report(0, "reading the labels");
  const before = job.parent && (await readModel(held, job.parent));
  // A network learns nothing from trees.
  const parent = before && !isForestModel(before) ? before : null;
  const volumes = await readTrainingVolumes(held, parent, engine);
  const resume = job.resume && (await readResumePoint(held, job.resume.prefix));

  held.report(0, "learning");
  const metrics = new MetricStream(held, resume?.progress?.elapsedSeconds ?? 0);
  const model = await trainModel(
    {
      seed: job.seed,
      budget: { minutes: job.minutes },
      parent: parent ?? undefined,
      // Another engine may have begun it with another size.
      config: resume?.model.config,
      canonical: resume?.model.canonical,
      resume: resume?.progress ?? undefined,
      baseChannels: settings.baseChannels ?? (engine.name === "wasm" ? 8 : undefined),
      checkpointEverySeconds: settings.checkpointSeconds,
      maxTileVoxels: engine.maxTileVoxels,
    },
    volumes,
    {
      async onStep(report) {
        held.check();
        held.report(report.progress, "learning");
        await metrics.addStep(report);
      },
      async onValidation({ step, scores }) {
        held.check();
        await metrics.addValidation(step, scores);
      },
      onCheckpoint: ({ step, files }) => handInResumePoint(held, step, files),
    },
    held.cancelled,
  );
  await metrics.finish();
  held.report(1, "learning classes");
  const { classifier, scores: classes } = await learnClassesOfJob(held);
  held.report(1, "measuring");
  await handIn(held, engine, settings, { model: { ...model, classifier }, parent, volumes, classes });
}

/** Another trainer can go on from here. */
async function handInResumePoint(held: HeldJob, step: number, files: CheckpointFiles): Promise<void> {
  held.check();
  const folder = `resume-${step}`;
  await held.writeFiles(folder, files);
  await held.tell("/resume-point", { step, folder });
}

async function handIn(
  held: HeldJob<ClaimedTrainJob>,
  engine: Engine,
  settings: TrainSettings,
  result: {
    model: TrainedModel;
    parent: TrainedModel | null;
    volumes: readonly TrainingVolume[];
    classes: ClassScores;
  },
): Promise<void> {
  const { model, parent, volumes, classes } = result;
  const keptOut = new Set(held.job.volumes.filter(({ frozen }) => frozen?.manifest.keptOut).map((one) => one.volumeId));
  const measured = { volumes, keptOut, signal: held.stopped };
  const metrics = await measureKeptOut(model, measured);
  const before = parent && metrics ? await measureKeptOut(parent, measured) : null;
  const files = saveCheckpoint(model);
  await held.writeFiles("best", files);
  await held.tell("/trained", {
    folder: "best",
    sha256: hashesOf(files),
    configuration: configurationOf(model, held.job, engine, settings),
    metrics,
    parentAp50: before?.ap50 ?? null,
    classes,
  });
}

/** Field by field: it leaves the platform with the model. */
function configurationOf(
  { config, thresholds, canonical, outlineUm, training }: TrainedModel,
  job: ClaimedTrainJob,
  engine: Engine,
  settings: TrainSettings,
): TrainingConfiguration {
  return trainingConfigurationSchema.parse({
    engine: engine.name,
    minutes: job.minutes,
    baseChannels: settings.baseChannels ?? null,
    checkpointSeconds: settings.checkpointSeconds,
    network: config,
    thresholds,
    canonical,
    outlineUm,
    ...trainingSummarySchema.parse(training),
  });
}
