import type { InstanceThresholds } from "../checkpoint/trained-model.ts";
import { labelComponents } from "../labels/connected-components.ts";
import { fillHoles } from "../labels/fill-holes.ts";
import { findSeeds } from "../labels/find-seeds.ts";
import { moveOutlines } from "../labels/move-outlines.ts";
import { seededWatershed } from "../labels/watershed.ts";
import { foregroundMask, landscapeOf, type ProbabilityMaps, smoothDistance } from "../perception/probability-maps.ts";
import type { VoxelSpace, Zyx } from "../volume/voxel-space.ts";
import type { Click } from "./click.ts";
import { moveSurface } from "./move-surface.ts";

/** What a model says of the part of a volume round some clicks, and what it may not take. Arrays are of `shapeZyx`. */
export interface Surroundings extends VoxelSpace {
  readonly maps: ProbabilityMaps;
  /** Not 0 where other nuclei are. */
  readonly forbidden: Uint8Array;
}

export interface ClickedNucleusWish {
  /** Seen from the surroundings. */
  readonly clicks: readonly Click[];
  readonly thresholds: InstanceThresholds;
  /** As proposals are moved (core/labels/move-outlines.ts): where the team draws, as the model has learned it. */
  readonly outlineUm: number;
  /** As the person wants it beside that (move-surface.ts). */
  readonly moveUm: number;
  /** About how large nuclei are. */
  readonly diameterUm: number;
}

/** Where the model thinks less of a voxel it sees no nucleus there. */
export const LEAST_FOREGROUND = 0.1;
/** Where it doubts a clicked voxel, all that it doubts no more than this share of it belongs to the nucleus. */
const SHARE_OF_CLICKED = 0.6;
/** So far from the click, in diameters: clicks need not be in the middle. */
const BELIEVED_DIAMETERS = 0.75;

const OURS = 1;

/**
 * The nucleus that a person means: the model's nuclei (seeds and watershed, as in a prediction of the volume) that the clicks
 * inside lie in, joined, without what lies nearer to a click outside. A click is believed where the model doubts it. Holes are
 * filled, the outline is moved, and what hangs together with a click is kept. Null where the model sees nothing at any click inside.
 */
export function nucleusAtClicks(around: Surroundings, wish: ClickedNucleusWish): Uint8Array | null {
  const { maps, forbidden, shapeZyx } = around;
  const { thresholds, outlineUm, moveUm } = wish;
  const indexOf = ({ voxelZyx: [z, y, x] }: Click) => (z * shapeZyx[1] + y) * shapeZyx[2] + x;
  const inside = wish.clicks.filter(({ isInside }) => isInside);
  const believed = inside.filter((click) => maps.foreground[indexOf(click)] >= LEAST_FOREGROUND);
  if (believed.length === 0) return null;
  const mask = foregroundMask(maps, thresholds.foreground, forbidden);
  const doubted = believed.filter((click) => !mask[indexOf(click)] && !forbidden[indexOf(click)]);
  for (const click of doubted) believe(mask, around, click, wish.diameterUm);
  const labels = basinsOf(around, mask, { clicked: believed.map(indexOf), doubted: doubted.map(indexOf) }, thresholds);
  const ours = new Set(believed.map((click) => labels[indexOf(click)]));
  ours.delete(0);
  const joined = labels.map((label) => (label === 0 ? 0 : ours.has(label) ? OURS : label + OURS));
  fillHoles(joined, shapeZyx, forbidden);
  const moved = outlineUm === 0 ? joined : moveOutlines(joined, around, outlineUm, forbidden);
  const nucleus = moveSurface(
    Uint8Array.from(moved, (label) => (label === OURS ? 1 : 0)),
    around,
    moveUm,
    moved.map((label, i) => (forbidden[i] || label > OURS ? 1 : 0)),
  );
  takeAway(nucleus, around, wish.clicks);
  return connectedWith(nucleus, shapeZyx, believed.map(indexOf));
}

/** Adds to the mask what the model says of a doubtful clicked voxel's surroundings, within a nucleus's size. */
function believe(
  mask: Uint8Array,
  { maps, forbidden, shapeZyx, voxelSizeZyx }: Surroundings,
  click: Click,
  um: number,
) {
  const at = click.voxelZyx;
  const index = (at[0] * shapeZyx[1] + at[1]) * shapeZyx[2] + at[2];
  const least = SHARE_OF_CLICKED * maps.foreground[index];
  forEachNear(at, BELIEVED_DIAMETERS * um, shapeZyx, voxelSizeZyx, (near) => {
    if (!forbidden[near] && maps.foreground[near] >= least) mask[near] = 1;
  });
}

/** Voxels within `um` of one. */
export function forEachNear(at: Zyx, um: number, shapeZyx: Zyx, sizeZyx: Zyx, visit: (index: number) => void): void {
  const from = at.map((place, axis) => Math.max(0, Math.ceil(place - um / sizeZyx[axis])));
  const to = at.map((place, axis) => Math.min(shapeZyx[axis] - 1, Math.floor(place + um / sizeZyx[axis])));
  for (let z = from[0]; z <= to[0]; z++)
    for (let y = from[1]; y <= to[1]; y++)
      for (let x = from[2]; x <= to[2]; x++) {
        const away = Math.hypot((z - at[0]) * sizeZyx[0], (y - at[1]) * sizeZyx[1], (x - at[2]) * sizeZyx[2]);
        if (away <= um) visit((z * shapeZyx[1] + y) * shapeZyx[2] + x);
      }
}

/** The model's nuclei, and one more round every clicked voxel that it doubted or that none of them holds. */
function basinsOf(
  around: Surroundings,
  mask: Uint8Array,
  { clicked, doubted }: { readonly clicked: readonly number[]; readonly doubted: readonly number[] },
  thresholds: InstanceThresholds,
): Uint32Array {
  const { maps, shapeZyx } = around;
  const heights = smoothDistance(maps, around);
  const seeds = [...findSeeds(heights, mask, around, thresholds.seed, thresholds.minSeparationUm), ...doubted];
  const landscape = landscapeOf(maps, heights, thresholds);
  const flood = () => {
    const seedLabels = new Uint32Array(mask.length);
    seeds.forEach((voxel, i) => {
      seedLabels[voxel] = i + 1;
    });
    return seededWatershed(landscape, seedLabels, mask, shapeZyx);
  };
  const labels = flood();
  const left = clicked.filter((voxel) => mask[voxel] && labels[voxel] === 0);
  if (left.length === 0) return labels;
  seeds.push(...new Set(left));
  return flood();
}

/** What lies nearer to a click outside than to any inside goes, where a click outside lies in the nucleus. */
export function takeAway(nucleus: Uint8Array, { shapeZyx, voxelSizeZyx }: VoxelSpace, clicks: readonly Click[]): void {
  const [, rows, columns] = shapeZyx;
  const outside = clicks.filter(
    ({ isInside, voxelZyx: [z, y, x] }) => !isInside && nucleus[(z * rows + y) * columns + x],
  );
  if (outside.length === 0) return;
  const inside = clicks.filter(({ isInside }) => isInside);
  const nearest = (of: readonly Click[], z: number, y: number, x: number) => {
    let least = Number.POSITIVE_INFINITY;
    for (const { voxelZyx } of of) {
      const dz = (z - voxelZyx[0]) * voxelSizeZyx[0];
      const dy = (y - voxelZyx[1]) * voxelSizeZyx[1];
      const dx = (x - voxelZyx[2]) * voxelSizeZyx[2];
      least = Math.min(least, dz * dz + dy * dy + dx * dx);
    }
    return least;
  };
  let i = 0;
  for (let z = 0; z < shapeZyx[0]; z++)
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++, i++)
        if (nucleus[i] && nearest(outside, z, y, x) < nearest(inside, z, y, x)) nucleus[i] = 0;
}

/** The parts of a mask that hold one of the voxels; null where none does. */
export function connectedWith(nucleus: Uint8Array, shapeZyx: Zyx, voxels: readonly number[]): Uint8Array | null {
  const { labels } = labelComponents(nucleus, shapeZyx);
  const kept = new Set(voxels.map((voxel) => labels[voxel]));
  kept.delete(0);
  if (kept.size === 0) return null;
  return nucleus.map((is, i) => (is && kept.has(labels[i]) ? 1 : 0));
}
