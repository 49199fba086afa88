import { fillAboveThreshold, loadThresholdField } from "../core/edit/fill/threshold-fill.ts";
import { fillHoles, grow, shrink, smooth } from "../core/edit/shape/clean-up.ts";
import { interpolateSlices } from "../core/edit/shape/interpolate-slices.ts";
import type { NucleusRegion } from "../core/edit/shape/nucleus-region.ts";
import { MemoryLabelDocument } from "../core/edit/testing/memory-label-document.ts";
import type { LabelObject } from "../core/labels/object-boxes.ts";
import { boxShape, voxelCount, type Zyx } from "../core/volume/voxel-space.ts";
import { readProductModel } from "../server/product-model/read-product-model.ts";
import { startEngine } from "../server/trainer/engine/start-engine.ts";
import { Predictor } from "../server/trainer/network/predictor.ts";
import { clickByModel } from "./by-hand/click-by-model.ts";
import { ArrayImage, deepestVoxel, iouWith, wholeNuclei } from "./by-hand/real-nuclei.ts";
import { type RealVolume, readKind } from "./simulator/real-kinds.ts";

/*
 * How near to the truth of real volumes a hand comes with few acts: one click of the 3D fill in the middle of every nucleus, with
 * nothing else labelled, and a few true outlines with interpolation between them. Then how long the page stands still for
 * work on the shape of a nucleus of a million voxels.
 *   KARYOLOOP_DATA_SETS=… node --import tsx bench/by-hand.ts [SET …]
 */
const SETS = process.argv.slice(2);
const DEFAULT_SETS = ["mouse-embryo/Emb02_t401"];
const REACH_UM = 12;
/** As the model says, and as a person sets it once who outlines as the sets do. */
const MOVES_UM = [0, 0.8, 1.6, 2.4];

interface Clicked {
  readonly iou: number;
  readonly reachedBound: boolean;
  readonly ms: number;
}

const model = await readProductModel();
const engine = await startEngine();
const network = new Predictor(model.config, model.weights);

for (const file of SETS.length > 0 ? SETS : DEFAULT_SETS) {
  const volume = await readKind({ name: file, file, ...voxelSizeOf(file) });
  for (const outlines of [3, 4, 5]) {
    const ious = wholeNuclei(volume).map((object) => interpolated(volume, object, outlines));
    console.log(`| ${file} | ${outlines} outlines, interpolated | ${iousInWords(ious)} |`);
  }
  const clicks = await clickEvery(volume);
  const stopped = clicks.filter(({ reachedBound }) => reachedBound).length;
  const slowest = Math.max(...clicks.map(({ ms }) => ms));
  console.log(
    `| ${file} | one click | ${iousInWords(clicks.map(({ iou }) => iou))} | ` +
      `${stopped} stopped at the reach | slowest ${slowest.toFixed(0)} ms |`,
  );
  for (const moveUm of MOVES_UM) {
    const byModel = await clickByModel(volume, model, network, moveUm);
    const times = byModel.map(({ ms }) => ms).sort((a, b) => a - b);
    console.log(
      `| ${file} | one click, the product's model (${engine.name}), outline moved by ${moveUm} µm | ` +
        `${iousInWords(byModel.map(({ iou }) => iou))} | median ${times[times.length >> 1].toFixed(0)} ms, slowest ${times.at(-1)?.toFixed(0)} ms |`,
    );
  }
}

timeShapeWork();

/** Of a ball; every fourth slice of it for the interpolation. */
function timeShapeWork(): void {
  const shapeZyx: Zyx = [70, 150, 150];
  const voxelSizeZyx: Zyx = [2, 1, 1];
  const own = new Uint8Array(voxelCount(shapeZyx));
  let count = 0;
  for (let i = 0; i < own.length; i++) {
    const [z, y, x] = [Math.floor(i / 22_500), Math.floor(i / 150) % 150, i % 150];
    own[i] = Number(Math.hypot((z - 35) * 2, y - 75, x - 75) < 66 && i % 977 !== 0);
    count += own[i];
  }
  const whole = {
    shapeZyx,
    voxelSizeZyx,
    box: { minZyx: [0, 0, 0], maxZyx: shapeZyx },
    own,
    blocked: new Uint8Array(own.length),
  } as const;
  const slices = { ...whole, own: own.map((inside, i) => (Math.floor(i / 22_500) % 4 === 0 ? inside : 0)) };
  for (const [name, work] of [
    ["interpolate", () => interpolateSlices(slices, "xy")],
    ["fill holes", () => fillHoles(whole)],
    ["smooth by 2 voxels", () => smooth(whole, 2)],
    ["grow by 3 voxels", () => grow(whole, 3)],
    ["shrink by 3 voxels", () => shrink(whole, 3)],
  ] as const) {
    const start = performance.now();
    work();
    console.log(
      `| a nucleus of ${(count / 1e6).toFixed(2)} million voxels | ${name} | ${(performance.now() - start).toFixed(0)} ms |`,
    );
  }
}

function voxelSizeOf(file: string): { voxelSizeZyx?: Zyx } {
  if (file.startsWith("organoid/")) return { voxelSizeZyx: [5, 0.6, 0.6] };
  return file.startsWith("arabidopsis") ? { voxelSizeZyx: [0.284, 0.128, 0.128] } : {};
}

function iousInWords(ious: readonly number[]): string {
  const sorted = [...ious].sort((a, b) => a - b);
  const mean = sorted.reduce((sum, iou) => sum + iou, 0) / sorted.length;
  const good = sorted.filter((iou) => iou >= 0.8).length;
  return `mean IoU ${mean.toFixed(2)}, median ${sorted[sorted.length >> 1].toFixed(2)}, ${good} of ${sorted.length} at 0.8 or more`;
}

async function clickEvery(volume: RealVolume): Promise<Clicked[]> {
  const { shapeZyx, voxelSizeZyx, image } = volume;
  const voxels = new ArrayImage(shapeZyx, image);
  const document = new MemoryLabelDocument({ shapeZyx, voxelSizeZyx });
  const clicks: Clicked[] = [];
  for (const object of wholeNuclei(volume)) {
    const seedZyx = deepestVoxel(volume, object);
    const start = performance.now();
    const seed = { seedZyx, reachUm: REACH_UM, voxelSizeZyx, mayOverwrite: null };
    const field = await loadThresholdField(voxels, document, seed);
    const { voxels: filled, reachedBound } = fillAboveThreshold(field, field.halfHeight);
    clicks.push({ iou: iouWith(volume, object, filled), reachedBound, ms: performance.now() - start });
  }
  return clicks;
}

/** Against the truth, of the nucleus made of its own outlines in so many slices, from the first to the last, evenly apart. */
function interpolated(
  { labels, shapeZyx, voxelSizeZyx }: RealVolume,
  { label, box }: LabelObject,
  outlines: number,
): number {
  const shape = boxShape(box);
  const whole = new Uint8Array(voxelCount(shape));
  const own = new Uint8Array(whole.length);
  const last = shape[0] - 1;
  const drawn = new Set(Array.from({ length: outlines }, (_, i) => Math.round((i * last) / (outlines - 1))));
  let i = 0;
  for (let z = 0; z < shape[0]; z++)
    for (let y = 0; y < shape[1]; y++)
      for (let x = 0; x < shape[2]; x++, i++) {
        const at = ((z + box.minZyx[0]) * shapeZyx[1] + y + box.minZyx[1]) * shapeZyx[2] + x + box.minZyx[2];
        whole[i] = Number(labels?.[at] === label);
        own[i] = drawn.has(z) ? whole[i] : 0;
      }
  const region: NucleusRegion = { box, shapeZyx: shape, voxelSizeZyx, own, blocked: new Uint8Array(own.length) };
  const writes = interpolateSlices(region, "xy");
  let [both, either] = [0, 0];
  for (let at = 0; at < whole.length; at++) {
    const after = own[at] | writes[at];
    both += whole[at] & after;
    either += whole[at] | after;
  }
  return both / either;
}
