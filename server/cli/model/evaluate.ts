import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { type CheckpointFiles, saveCheckpoint } from "../../../core/checkpoint/checkpoint-files.ts";
import type { TrainedModel } from "../../../core/checkpoint/trained-model.ts";
import { saveForest } from "../../../core/forest/forest-model.ts";
import { moveOutlines } from "../../../core/labels/move-outlines.ts";
import { meanOfDefined, scoreSegmentation } from "../../../core/metrics/score-segmentation.ts";
import { voxelCount } from "../../../core/volume/voxel-space.ts";
import { readProductModel } from "../../product-model/read-product-model.ts";
import type { TrainingVolume } from "../../trainer/data/training-volume.ts";
import { type Engine, startEngine } from "../../trainer/engine/start-engine.ts";
import { trainForest } from "../../trainer/forest/train-forest.ts";
import { type OutlinePair, outlineConvention } from "../../trainer/instances/outline-convention.ts";
import { trainModel } from "../../trainer/loop/train.ts";
import { drawNuclei } from "./draw-nuclei.ts";
import { EVALUATE_USAGE, type EvaluateOptions, parseEvaluateOptions } from "./evaluate-options.ts";
import { forestFinder, type NucleusFinder, networkFinder } from "./finders/nucleus-finder.ts";
import { readLabelledVolume } from "./labelled-volume.ts";
import { partlyLabelled } from "./partly-labelled.ts";

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
  if (options.method === "forest") return evaluateForest(options, train, test, say);
  const engine = await startEngine({ only: options.engine });
  say(`engine ${engine.name} (${engine.reason})`);
  const product = options.from === "product" ? await readProductModel() : null;
  const model = product && options.labels === 0 ? product : await learn(options, train, { engine, product, say });
  await saveModel(options, saveCheckpoint(model));
  const finder = networkFinder(model, engine);
  const measured = await measureFinder(finder, options, train, test, say);
  finder.dispose();
  const { training } = model;
  return {
    method: options.method,
    engine: engine.name,
    from: options.from,
    labels: options.labels,
    seed: options.seed,
    train_seconds: options.labels === 0 ? 0 : round(training.trainSeconds, 1),
    step_ms_median: round(training.stepMsMedian, 1),
    steps: options.labels === 0 ? 0 : training.steps,
    parameters: training.parameters,
    patch_zyx: training.patchShapeZyx,
    thresholds: model.thresholds,
    ...measured,
  };
}

/** Needs no TensorFlow, and starts none. */
async function evaluateForest(
  options: EvaluateOptions,
  train: readonly TrainingVolume[],
  test: readonly TrainingVolume[],
  say: (line: string) => void,
) {
  const { labels, seed, method } = options;
  const volumes = labels === null ? train : await partlyLabelled(drawNuclei(train, labels, seed), null);
  const model = await trainForest({ seed }, volumes);
  const { training, forest, sigmasUm, thresholds } = model;
  say(`learned from ${training.voxels} voxels in ${round(training.trainSeconds, 1)} s`);
  await saveModel(options, saveForest(model));
  const measured = await measureFinder(forestFinder(model), options, train, test, say);
  return {
    method,
    labels,
    seed,
    train_seconds: round(training.trainSeconds, 1),
    learned_voxels: training.voxels,
    out_of_bag_error: training.outOfBagError,
    trees: forest.roots.length,
    nodes: forest.features.length,
    sigmas_um: sigmasUm.map((sigma) => round(sigma, 2)),
    thresholds,
    ...measured,
  };
}

async function saveModel({ saveFolder }: EvaluateOptions, files: CheckpointFiles): Promise<void> {
  if (saveFolder === null) return;
  await mkdir(saveFolder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) await writeFile(path.join(saveFolder, name), bytes);
}

async function measureFinder(
  finder: NucleusFinder,
  options: EvaluateOptions,
  train: readonly TrainingVolume[],
  test: readonly TrainingVolume[],
  say: (line: string) => void,
) {
  const outlineUm = options.outline === null ? finder.outlineUm : await outlineOf(finder, train, options);
  say(`outlines ${outlineUm === null ? "unknown" : `${outlineUm.toFixed(2)} µm outside of the model's`}`);
  const volumes = await testVolumes(finder, outlineUm, test, say);
  return {
    outline_nuclei: options.outline,
    outline_um: outlineUm,
    mean_ap50: meanOfDefined(volumes.map(({ ap50 }) => ap50)),
    mean_ap75: meanOfDefined(volumes.map(({ ap75 }) => ap75)),
    mean_ap50_with_outline: meanOfDefined(volumes.map(({ with_outline }) => with_outline?.ap50 ?? null)),
    volumes,
  };
}

async function learn(
  { seed, budget, labels }: EvaluateOptions,
  train: readonly TrainingVolume[],
  { engine, product, say }: { engine: Engine; product: TrainedModel | null; say: (line: string) => void },
): Promise<TrainedModel> {
  const volumes =
    labels === null ? train : await partlyLabelled(drawNuclei(train, labels, seed), product && { product, engine });
  return trainModel({ ...engine, seed, budget, parent: product ?? undefined }, volumes, {
    onStep: ({ step, loss, stepMs, progress }) => {
      if (step % SHOW_EVERY_STEPS === 0)
        say(`step ${step}, ${Math.round(progress * 100)} %, loss ${loss.toFixed(3)}, ${Math.round(stepMs)} ms`);
    },
  });
}

async function outlineOf(
  finder: NucleusFinder,
  train: readonly TrainingVolume[],
  { outline, seed }: EvaluateOptions,
): Promise<number | null> {
  const pairs: OutlinePair[] = [];
  for (const [volume, drawn] of drawNuclei(train, outline ?? 0, seed)) {
    const { found } = await finder.findNuclei(volume);
    pairs.push({ ...volume, truth: volume.labels.map((label) => (drawn.has(label) ? label : 0)), found });
  }
  return outlineConvention(pairs);
}

async function testVolumes(
  finder: NucleusFinder,
  outlineUm: number | null,
  test: readonly TrainingVolume[],
  say: (line: string) => void,
) {
  const volumes = [];
  for (const volume of test) {
    const began = performance.now();
    const { found, passes, diameterUm } = await finder.findNuclei(volume);
    const seconds = (performance.now() - began) / 1000;
    const score = (labels: Uint32Array) => scoreSegmentation(volume.labels, labels, { minVoxels: MIN_VOXELS });
    const scores = score(found);
    const moved = outlineUm === null ? null : score(moveOutlines(found, volume, outlineUm));
    say(
      `${volume.id}: AP50 ${scores.ap50?.toFixed(3)}${moved ? ` (${moved.ap50?.toFixed(3)} with the outlines moved)` : ""}, AP75 ${scores.ap75?.toFixed(3)}, ${scores.found} of ${scores.truth}`,
    );
    volumes.push({
      volume: volume.id,
      ...scores,
      recall50: scores.truth === 0 ? null : scores.truePositives50 / scores.truth,
      with_outline: moved,
      diameter_um: diameterUm === null ? null : round(diameterUm, 2),
      // Of one pass; the segmentation is made from the mean of all of them.
      voxels_per_s: Math.round((voxelCount(volume.shapeZyx) * passes) / seconds),
      passes,
    });
  }
  return volumes;
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
