import type { Head } from "../core/checkpoint/network-config.ts";
import { meanOfDefined, scoreSegmentation } from "../core/metrics/score-segmentation.ts";
import { readFirstVolume } from "../server/ingest/read-first-volume.ts";
import type { TrainingVolume } from "../server/trainer/data/training-volume.ts";
import { startEngine } from "../server/trainer/engine/start-engine.ts";
import { segmentInstances } from "../server/trainer/instances/instances.ts";
import { trainModel } from "../server/trainer/loop/train.ts";
import { Predictor } from "../server/trainer/network/predictor.ts";
import { MeanMaps, predictSymmetries } from "../server/trainer/predict/predict.ts";
import { numberAfter } from "./page/report.ts";

/*
 * Which heads a network should have: the same run with and without a boundary head, scored on volumes of other embryos,
 * the watershed's landscape raised by the boundary not at all, by half, and wholly:
 *   node --import tsx bench/heads.ts [--steps 800]
 */
const STEPS = numberAfter("--steps", 800);
const SETS = process.env.KARYOLOOP_DATA_SETS ?? "../shared/data";
const TRAIN = ["Emb01_t401", "Emb04_t401", "Emb11_t401"].map((name) => `${SETS}/mouse-embryo/${name}`);
const TEST = [
  ...["Emb02_t401", "Emb07_t401"].map((name) => `${SETS}/mouse-embryo/${name}`),
  ...["8_cell_stage", "16_cell_stage"].map((name) => `${SETS}/mouse-embryo-8-16-cell/${name}`),
];
/** Outlined like the volumes that are learned from: only there does AP75 say anything. */
const SAME_OUTLINES = 2;
const HEADS: readonly (readonly Head[])[] = [
  ["foreground", "distance"],
  ["foreground", "distance", "boundary"],
];
const WALLS = [0, 0.5, 1];
const MIN_VOXELS = 100;

async function read(prefix: string): Promise<TrainingVolume> {
  const { shapeZyx, voxelSizeZyx, pixels } = await readFirstVolume(`${prefix}_image.tif`);
  const labels = Uint32Array.from((await readFirstVolume(`${prefix}_labels.tif`)).pixels);
  if (!voxelSizeZyx) throw new Error(`${prefix} has no voxel size`);
  const known = Uint8Array.from(labels, (label) => (label === 0 ? 1 : 2));
  const image = Float32Array.from(pixels);
  return { id: prefix, specimen: prefix, shapeZyx, voxelSizeZyx, image, labels, known, validationBoxes: [] };
}
const train = await Promise.all(TRAIN.map(read));
const test = await Promise.all(TEST.map(read));
const engine = await startEngine();
console.log(`${engine.name}, ${STEPS} steps, seed 0`);
for (const heads of HEADS) {
  const model = await trainModel({ ...engine, seed: 0, budget: { maxSteps: STEPS }, heads }, train);
  const predictor = new Predictor(model.config, model.weights);
  const scores: { ap50: number | null; ap75: number | null }[][] = WALLS.map(() => []);
  for (const volume of test) {
    const mean = new MeanMaps();
    for await (const { maps } of predictSymmetries(predictor, volume.image, volume, engine)) mean.add(maps);
    const maps = mean.mean();
    WALLS.forEach((wall, i) => {
      const found = segmentInstances(maps, volume, { ...model.thresholds, wall });
      scores[i].push(scoreSegmentation(volume.labels, found, { minVoxels: MIN_VOXELS }));
    });
  }
  predictor.dispose();
  WALLS.forEach((wall, i) => {
    const ap50 = meanOfDefined(scores[i].map((one) => one.ap50)) ?? 0;
    const ap75 = meanOfDefined(scores[i].slice(0, SAME_OUTLINES).map((one) => one.ap75)) ?? 0;
    const step = model.training.stepMsMedian.toFixed(0);
    console.log(
      `| ${heads.join(", ")} | wall ${wall} | AP50 ${ap50.toFixed(3)} | AP75 ${ap75.toFixed(3)} | ${step} ms |`,
    );
  });
}
