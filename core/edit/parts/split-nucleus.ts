import { distanceToNearest } from "../../labels/distance-transform.ts";
import { seededWatershed } from "../../labels/watershed.ts";
import { Problem } from "../../problem.ts";
import { brickKeyAt } from "../../volume/brick.ts";
import { boxShape, type VoxelBox, voxelCount, type Zyx } from "../../volume/voxel-space.ts";
import type { ImageVoxels } from "../image-voxels.ts";
import type { EditAct, EditedLabels } from "../label-document.ts";
import { unmergeAct } from "../nucleus-acts.ts";
import { collectNucleusVoxels } from "../nucleus-voxels.ts";
import { VoxelReader } from "../voxel-reader.ts";
import { VoxelSet } from "../voxel-set.ts";

/** Memory of a split is some 25 bytes per voxel of the nucleus's box. */
export const MAX_SPLIT_VOXELS = 8_000_000;

/** How much the brightness counts beside the distance to the surface; both run from 0 to 1. */
const INTENSITY_WEIGHT = 0.3;

/** Part of the distance between the clicks in which a seed may move to the deepest place near its click. */
const SEED_REACH = 0.45;

export interface SplitClicks {
  /** Voxel indices; the piece with the first click keeps the label, the other gets a new one. */
  readonly firstZyx: Zyx;
  readonly secondZyx: Zyx;
}

/**
 * Cuts a nucleus in two: a watershed from two clicks over the distance to the surface and the brightness, so that the
 * cut falls into the neck and the dark seam. Two parts that were merged come apart by removing the merge instead, exactly.
 */
export async function splitAct(
  document: EditedLabels,
  image: ImageVoxels,
  clicks: SplitClicks,
  knownBox: VoxelBox | null,
  signal?: AbortSignal,
): Promise<EditAct> {
  await document.loadBricks([brickKeyAt(...clicks.firstZyx), brickKeyAt(...clicks.secondZyx)], signal);
  const reader = new VoxelReader(document);
  const first = reader.at(...clicks.firstZyx);
  const second = reader.at(...clicks.secondZyx);
  const group = document.membersOf(first);
  if (first === 0 || !group.includes(second))
    throw new Problem({ tag: "not-one-nucleus", what: "Both clicks must be on the same nucleus." });
  if (first !== second) return { ...unmergeAct(document, second), name: "split" };
  const voxels = await collectNucleusVoxels(document, group, knownBox, signal);
  await image.loadBricks(voxels.brickKeys(), signal);
  const piece = cutNucleus(voxels, image, document.voxelSizeZyx, clicks);
  const label = document.newLabel();
  const className = document.fieldsOf(first).class;
  return {
    name: "split",
    records: [
      { kind: "paint", label, runs: piece.toRuns() },
      ...(className ? [{ kind: "field" as const, label, field: "class" as const, value: className }] : []),
    ],
  };
}

/** The voxels that belong to the second click. */
export function cutNucleus(voxels: VoxelSet, image: ImageVoxels, voxelSizeZyx: Zyx, clicks: SplitClicks): VoxelSet {
  const tight = voxels.boundingBox() as VoxelBox;
  // One voxel of margin: the surface must be seen from outside on every side.
  const box: VoxelBox = {
    minZyx: [tight.minZyx[0] - 1, tight.minZyx[1] - 1, tight.minZyx[2] - 1],
    maxZyx: [tight.maxZyx[0] + 1, tight.maxZyx[1] + 1, tight.maxZyx[2] + 1],
  };
  const shapeZyx = boxShape(box);
  if (voxelCount(shapeZyx) > MAX_SPLIT_VOXELS)
    throw new Problem({
      tag: "nucleus-too-large",
      what: "This nucleus is too large to be cut here.",
      where: `${shapeZyx.join(" × ")} voxels`,
      hint: "Cut it with the eraser.",
    });
  const mask = new Uint8Array(voxelCount(shapeZyx));
  const indexOf = (z: number, y: number, x: number): number =>
    ((z - box.minZyx[0]) * shapeZyx[1] + y - box.minZyx[1]) * shapeZyx[2] + x - box.minZyx[2];
  voxels.forEachRun((z, y, xFirst, xEnd) => {
    mask.fill(1, indexOf(z, y, xFirst), indexOf(z, y, xEnd));
  });
  const height = splitHeight(voxels, mask, shapeZyx, voxelSizeZyx, image, indexOf);
  const seeds = new Uint32Array(mask.length);
  const apartUm = distanceUm(clicks.firstZyx, clicks.secondZyx, voxelSizeZyx);
  for (const [value, click] of [clicks.firstZyx, clicks.secondZyx].entries()) {
    seeds[deepestNear(voxels, height, click, apartUm * SEED_REACH, voxelSizeZyx, indexOf)] = value + 1;
    seeds[indexOf(...click)] = value + 1;
  }
  const labels = seededWatershed(height, seeds, mask, shapeZyx);
  const piece = new VoxelSet(voxels.shapeZyx);
  voxels.forEachRun((z, y, xFirst, xEnd) => {
    for (let x = xFirst; x < xEnd; x++) if (labels[indexOf(z, y, x)] === 2) piece.add(z, y, x);
  });
  return piece;
}

type IndexOf = (z: number, y: number, x: number) => number;

/** Low in the middle of a bright lobe, high at necks, surfaces and dark seams. */
function splitHeight(
  voxels: VoxelSet,
  mask: Uint8Array,
  shapeZyx: Zyx,
  voxelSizeZyx: Zyx,
  image: ImageVoxels,
  indexOf: IndexOf,
): Float32Array {
  const height = distanceToNearest(
    mask.map((inside) => 1 - inside),
    shapeZyx,
    voxelSizeZyx,
  );
  const brightness = meanBrightness(voxels, mask, shapeZyx, image, indexOf);
  let deepest = 0;
  let darkest = Infinity;
  let brightest = -Infinity;
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    deepest = Math.max(deepest, height[i]);
    darkest = Math.min(darkest, brightness[i]);
    brightest = Math.max(brightest, brightness[i]);
  }
  const range = brightest > darkest ? brightest - darkest : 1;
  for (let i = 0; i < mask.length; i++)
    if (mask[i] !== 0) height[i] = -(height[i] / deepest) - (INTENSITY_WEIGHT * (brightness[i] - darkest)) / range;
  return height;
}

/** Mean of the 3×3 neighbours in the slice that belong to the nucleus: single voxels are too noisy to cut by. */
function meanBrightness(
  voxels: VoxelSet,
  mask: Uint8Array,
  shapeZyx: Zyx,
  image: ImageVoxels,
  indexOf: IndexOf,
): Float32Array {
  const raw = new Float32Array(mask.length);
  const reader = new VoxelReader(image);
  voxels.forEachRun((z, y, xFirst, xEnd) => {
    for (let x = xFirst; x < xEnd; x++) raw[indexOf(z, y, x)] = reader.at(z, y, x);
  });
  const mean = new Float32Array(mask.length);
  const width = shapeZyx[2];
  voxels.forEachRun((z, y, xFirst, xEnd) => {
    for (let x = xFirst; x < xEnd; x++) {
      const at = indexOf(z, y, x);
      let sum = 0;
      let n = 0;
      for (const row of [at - width, at, at + width])
        for (let i = row - 1; i <= row + 1; i++)
          if (mask[i] !== 0) {
            sum += raw[i];
            n++;
          }
      mean[at] = sum / n;
    }
  });
  return mean;
}

function deepestNear(
  voxels: VoxelSet,
  height: Float32Array,
  click: Zyx,
  reachUm: number,
  voxelSizeZyx: Zyx,
  indexOf: IndexOf,
): number {
  let best = indexOf(...click);
  voxels.forEachRun((z, y, xFirst, xEnd) => {
    for (let x = xFirst; x < xEnd; x++)
      if (height[indexOf(z, y, x)] < height[best] && distanceUm([z, y, x], click, voxelSizeZyx) < reachUm)
        best = indexOf(z, y, x);
  });
  return best;
}

const distanceUm = (a: Zyx, b: Zyx, voxelSizeZyx: Zyx): number =>
  Math.hypot((a[0] - b[0]) * voxelSizeZyx[0], (a[1] - b[1]) * voxelSizeZyx[1], (a[2] - b[2]) * voxelSizeZyx[2]);
