import { fillAboveThreshold, loadThresholdField } from "../core/edit/fill/threshold-fill.ts";
import type { ImageVoxels } from "../core/edit/image-voxels.ts";
import { fillHoles, grow, shrink, smooth } from "../core/edit/shape/clean-up.ts";
import { interpolateSlices } from "../core/edit/shape/interpolate-slices.ts";
import type { NucleusRegion } from "../core/edit/shape/nucleus-region.ts";
import { MemoryLabelDocument } from "../core/edit/testing/memory-label-document.ts";
import type { VoxelSet } from "../core/edit/voxel-set.ts";
import { distanceToNearest } from "../core/labels/distance-transform.ts";
import { findObjects, growBox, type LabelObject } from "../core/labels/object-boxes.ts";
import { BRICK_VOXELS, type BrickKey, brickBox, indexInBrick } from "../core/volume/brick.ts";
import { boxShape, voxelCount, type Zyx } from "../core/volume/voxel-space.ts";
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
const FEWEST_VOXELS = 100;

interface Clicked {
  readonly iou: number;
  readonly reachedBound: boolean;
  readonly ms: number;
}

/** A volume in memory, brick by brick. */
class ArrayImage implements ImageVoxels {
  readonly shapeZyx: Zyx;
  readonly #image: Float32Array;
  readonly #bricks = new Map<BrickKey, Float32Array>();

  constructor(shapeZyx: Zyx, image: Float32Array) {
    this.shapeZyx = shapeZyx;
    this.#image = image;
  }

  readBrick(key: BrickKey): Float32Array | undefined {
    return this.#bricks.get(key);
  }

  async loadBricks(keys: readonly BrickKey[]): Promise<void> {
    for (const key of keys) {
      if (this.#bricks.has(key)) continue;
      const brick = new Float32Array(BRICK_VOXELS);
      const { minZyx, maxZyx } = brickBox(key, this.shapeZyx);
      for (let z = minZyx[0]; z < maxZyx[0]; z++)
        for (let y = minZyx[1]; y < maxZyx[1]; y++)
          for (let x = minZyx[2]; x < maxZyx[2]; x++)
            brick[indexInBrick(z, y, x)] = this.#image[(z * this.shapeZyx[1] + y) * this.shapeZyx[2] + x];
      this.#bricks.set(key, brick);
    }
  }
}

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

function iousInWords(ious: readonly number[]): string {
  const sorted = [...ious].sort((a, b) => a - b);
  const mean = sorted.reduce((sum, iou) => sum + iou, 0) / sorted.length;
  const good = sorted.filter((iou) => iou >= 0.8).length;
  return `mean IoU ${mean.toFixed(2)}, median ${sorted[sorted.length >> 1].toFixed(2)}, ${good} of ${sorted.length} at 0.8 or more`;
}

function wholeNuclei({ labels, shapeZyx }: RealVolume): LabelObject[] {
  return findObjects(labels ?? new Uint32Array(), shapeZyx).filter(({ voxels }) => voxels >= FEWEST_VOXELS);
}

function voxelSizeOf(file: string): { voxelSizeZyx?: Zyx } {
  if (file.startsWith("organoid/")) return { voxelSizeZyx: [5, 0.6, 0.6] };
  return file.startsWith("arabidopsis") ? { voxelSizeZyx: [0.284, 0.128, 0.128] } : {};
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

/** Where a person would click: farthest from the surface. */
function deepestVoxel({ labels, shapeZyx, voxelSizeZyx }: RealVolume, { label, box }: LabelObject): Zyx {
  const around = growBox(box, [1, 1, 1], shapeZyx);
  const shape = boxShape(around);
  const outside = new Uint8Array(voxelCount(shape));
  const at = (i: number): Zyx => [
    around.minZyx[0] + Math.floor(i / (shape[1] * shape[2])),
    around.minZyx[1] + (Math.floor(i / shape[2]) % shape[1]),
    around.minZyx[2] + (i % shape[2]),
  ];
  for (let i = 0; i < outside.length; i++) {
    const [z, y, x] = at(i);
    outside[i] = Number(labels?.[(z * shapeZyx[1] + y) * shapeZyx[2] + x] !== label);
  }
  const depth = distanceToNearest(outside, shape, voxelSizeZyx);
  return at(depth.reduce((best, um, i) => (um > depth[best] ? i : best), 0));
}

function iouWith({ labels, shapeZyx }: RealVolume, { label, voxels }: LabelObject, filled: VoxelSet): number {
  let both = 0;
  filled.forEachRun((z, y, xFirst, xEnd) => {
    for (let x = xFirst; x < xEnd; x++) if (labels?.[(z * shapeZyx[1] + y) * shapeZyx[2] + x] === label) both++;
  });
  return both / (filled.count + voxels - both);
}
