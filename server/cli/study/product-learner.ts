import { createHash } from "node:crypto";
import type { TrainedModel } from "../../../core/checkpoint/trained-model.ts";
import { seeVolume } from "../../../core/perception/canonical-size.ts";
import { measureWindow } from "../../../core/perception/intensity-window.ts";
import { brickBox, indexInBrick } from "../../../core/volume/brick.ts";
import { cropBox, imageInMemory } from "../../../core/volume/image-source.ts";
import { voxelCount, type Zyx } from "../../../core/volume/voxel-space.ts";
import { readProductModel } from "../../product-model/read-product-model.ts";
import type { GatheredProposals } from "../../trainer/blocks/gather-findings.ts";
import { proposeNuclei } from "../../trainer/blocks/propose-nuclei.ts";
import { type Engine, startEngine } from "../../trainer/engine/start-engine.ts";
import { trainModel } from "../../trainer/loop/train.ts";
import { Predictor } from "../../trainer/network/predictor.ts";
import { predictVolume } from "../../trainer/predict/predict.ts";
import type { LearnedModel, Learner, SeenVolume } from "./learner.ts";

/** The product's training, proposals and doubts, from the weights that come with it. */
export async function startProductLearner(only: "native" | "wasm" | undefined): Promise<Learner> {
  const engine = await startEngine({ only });
  const product = await readProductModel();
  return {
    engine: engine.name,
    async foregroundOf(volume) {
      const predictor = new Predictor(product.config, product.weights);
      try {
        const { sideUm } = seeVolume(product, volume);
        return (await predictVolume(predictor, volume.image, volume, { ...engine, sideUm })).foreground;
      } finally {
        predictor.dispose();
      }
    },
    async learn(volumes, { seed, steps, signal }) {
      const options = { ...engine, seed, budget: { maxSteps: steps }, parent: product };
      const model = await trainModel(options, volumes, {}, signal);
      // What was stopped early is another model.
      signal.throwIfAborted();
      return learnedModel(model, engine);
    },
  };
}

function learnedModel(model: TrainedModel, engine: Engine): LearnedModel {
  const predictor = new Predictor(model.config, model.weights);
  // Of the labelled nuclei of all volumes that it has looked at so far, as in a job of the trainer.
  const moves: number[] = [];
  return {
    id: idOf(model),
    seconds: model.training.trainSeconds,
    async propose(volume, signal) {
      const source = imageInMemory(volume.image, volume);
      const found = await proposeNuclei(
        {
          seer: predictor,
          window: measureWindow(volume.image),
          sight: seeVolume(model, volume),
          outlineUm: model.outlineUm,
          classifier: null,
          moves,
          maxTileVoxels: engine.maxTileVoxels,
          maxBlockVoxels: Number.POSITIVE_INFINITY,
        },
        {
          ...source,
          readLabelled: async (box) => cropBox(volume.labels, volume.shapeZyx, box, Uint32Array),
          isTruth: () => true,
        },
        { onProgress() {}, signal },
      );
      return { labels: wholeImage(found, volume), instances: found.instances };
    },
    dispose: () => predictor.dispose(),
  };
}

const idOf = ({ weights: { weights, mean, variance } }: TrainedModel): string => {
  const hash = createHash("sha256");
  for (const values of [weights, mean, variance])
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return hash.digest("hex").slice(0, 16);
};

function wholeImage({ brickKeys, readBrick }: GatheredProposals, { shapeZyx }: SeenVolume): Uint32Array {
  const [, rows, columns]: Zyx = shapeZyx;
  const image = new Uint32Array(voxelCount(shapeZyx));
  for (const key of brickKeys) {
    const brick = readBrick(key);
    const { minZyx, maxZyx } = brickBox(key, shapeZyx);
    for (let z = minZyx[0]; z < maxZyx[0]; z++)
      for (let y = minZyx[1]; y < maxZyx[1]; y++)
        for (let x = minZyx[2]; x < maxZyx[2]; x++) image[(z * rows + y) * columns + x] = brick[indexInBrick(z, y, x)];
  }
  return image;
}
