import { readFile } from "node:fs/promises";
import { beforeAll, expect, it } from "vitest";
import { loadCheckpoint, modelFileNames } from "../../../core/checkpoint/checkpoint-files.ts";
import type { TrainedModel } from "../../../core/checkpoint/trained-model.ts";
import { findClickedNucleus } from "../../../core/click/find-clicked-nucleus.ts";
import { TileEngine } from "../../../core/click/tile-engine.ts";
import { findObjects } from "../../../core/labels/object-boxes.ts";
import { seeVolume } from "../../../core/perception/canonical-size.ts";
import { measureWindow } from "../../../core/perception/intensity-window.ts";
import { simulateVolume } from "../../../core/simulator/simulate-volume.ts";
import { cropBox } from "../../../core/volume/image-source.ts";
import { boxShape, type VoxelBox, voxelCount, type Zyx } from "../../../core/volume/voxel-space.ts";
import { registerWasmBackend } from "../engine/wasm-engine.ts";
import { segmentInstances } from "../instances/instances.ts";
import { Predictor } from "../network/predictor.ts";
import { MeanMaps, predictSymmetries } from "../predict/predict.ts";

/** The weights that come with the product. */
async function readModel(): Promise<TrainedModel> {
  const files: Record<string, Uint8Array> = {};
  for (const name of modelFileNames)
    files[name] = await readFile(new URL(`../../product-model/${name}`, import.meta.url));
  return loadCheckpoint(files).model;
}

let model: TrainedModel;
beforeAll(async () => {
  await registerWasmBackend();
  model = await readModel();
});

it("one click finds the nucleus that a prediction of the whole volume proposes there", async () => {
  const shapeZyx: Zyx = [18, 60, 66];
  const voxelSizeZyx: Zyx = [1.5, 0.5, 0.45];
  const drawn = simulateVolume({ seed: 3, shapeZyx, voxelSizeZyx, diameterUm: 9 });
  const volume = { shapeZyx, voxelSizeZyx, image: Float32Array.from(drawn.image) };
  const sight = seeVolume(model, volume, 9);
  const predictor = new Predictor(model.config, model.weights);
  const mean = new MeanMaps();
  // Two of the eight passes: the click makes one.
  const options = { sideUm: sight.sideUm, maxTileVoxels: 300_000, maxPasses: 2 };
  for await (const { maps } of predictSymmetries(predictor, volume.image, volume, options)) mean.add(maps);
  const proposed = segmentInstances(mean.mean(), volume, sight.thresholds);
  const engine = new TileEngine(predictor, volume, measureWindow(volume.image));
  const read = {
    ...volume,
    readImage: async (box: VoxelBox) => cropBox(volume.image, shapeZyx, box, Float32Array),
    readForbidden: async (box: VoxelBox) => new Uint8Array(voxelCount(boxShape(box))),
  };
  const ious: number[] = [];
  const truths: number[] = [];
  // Those that are seen whole.
  const whole = findObjects(proposed, shapeZyx).filter(({ box }) =>
    box.minZyx.every((min, axis) => min > 0 && box.maxZyx[axis] < shapeZyx[axis]),
  );
  expect(whole.length).toBeGreaterThanOrEqual(2);
  for (const { label, box } of whole.slice(0, 4)) {
    const voxelZyx = middleOf(proposed, label, box, shapeZyx);
    const wish = { config: model.config, sight, clicks: [{ voxelZyx, isInside: true }], outlineUm: 0, moveUm: 0 };
    const found = await findClickedNucleus(engine, read, wish, null);
    const nucleus = onVolume(found!.nucleus, found!.look.box, shapeZyx);
    ious.push(iou(nucleus, (i) => proposed[i] === label));
    const truth = drawn.labels[(voxelZyx[0] * shapeZyx[1] + voxelZyx[1]) * shapeZyx[2] + voxelZyx[2]];
    if (truth) truths.push(iou(nucleus, (i) => drawn.labels[i] === truth));
  }
  predictor.dispose();
  console.info(`IoU with the proposals ${shown(ious)}; with the truth ${shown(truths)}`);
  for (const one of ious) expect(one).toBeGreaterThanOrEqual(0.9);
  expect(median(truths)).toBeGreaterThan(0.5);
}, 120_000);

const shown = (values: readonly number[]) => values.map((value) => value.toFixed(2)).join(" ");
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** The voxel of the object that is nearest to the middle of its box. */
function middleOf(labels: Uint32Array, label: number, { minZyx, maxZyx }: VoxelBox, [, rows, columns]: Zyx): Zyx {
  let best: Zyx = minZyx;
  let nearest = Number.POSITIVE_INFINITY;
  for (let z = minZyx[0]; z < maxZyx[0]; z++)
    for (let y = minZyx[1]; y < maxZyx[1]; y++)
      for (let x = minZyx[2]; x < maxZyx[2]; x++) {
        if (labels[(z * rows + y) * columns + x] !== label) continue;
        const away = Math.hypot(...[z, y, x].map((at, axis) => at + 0.5 - (minZyx[axis] + maxZyx[axis]) / 2));
        if (away < nearest) [nearest, best] = [away, [z, y, x]];
      }
  return best;
}

function onVolume(mask: Uint8Array, box: VoxelBox, shapeZyx: Zyx): Uint8Array {
  const whole = new Uint8Array(voxelCount(shapeZyx));
  let i = 0;
  for (let z = box.minZyx[0]; z < box.maxZyx[0]; z++)
    for (let y = box.minZyx[1]; y < box.maxZyx[1]; y++)
      for (let x = box.minZyx[2]; x < box.maxZyx[2]; x++, i++) whole[(z * shapeZyx[1] + y) * shapeZyx[2] + x] = mask[i];
  return whole;
}

function iou(mask: Uint8Array, isTruth: (i: number) => boolean): number {
  let [both, either] = [0, 0];
  mask.forEach((is, i) => {
    if (is && isTruth(i)) both++;
    if (is || isTruth(i)) either++;
  });
  return both / either;
}
