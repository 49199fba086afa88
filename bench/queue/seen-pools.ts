import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { deserialize, serialize } from "node:v8";
import type { TrainedModel } from "../../core/checkpoint/trained-model.ts";
import { type Sight, seeVolume } from "../../core/perception/canonical-size.ts";
import { type IntensityWindow, measureWindow } from "../../core/perception/intensity-window.ts";
import { imageInMemory } from "../../core/volume/image-source.ts";
import { voxelCount, wholeBox } from "../../core/volume/voxel-space.ts";
import { drawNuclei } from "../../server/cli/model/draw-nuclei.ts";
import { readLabelledVolume } from "../../server/cli/model/labelled-volume.ts";
import { partlyLabelled } from "../../server/cli/model/partly-labelled.ts";
import { readProductModel } from "../../server/product-model/read-product-model.ts";
import { type PerceivedBlock, perceiveBlock } from "../../server/trainer/blocks/perceive-block.ts";
import type { TrainingVolume } from "../../server/trainer/data/training-volume.ts";
import { type Engine, startEngine } from "../../server/trainer/engine/start-engine.ts";
import { segmentInstances } from "../../server/trainer/instances/instances.ts";
import { outlineConvention } from "../../server/trainer/instances/outline-convention.ts";
import { trainModel } from "../../server/trainer/loop/train.ts";
import { Predictor } from "../../server/trainer/network/predictor.ts";
import { predictVolume } from "../../server/trainer/predict/predict.ts";
import { LEARN_FROM, POOLS, type QueueCase } from "./queue-cases.ts";

/** A pool volume as a model of a few labels sees it: all that proposals and doubts are made from. */
export interface SeenPool {
  readonly pool: string;
  readonly truth: Uint32Array;
  readonly block: PerceivedBlock;
  readonly sight: Sight;
  readonly window: IntensityWindow;
  /** From the labelled nuclei. */
  readonly outlineUm: number | null;
  readonly trainSeconds: number;
}

/** Trains and predicts what is not in the folder yet; scores can then be tried without either. */
export async function seePools(one: QueueCase, folder: string, say: (line: string) => void): Promise<SeenPool[]> {
  const fileOf = (prefix: string) => path.join(folder, `${one.name}-${path.basename(prefix)}.v8`);
  await mkdir(folder, { recursive: true });
  let learned: Learned | null = null;
  const pools: SeenPool[] = [];
  for (const prefix of POOLS) {
    const kept = await readFile(fileOf(prefix)).catch(() => null);
    if (kept) {
      pools.push(deserialize(kept) as SeenPool);
      continue;
    }
    learned ??= await learn(one, say);
    const seen = await seePool(learned, prefix);
    say(`${one.name}: ${seen.pool}`);
    // What is cut off is no prediction.
    await writeFile(`${fileOf(prefix)}.part`, serialize(seen));
    await rename(`${fileOf(prefix)}.part`, fileOf(prefix));
    pools.push(seen);
  }
  learned?.predictor.dispose();
  return pools;
}

interface Learned {
  readonly engine: Engine;
  readonly model: TrainedModel;
  readonly predictor: Predictor;
  readonly outlineUm: number | null;
}

async function learn(one: QueueCase, say: (line: string) => void): Promise<Learned> {
  const engine = await startEngine();
  const product = await readProductModel();
  const drawn = drawNuclei(
    await Promise.all(LEARN_FROM.map((prefix) => readLabelledVolume(prefix))),
    one.labels,
    one.seed,
  );
  const volumes = await partlyLabelled(drawn, product && { product, engine });
  const model =
    one.labels === 0
      ? product
      : await trainModel({ ...engine, seed: one.seed, budget: { maxSteps: one.steps }, parent: product }, volumes, {});
  say(`${one.name}: ${one.steps} steps in ${model.training.trainSeconds.toFixed(0)} s on ${engine.name}`);
  const predictor = new Predictor(model.config, model.weights);
  return {
    engine,
    model,
    predictor,
    outlineUm: model.outlineUm ?? (await outlineOf(model, predictor, engine, volumes)),
  };
}

async function outlineOf(
  model: TrainedModel,
  predictor: Predictor,
  engine: Engine,
  volumes: readonly TrainingVolume[],
): Promise<number | null> {
  const pairs = [];
  for (const volume of volumes) {
    const { sideUm, thresholds } = seeVolume(model, volume);
    const maps = await predictVolume(predictor, volume.image, volume, { ...engine, sideUm });
    pairs.push({ ...volume, truth: volume.labels, found: segmentInstances(maps, volume, thresholds) });
  }
  return outlineConvention(pairs);
}

async function seePool({ engine, model, predictor, outlineUm }: Learned, prefix: string): Promise<SeenPool> {
  const volume = await readLabelledVolume(prefix);
  const window = measureWindow(volume.image);
  const sight = seeVolume(model, volume);
  const source = imageInMemory(volume.image, volume);
  const block = await perceiveBlock(
    {
      seer: predictor,
      window,
      sight,
      outlineUm,
      classifier: null,
      moves: [],
      maxTileVoxels: engine.maxTileVoxels,
      maxBlockVoxels: Number.POSITIVE_INFINITY,
    },
    {
      ...source,
      readImage: (box) => source.readImage(box),
      readLabelled: async () => new Uint32Array(voxelCount(volume.shapeZyx)),
      isTruth: () => false,
    },
    { core: wholeBox(volume.shapeZyx), marginZyx: [0, 0, 0], isLastTry: true },
    { onProgress: () => {}, signal: new AbortController().signal },
  );
  return {
    pool: volume.id,
    truth: volume.labels,
    block,
    sight,
    window,
    outlineUm,
    trainSeconds: model.training.trainSeconds,
  };
}
