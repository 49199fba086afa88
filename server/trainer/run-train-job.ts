import type { ClaimedTrainJob } from "../../core/contract/trainer-job.ts";
import { type CheckpointFiles, loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { readCheckpointFiles } from "./checkpoint-transfer.ts";
import type { Engine } from "./engine/start-engine.ts";
import type { HeldJob } from "./held-job.ts";
import { loadJobVolume, type PredictForeground } from "./load-job-volume.ts";
import { measureKeptOut } from "./measure-kept-out.ts";
import { MetricStream } from "./metric-stream.ts";
import { Predictor } from "./model/predictor.ts";
import { predictVolume } from "./predict.ts";
import { trainModel } from "./train.ts";
import type { TrainedModel } from "./trained-model.ts";
import type { TrainingVolume } from "./training-volume.ts";

export interface TrainSettings {
  readonly baseChannels: number | undefined;
  readonly checkpointSeconds: number;
}

/** Read, learn, measure, hand in. */
export async function runTrainJob(
  held: HeldJob<ClaimedTrainJob>,
  engine: Engine,
  settings: TrainSettings,
): Promise<void> {
  const { job } = held;
  held.report(0, "reading the labels");
  const parent = await readWeights(held, job.parent?.prefix);
  const volumes = await readVolumes(held, parent, engine);
  const resume = job.resume ? loadCheckpoint(await readCheckpointFiles(held, job.resume.prefix, true)) : null;

  held.report(0, "learning");
  const metrics = new MetricStream(held, resume?.progress?.elapsedSeconds ?? 0);
  const model = await trainModel(
    {
      seed: job.seed,
      budget: { minutes: job.minutes },
      parent: parent ?? undefined,
      // Another engine may have begun it with another size.
      config: resume?.model.config,
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
  held.report(1, "measuring");
  await handIn(held, engine, settings, { model, parent, volumes });
}

async function readWeights(held: HeldJob, prefix: string | undefined): Promise<TrainedModel | null> {
  return prefix ? loadCheckpoint(await readCheckpointFiles(held, prefix, false)).model : null;
}

async function readVolumes(
  held: HeldJob<ClaimedTrainJob>,
  parent: TrainedModel | null,
  engine: Engine,
): Promise<TrainingVolume[]> {
  const volumes: TrainingVolume[] = [];
  const predictor = parent && new Predictor(parent.config, parent.weights);
  for (const volume of held.job.volumes) {
    held.check();
    volumes.push((await loadJobVolume(held, volume, predictor && foregroundBy(predictor, engine, held))).training);
  }
  predictor?.dispose();
  return volumes;
}

/** What the weights of the last round see: where they see a nucleus that nobody labelled, nothing is background. */
const foregroundBy =
  (predictor: Predictor, engine: Engine, held: HeldJob): PredictForeground =>
  async (image, { shapeZyx }) =>
    (
      await predictVolume(predictor, image, shapeZyx, {
        maxTileVoxels: engine.maxTileVoxels,
        signal: held.stopped,
      })
    ).foreground;

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
  result: { model: TrainedModel; parent: TrainedModel | null; volumes: readonly TrainingVolume[] },
): Promise<void> {
  const { model, parent, volumes } = result;
  const keptOut = new Set(held.job.volumes.filter(({ frozen }) => frozen?.manifest.keptOut).map((one) => one.volumeId));
  const measured = { volumes, keptOut, signal: held.stopped };
  const metrics = await measureKeptOut(model, measured);
  const before = parent && metrics ? await measureKeptOut(parent, measured) : null;
  await held.writeFiles("best", saveCheckpoint(model));
  await held.tell("/trained", {
    folder: "best",
    configuration: {
      engine: engine.name,
      engineReason: engine.reason,
      minutes: held.job.minutes,
      ...settings,
      network: model.config,
      thresholds: model.thresholds,
      ...model.training,
    },
    metrics,
    parentAp50: before?.ap50 ?? null,
  });
}
