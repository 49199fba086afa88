import { setImmediate } from "node:timers/promises";
import { saveCheckpoint } from "../../../core/checkpoint/checkpoint-files.ts";
import type {
  NetworkWeights,
  StopReason,
  TrainedModel,
  TrainingProgress,
} from "../../../core/checkpoint/trained-model.ts";
import { Problem } from "../../../core/problem.ts";
import { defaultAugmentation } from "../data/augment.ts";
import { drawPatch } from "../data/patches.ts";
import type { TrainingVolume } from "../data/training-volume.ts";
import { type ValidationScores, validate } from "../measure/validate.ts";
import { Predictor } from "../network/predictor.ts";
import { finishRun } from "./finish-run.ts";
import { oneCycleRate } from "./schedule.ts";
import type { TrainHooks, TrainOptions } from "./train-options.ts";
import { startRun, type TrainRun } from "./train-run.ts";

const PEAK_RATE = 3e-3;
/** Weights that already know nuclei are changed more gently. */
const PEAK_RATE_FINE_TUNING = 1e-3;
/** Training ends when this many validations in a row were no better, and at least half of the budget is used. */
const PATIENCE = 4;

/**
 * Learns from the known voxels of the volumes until the budget is used, the validation boxes show no progress any more,
 * or `signal` is aborted; then the best checkpoint so far is the result. Deterministic for a budget in steps.
 */
export async function trainModel(
  options: TrainOptions,
  volumes: readonly TrainingVolume[],
  hooks: TrainHooks = {},
  signal?: AbortSignal,
): Promise<TrainedModel> {
  const run = startRun(options, volumes);
  try {
    let stoppedBy: StopReason = "budget";
    while (run.progress() < 1) {
      if (signal?.aborted) {
        stoppedBy = "cancelled";
        break;
      }
      await learnOnce(run, hooks);
      if (run.hasValidation && run.clock.validationIsDue(run.network.step) && (await validateRun(run, hooks))) {
        stoppedBy = "early-stop";
        break;
      }
      if (performance.now() - run.savedAt > run.checkpointEveryMs) await reportCheckpoint(run, hooks);
    }
    return await finishRun(run, stoppedBy);
  } finally {
    run.network.dispose();
  }
}

async function learnOnce(run: TrainRun, hooks: TrainHooks): Promise<void> {
  const { options, network } = run;
  const began = performance.now();
  const draw = () =>
    drawPatch(
      run.volumes,
      {
        shapeZyx: run.patchShapeZyx,
        augmentation: { ...defaultAugmentation, ...options.augmentation },
        nucleusShare: 0.9,
      },
      run.random,
    );
  const drawn = Array.from({ length: options.batchSize ?? 1 }, draw).filter((patch) => patch !== null);
  if (drawn.length === 0)
    throw new Problem({
      tag: "no-room-to-learn",
      what: "No training patch can be drawn: all labels lie in validation boxes.",
      hint: "Label nuclei outside of the validation boxes, or make those smaller.",
    });
  const peak = options.parent ? PEAK_RATE_FINE_TUNING : PEAK_RATE;
  const loss = network.learn(drawn, oneCycleRate(run.progress(), peak));
  if (!Number.isFinite(loss)) throw lossNotFinite(network.step);
  const stepMs = performance.now() - began;
  run.stepMs.push(stepMs);
  const knownVoxels = drawn.reduce((sum, { known }) => sum + known.reduce((count, value) => count + value, 0), 0);
  await hooks.onStep?.({ step: network.step, loss, stepMs, progress: Math.min(1, run.progress()), knownVoxels });
  // Heartbeats and cancellation get their turn.
  await setImmediate();
}

/** From here on every weight would be no number: nothing that comes after can be used. */
const lossNotFinite = (step: number): Problem =>
  new Problem({
    tag: "loss-not-finite",
    what: `The training came apart at step ${step}: its loss is no finite number any more. Nothing of it was used.`,
    hint: "Start a training from nothing. If that comes apart too, look for a volume with extreme intensities and import it again.",
  });

/** Scores the averaged weights; true when training should end. */
async function validateRun(run: TrainRun, hooks: TrainHooks): Promise<boolean> {
  const began = performance.now();
  const weights = run.weights();
  const scores = await scoreWeights(run, weights);
  run.clock.noteValidation(run.network.step, (performance.now() - began) / 1000);
  await hooks.onValidation?.({ step: run.network.step, scores });
  // Equal counts as better: later weights have learned more at a smaller rate.
  if (scores.ap50 !== null && scores.ap50 >= (run.best?.ap50 ?? 0)) {
    run.validationsWithoutProgress = scores.ap50 > (run.best?.ap50 ?? -1) ? 0 : run.validationsWithoutProgress + 1;
    run.best = { ap50: scores.ap50, weights };
  } else run.validationsWithoutProgress++;
  return run.progress() > 0.5 && run.validationsWithoutProgress >= PATIENCE;
}

async function scoreWeights(run: TrainRun, weights: NetworkWeights): Promise<ValidationScores> {
  const predictor = new Predictor(run.config, weights);
  try {
    return await validate(
      predictor,
      run.volumes.map(({ given, window }) => ({ volume: given, window, sideUm: run.sideUm })),
      run.start,
    );
  } finally {
    predictor.dispose();
  }
}

async function reportCheckpoint(run: TrainRun, hooks: TrainHooks): Promise<void> {
  run.savedAt = performance.now();
  if (!hooks.onCheckpoint) return;
  const progress: TrainingProgress = {
    state: run.network.state(),
    randomState: run.random.state,
    elapsedSeconds: run.clock.elapsedSeconds(),
    stepMs: run.stepMs.slice(-500),
    best: run.best,
  };
  const files = saveCheckpoint(run.model(run.best?.weights ?? run.weights(), run.start, "cancelled"), progress);
  await hooks.onCheckpoint({ step: run.network.step, files });
  run.savedAt = performance.now();
}
