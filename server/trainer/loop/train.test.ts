import { beforeAll, describe, expect, it, vi } from "vitest";
import { type CheckpointFiles, loadCheckpoint } from "../../../core/checkpoint/checkpoint-files.ts";
import { scoreSegmentation } from "../../../core/metrics/score-segmentation.ts";
import { seeVolume } from "../../../core/perception/canonical-size.ts";
import { measureWindow } from "../../../core/perception/intensity-window.ts";
import { imageInMemory } from "../../../core/volume/image-source.ts";
import { proposeNuclei } from "../blocks/propose-nuclei.ts";
import type { TrainingVolume } from "../data/training-volume.ts";
import { registerWasmBackend } from "../engine/wasm-engine.ts";
import { segmentInstances } from "../instances/instances.ts";
import { Predictor } from "../network/predictor.ts";
import { TrainableNetwork } from "../network/trainable-network.ts";
import { predictVolume } from "../predict/predict.ts";
import { createRandom } from "../random.ts";
import { createPhantom } from "../testing/phantom.ts";
import { trainModel } from "./train.ts";
import type { StepReport, TrainOptions } from "./train-options.ts";

const small: TrainOptions = {
  seed: 4,
  budget: { maxSteps: 12 },
  baseChannels: 8,
  levelCount: 2,
  patchShapeZyx: [8, 16, 16],
};

/** Its first `kept` nuclei alone, in the noise of the rest: less than 0.2 % of the volume. */
function thinned(volume: TrainingVolume, kept: number): TrainingVolume {
  const random = createRandom(8);
  const first = Math.min(...volume.labels.filter((label) => label > 0));
  const labels = volume.labels.map((label) => (label < first + kept ? label : 0));
  expect(labels.filter((label) => label > 0).length / labels.length).toBeLessThan(0.002);
  return { ...volume, labels, image: volume.image.map((value, i) => (labels[i] ? value : 100 + random.normal() * 40)) };
}

describe("trainModel", () => {
  beforeAll(registerWasmBackend);

  it("learns to find the nuclei of a volume that it has not seen", async () => {
    const losses: number[] = [];
    const model = await trainModel(
      {
        ...small,
        budget: { maxSteps: 60 },
        patchShapeZyx: [8, 16, 20],
        // Cubes of half a micrometre: thick slices are cut in two.
        canonical: { voxelsPerDiameter: 8, diameterUm: 4.1, diameterFrom: "labels" },
      },
      [createPhantom(1)],
      { onStep: ({ loss }) => void losses.push(loss) },
    );
    const unseen = createPhantom(3);
    const predictor = new Predictor(model.config, model.weights);
    const maps = await predictVolume(predictor, unseen.image, unseen, seeVolume(model, unseen));
    const scores = scoreSegmentation(unseen.labels, segmentInstances(maps, unseen, model.thresholds));
    expect(scores.truth).toBeGreaterThan(20);
    expect(scores.ap50).toBeGreaterThan(0.8);
    const sparse = thinned(createPhantom(5, { shapeZyx: [24, 80, 110] }), 2);
    const maps2 = await predictVolume(predictor, sparse.image, sparse, seeVolume(model, sparse));
    const rare = scoreSegmentation(sparse.labels, segmentInstances(maps2, sparse, model.thresholds));
    expect(rare).toMatchObject({ truth: 2, ap50: 1 });

    const nobodyDrew = new Uint32Array(unseen.labels.length);
    const propose = (outlineUm: number | null) =>
      proposeNuclei(
        {
          seer: predictor,
          window: measureWindow(unseen.image),
          sight: seeVolume(model, unseen),
          outlineUm,
          classifier: null,
          moves: [],
          maxTileVoxels: 1_000_000,
          maxBlockVoxels: 1_000_000,
        },
        { ...imageInMemory(unseen.image, unseen), readLabelled: async () => nobodyDrew, isTruth: () => false },
        { onProgress() {}, signal: new AbortController().signal },
      );
    const asFound = await propose(null);
    const wider = await propose(0.6);
    const nucleiOf = ({ instances }: typeof asFound) => instances.filter(({ kind }) => kind === "nucleus");
    expect([asFound.outlineUm, wider.outlineUm]).toEqual([null, 0.6]);
    expect(nucleiOf(asFound).length).toBeGreaterThan(20);
    // Outlines farther out are a convention, not a doubt.
    expect(nucleiOf(wider).map(({ scores }) => scores)).toEqual(nucleiOf(asFound).map(({ scores }) => scores));
    const voxels = (of: typeof asFound) => nucleiOf(of).reduce((sum, one) => sum + one.voxels, 0);
    expect(voxels(wider)).toBeGreaterThan(1.2 * voxels(asFound));
    predictor.dispose();
    expect(losses.length).toBe(60);
    expect(model.training).toMatchObject({ steps: 60, stoppedBy: "budget", validationAp50: null, seed: 4 });
  }, 90_000);

  it("goes on from a checkpoint to the same weights as a run that was never cut off", async () => {
    const volumes = [createPhantom(1)];
    const saved: { step: number; files: CheckpointFiles }[] = [];
    const steps: StepReport[] = [];
    const whole = await trainModel({ ...small, checkpointEverySeconds: 0 }, volumes, {
      onStep: (report) => void steps.push(report),
      onCheckpoint: (checkpoint) => void saved.push(checkpoint),
    });
    const middle = saved.find(({ step }) => step === 7);
    const { progress } = loadCheckpoint(middle!.files);
    expect(progress?.elapsedSeconds).toBeGreaterThan(0);
    const later: StepReport[] = [];
    const resumed = await trainModel({ ...small, resume: progress! }, volumes, {
      onStep: (report) => void later.push(report),
    });
    expect(later.map(({ step, loss }) => [step, loss])).toEqual(steps.slice(7).map(({ step, loss }) => [step, loss]));
    expect(resumed.weights).toEqual(whole.weights);
    expect(resumed.training.trainSeconds).toBeGreaterThan(progress!.elapsedSeconds);
  });

  it("keeps the best weights of the validation boxes when it is cancelled", async () => {
    const box = { minZyx: [0, 0, 0], maxZyx: [12, 36, 14] } as const;
    const abort = new AbortController();
    const validations: (number | null)[] = [];
    const model = await trainModel(
      { ...small, budget: { maxSteps: 100 } },
      [createPhantom(1, { validationBoxes: [box] })],
      {
        onStep: ({ step }) => {
          if (step === 22) abort.abort();
        },
        onValidation: ({ scores }) => {
          expect(scores.nuclei).toBeGreaterThan(3);
          validations.push(scores.ap50);
        },
      },
      abort.signal,
    );
    expect(model.training).toMatchObject({ steps: 22, stoppedBy: "cancelled" });
    expect(validations.length).toBe(2);
    expect(model.training.validationAp50).toBe(Math.max(...validations.map((value) => value ?? 0)));
  });

  it("ends within its minutes", async () => {
    const began = performance.now();
    const model = await trainModel({ ...small, budget: { minutes: 0.05 } }, [createPhantom(1)]);
    expect(model.training.steps).toBeGreaterThan(1);
    // The minutes, what the last step takes, and tuning.
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  it("stops in words when its loss is no finite number any more", async () => {
    const heard: string[] = [];
    const learn = TrainableNetwork.prototype.learn;
    const fault = vi.spyOn(TrainableNetwork.prototype, "learn").mockImplementation(function (
      this: TrainableNetwork,
      ...given
    ) {
      const loss = learn.apply(this, given);
      return this.step < 3 ? loss : Number.NaN;
    });
    const training = trainModel({ ...small, checkpointEverySeconds: 0 }, [createPhantom(1)], {
      onStep: ({ step }) => void heard.push(`step ${step}`),
      onCheckpoint: ({ step }) => void heard.push(`checkpoint ${step}`),
    });
    await expect(training).rejects.toMatchObject({ tag: "loss-not-finite", what: expect.stringContaining("step 3") });
    fault.mockRestore();
    expect(heard).toEqual(["step 1", "checkpoint 1", "step 2", "checkpoint 2"]);
  });

  it("hands nothing in once its weights are no finite numbers, which wasm does not show in the loss", async () => {
    const volumes = [createPhantom(1)];
    let saved: CheckpointFiles = {};
    await trainModel({ ...small, budget: { maxSteps: 2 }, checkpointEverySeconds: 0 }, volumes, {
      onCheckpoint: ({ files }) => {
        saved = files;
      },
    });
    const progress = loadCheckpoint(saved).progress!;
    // Finite, and too large for what comes of them.
    const state = { ...progress.state, weights: progress.state.weights.map((weight) => Math.fround(weight * 1e35)) };
    const checkpoints: number[] = [];
    const training = trainModel({ ...small, checkpointEverySeconds: 0, resume: { ...progress, state } }, volumes, {
      onCheckpoint: ({ step }) => void checkpoints.push(step),
    });
    await expect(training).rejects.toMatchObject({ tag: expect.stringMatching(/^(loss|weights)-not-finite$/) });
    expect(checkpoints).toEqual([]);
  });

  it("refuses volumes without a nucleus", async () => {
    const empty = createPhantom(1, { known: new Uint8Array(12 * 36 * 44) });
    await expect(trainModel(small, [empty])).rejects.toMatchObject({ tag: "nothing-to-learn" });
  });
});
