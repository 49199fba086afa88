import { beforeAll, expect, it } from "vitest";
import { tinyModel } from "../../../core/checkpoint/testing/tiny-model.ts";
import { type ForestModel, loadForest, saveForest } from "../../../core/forest/forest-model.ts";
import { scoreSegmentation } from "../../../core/metrics/score-segmentation.ts";
import { measureWindow } from "../../../core/perception/intensity-window.ts";
import type { ProbabilityMaps } from "../../../core/perception/probability-maps.ts";
import { cropBox, imageInMemory } from "../../../core/volume/image-source.ts";
import { boxShape, containsPoint, type VoxelBox, voxelCount, wholeBox } from "../../../core/volume/voxel-space.ts";
import { proposeNuclei } from "../blocks/propose-nuclei.ts";
import { prepareVolume } from "../data/prepared-volume.ts";
import type { TrainingVolume } from "../data/training-volume.ts";
import { startAnyEngine } from "../engine/without-tensorflow.ts";
import { segmentInstances } from "../instances/instances.ts";
import { requireEngineFor } from "../jobs/require-engine.ts";
import { measureKeptOut } from "../measure/measure-kept-out.ts";
import { FOREST_PASSES, predictForestBox } from "../perceive/predict-forest-box.ts";
import { seerOf } from "../perceive/seer.ts";
import { MeanMaps } from "../predict/predict.ts";
import { createRandom } from "../random.ts";
import { createPhantom } from "../testing/phantom.ts";
import { drawVoxels, VOXEL_CLASS } from "./draw-voxels.ts";
import { trainForest } from "./train-forest.ts";

const keptBox: VoxelBox = { minZyx: [0, 0, 30], maxZyx: [12, 36, 44] };
const taught = createPhantom(1, { validationBoxes: [keptBox] });
const other = createPhantom(2, { shapeZyx: [14, 34, 39] });
const options = { seed: 5, trees: 20, maxVoxels: 6000 };
let model: ForestModel;

beforeAll(async () => {
  model = await trainForest(options, [taught]);
});

async function see({ forest, sigmasUm }: ForestModel, volume: TrainingVolume, box = wholeBox(volume.shapeZyx)) {
  const window = measureWindow(volume.image);
  const passes: ProbabilityMaps[] = [];
  for await (const { maps } of predictForestBox({ forest, sigmasUm }, imageInMemory(volume.image, volume), box, {
    window,
  }))
    passes.push(maps);
  return passes;
}

it("finds the nuclei of a volume that it has not seen, and knows about how well", async () => {
  const mean = new MeanMaps();
  const passes = await see(model, other);
  expect(passes).toHaveLength(FOREST_PASSES);
  passes.forEach((maps) => {
    mean.add(maps);
  });
  const found = segmentInstances(mean.mean(), other, model.thresholds);
  const scores = scoreSegmentation(other.labels, found, { minVoxels: 20 });
  expect(scores.ap50).toBeGreaterThan(0.85);
  expect(scores.dice).toBeGreaterThan(0.85);
  expect(model.training.outOfBagError).toBeLessThan(0.1);
  expect(model.training.voxels).toBeLessThan(1.1 * options.maxVoxels);
});

it("is the same for a seed, and from its files", async () => {
  const again = await trainForest(options, [taught]);
  expect(again.forest).toEqual(model.forest);
  expect(again.thresholds).toEqual(model.thresholds);
  expect((await trainForest({ ...options, seed: 6 }, [taught])).forest).not.toEqual(model.forest);
  const read = loadForest(saveForest(model));
  expect(read).toEqual(model);
});

it("sees the same in a box as in the whole volume, to the last bit", async () => {
  const whole = await see(model, other);
  const box: VoxelBox = { minZyx: [3, 10, 0], maxZyx: [9, 27, 22] };
  const parts = await see(model, other, box);
  parts.forEach((maps, pass) => {
    for (const map of ["foreground", "distance", "boundary"] as const)
      expect(maps[map]).toEqual(cropBox(whole[pass][map], other.shapeZyx, box, Float32Array));
  });
});

it("learns from known voxels outside of validation boxes only, and from every kind of them", () => {
  const known = taught.known.map((state, i) => (i % 3 === 0 ? 0 : state));
  const prepared = prepareVolume({ ...taught, known });
  const { indices, classes, weights } = drawVoxels([prepared], 4.5, 3000, createRandom(3));
  const [, height, width] = taught.shapeZyx;
  indices[0].forEach((i, k) => {
    expect(known[i]).not.toBe(0);
    expect(containsPoint(keptBox, Math.floor(i / (width * height)), Math.floor(i / width) % height, i % width)).toBe(
      false,
    );
    expect(
      classes[k] === VOXEL_CLASS.inside ||
        classes[k] === VOXEL_CLASS.rim ||
        taught.labels[i] === 0 ||
        classes[k] === VOXEL_CLASS.gap,
    ).toBe(true);
    if (taught.labels[i] === 0) expect([VOXEL_CLASS.far, VOXEL_CLASS.near, VOXEL_CLASS.gap]).toContain(classes[k]);
  });
  // Weights undo the draw: inside and rim together weigh as many voxels as nuclei have.
  let foreground = 0;
  classes.forEach((kind, k) => {
    if ((kind === VOXEL_CLASS.inside || kind === VOXEL_CLASS.rim) && weights[k] > 0) foreground += weights[k];
  });
  const counted = prepared.known.reduce((sum, state) => sum + (state === 2 ? 1 : 0), 0);
  expect(foreground / counted).toBeGreaterThan(0.7);
  expect(foreground / counted).toBeLessThan(1.1);
});

it("is measured where nothing was learned, and proposes nuclei that it is more or less sure of", async () => {
  const signal = new AbortController().signal;
  const metrics = await measureKeptOut(model, { volumes: [taught], keptOut: new Set(), signal });
  expect(metrics?.ap50).toBeGreaterThan(0.6);
  const proposed = await proposeNuclei(
    {
      seer: seerOf(model),
      window: measureWindow(other.image),
      sight: { sideUm: null, diameterUm: null, thresholds: model.thresholds },
      outlineUm: null,
      classifier: null,
      moves: [],
      maxTileVoxels: 12_000,
      maxBlockVoxels: 1e9,
    },
    {
      ...imageInMemory(other.image, other),
      readLabelled: async (box) => new Uint32Array(voxelCount(boxShape(box))),
      isTruth: () => false,
    },
    { onProgress() {}, signal },
  );
  const nuclei = proposed.instances.filter(({ kind }) => kind === "nucleus");
  expect(nuclei.length).toBeGreaterThan(20);
  // Quarters of the trees differ: not every nucleus is as sure as the others.
  expect(new Set(nuclei.map(({ scores }) => scores?.u2)).size).toBeGreaterThan(10);
});

it("does where no TensorFlow runs, and a network does not", async () => {
  const engine = await startAnyEngine("forest");
  expect(engine.name).toBe("forest");
  expect(() => requireEngineFor(model, engine)).not.toThrow();
  expect(() => requireEngineFor(tinyModel, engine)).toThrow(expect.objectContaining({ tag: "needs-tensorflow" }));
  expect(() => requireEngineFor(tinyModel, { name: "wasm" })).not.toThrow();
});

it("says so where there is nothing to tell apart", async () => {
  const known = taught.known.map((state) => (state === 1 ? 0 : state));
  await expect(trainForest(options, [{ ...taught, known }])).rejects.toThrow(
    expect.objectContaining({ tag: "no-room-to-learn" }),
  );
});
