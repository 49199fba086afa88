import { proposeClass } from "../../../core/classes/nucleus-classifier.ts";
import { measureFeatures } from "../../../core/classes/nucleus-features.ts";
import type { ProposedClass } from "../../../core/classes/proposed-class.ts";
import type { NucleusShape } from "../../../core/contract/predicted-instance.ts";
import { type LabelRuns, runsOfLabels } from "../../../core/labels/label-runs.ts";
import { moveOutlines } from "../../../core/labels/move-outlines.ts";
import { findObjects, growBox } from "../../../core/labels/object-boxes.ts";
import { UNCERTAIN } from "../../../core/labels/watershed.ts";
import { normalisedEntropy } from "../../../core/query/boundary-doubt.ts";
import { placeReachZyx } from "../../../core/query/missed-nuclei.ts";
import { countSharedVoxels } from "../../../core/query/overlap-counts.ts";
import { type NucleusScores, scoreNuclei } from "../../../core/query/score-nuclei.ts";
import { boxSeenFrom, containsPoint, type VoxelBox, wholeBox, type Zyx } from "../../../core/volume/voxel-space.ts";
import { forEachRow, isWhole } from "../bricks/region.ts";
import { shapesOf } from "../bricks/shapes-of.ts";
import { labelsBeside } from "../instances/instances.ts";
import { holdsPlaces, sizeOfNucleiUm } from "./around-places.ts";
import { paintMissed } from "./missed-in-block.ts";
import type { PerceivedBlock } from "./perceive-block.ts";
import type { ProposingModel } from "./volume-to-propose.ts";

/** Sums over an object's voxels; places are the volume's. */
export interface ObjectTally {
  voxels: number;
  readonly sumZyx: [z: number, y: number, x: number];
  entropy: number;
  readonly minZyx: [z: number, y: number, x: number];
  readonly maxZyx: [z: number, y: number, x: number];
  /** Linear index of its first voxel in the volume. */
  readonly first: number;
}

/** A seed in the core of a block, or a place's blob; each kind is ordered by height, then by voxel. */
export interface FoundSeed {
  readonly height: number;
  /** Linear index in the volume. */
  readonly voxel: number;
  /** Of its object in `labels`; null where that was too small or too large for a nucleus. */
  readonly label: number | null;
}

export interface FoundNucleus extends NucleusScores {
  readonly tally: ObjectTally;
  readonly shape: NucleusShape | null;
  /** Null where the model tells none. */
  readonly class: ProposedClass | null;
}

/** What a block adds to the prediction of its volume. */
export interface BlockFindings {
  readonly region: PerceivedBlock["region"];
  readonly seeds: readonly FoundSeed[];
  /** Places where a nucleus may have been missed, by their blobs in the core; `height` is how bright the blob is. */
  readonly places: readonly FoundSeed[];
  /** Nuclei of the whole region with their outlines as people draw them, and places. */
  readonly labels: Uint32Array;
  /** Those whose seed lies in the core. */
  readonly nuclei: ReadonlyMap<number, FoundNucleus>;
  readonly placeTallies: ReadonlyMap<number, ObjectTally>;
  /** Seen from the volume. */
  readonly core: VoxelBox;
  /** False where not even the largest margin told enough: there the findings are the block's own. */
  readonly isSettled: boolean;
}

/** Null where the block does not see enough to say what the whole volume would. */
export function judgeBlock(
  block: PerceivedBlock,
  outlineUm: number | null,
  { classifier, window, sight }: Pick<ProposingModel, "classifier" | "window" | "sight">,
): BlockFindings | null {
  const { region, core, found, maps } = block;
  const seeds = seedsInCore(block);
  const owned = new Set(seeds.flatMap(({ label }) => label ?? []));
  const diameterUm = sizeOfNucleiUm(sight);
  if (!isWhole(block.seenAs) && !isSettled(block, owned, outlineUm, diameterUm)) return null;
  const { sure, blocked } = isWhole(block.seenAs)
    ? { sure: found.labels, blocked: block.forbidden }
    : withoutUncertain(block);
  const labels = outlineUm ? moveOutlines(sure, region, outlineUm, blocked) : sure;
  const scores = scoreNuclei(
    {
      ...region,
      meanForeground: maps.foreground,
      meanBoundary: maps.boundary,
      // As the model outlines them, and so do the passes: a convention is no doubt.
      reported: sure,
      passLabels: block.passLabels,
    },
    findObjects(sure, region.shapeZyx).filter(({ label }) => owned.has(label)),
  );
  const { labels: painted, missed } = paintMissed(block, labels, window, diameterUm);
  const places = new Set(missed.map(({ label }) => label));
  const own = keepLabels(painted, (label) => owned.has(label) || places.has(label));
  const tallies = tally(block, own);
  const nucleiOnly = places.size === 0 ? own : keepLabels(own, (label) => !places.has(label));
  const shapes = shapesOf(nucleiOnly, region);
  const features = classifier
    ? measureFeatures({ ...region, labels: nucleiOnly, image: block.image, window, shapes }, () => true)
    : null;
  const nuclei = new Map<number, FoundNucleus>();
  for (const label of owned) {
    const sums = tallies.get(label);
    const scored = scores.get(label);
    const measured = features?.get(label);
    const told = classifier && measured ? proposeClass(classifier, measured) : null;
    if (sums && scored) nuclei.set(label, { ...scored, tally: sums, shape: shapes.get(label) ?? null, class: told });
  }
  return {
    region,
    seeds,
    places: missed.map(({ label, middle, strength }) => ({
      height: strength,
      voxel: placeInVolume(region, middle),
      label,
    })),
    labels: own,
    nuclei,
    placeTallies: new Map(missed.flatMap(({ label }) => (tallies.has(label) ? [[label, tallies.get(label)!]] : []))),
    core: boxSeenFrom(core, region.box.minZyx.map((min) => -min) as unknown as Zyx),
    isSettled: isWhole(region) || !isWhole(block.seenAs),
  };
}

/** What is sure, and where nothing may grow into: what people have labelled, and what is uncertain. */
function withoutUncertain({ found, forbidden }: PerceivedBlock): { sure: Uint32Array; blocked: Uint8Array } {
  const blocked = forbidden.slice();
  for (let i = 0; i < blocked.length; i++) if (found.labels[i] === UNCERTAIN) blocked[i] = 1;
  return { sure: keepLabels(found.labels, (label) => label !== UNCERTAIN), blocked };
}

function keepLabels(labels: Uint32Array, isKept: (label: number) => boolean): Uint32Array {
  const kept = new Uint32Array(labels.length);
  let last = 0;
  let isLastKept = false;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (label === 0) continue;
    if (label !== last) {
      last = label;
      isLastKept = isKept(label);
    }
    if (isLastKept) kept[i] = label;
  }
  return kept;
}

function seedsInCore({ region, core, found }: PerceivedBlock): FoundSeed[] {
  const [, rows, columns] = region.shapeZyx;
  return found.seeds.flatMap((voxel, index): FoundSeed[] => {
    const row = Math.floor(voxel / columns);
    if (!containsPoint(core, Math.floor(row / rows), row % rows, voxel % columns)) return [];
    const label = found.labels[voxel] === index + 1 ? index + 1 : null;
    return [{ height: found.heights[index], voxel: placeInVolume(region, voxel), label }];
  });
}

/** Linear index in the volume of a voxel of the region. */
function placeInVolume({ box, shapeZyx, volumeShapeZyx }: PerceivedBlock["region"], voxel: number): number {
  const row = Math.floor(voxel / shapeZyx[2]);
  const [z, y, x] = [Math.floor(row / shapeZyx[1]), row % shapeZyx[1], voxel % shapeZyx[2]];
  return ((z + box.minZyx[0]) * volumeShapeZyx[1] + y + box.minZyx[1]) * volumeShapeZyx[2] + x + box.minZyx[2];
}

/** Whether everything that is going to be said of the core, and of the nuclei that it owns, follows from what is seen. */
function isSettled(
  { region, core, found, passLabels }: PerceivedBlock,
  owned: Set<number>,
  outlineUm: number | null,
  diameterUm: number,
): boolean {
  const { shapeZyx, voxelSizeZyx } = region;
  if (!holdsPlaces(region, core, diameterUm)) return false;
  const { labels } = found;
  // What an outline may grow into, or what may grow into it; at least the voxels beside it, whose walls are doubted.
  const [z, y, x] = voxelSizeZyx.map((size) => Math.ceil(Math.max(0, outlineUm ?? 0) / size) + 1);
  const places = growBox(core, placeReachZyx(voxelSizeZyx, diameterUm), shapeZyx);
  let settled = true;
  forEachRow(growBox(places, [z, y, x], shapeZyx), shapeZyx, (first, end) => {
    if (settled && labels.subarray(first, end).includes(UNCERTAIN)) settled = false;
  });
  if (!settled) return false;
  for (const label of labelsBeside(labels, shapeZyx, [z, y, x])) if (owned.has(label)) return false;
  const seen = runsOfLabels(labels, shapeZyx);
  return passLabels.every((pass) => isPassSettled(seen, pass, owned));
}

/** How a pass sees the nuclei follows from all of its objects that meet them, and from all nuclei that those meet. */
function isPassSettled(labels: LabelRuns, pass: LabelRuns, owned: Set<number>): boolean {
  const { shared } = countSharedVoxels(labels, pass);
  const besideUncertain = shared.get(UNCERTAIN) ?? new Map<number, number>();
  for (const label of owned)
    for (const object of shared.get(label)?.keys() ?? [])
      if (object === UNCERTAIN || besideUncertain.has(object)) return false;
  return true;
}

/** Of every label. */
function tally({ region, maps }: PerceivedBlock, labels: Uint32Array): Map<number, ObjectTally> {
  const tallies = new Map<number, ObjectTally>();
  const [firstZ, firstY, firstX] = region.box.minZyx;
  let label = 0;
  let sums: ObjectTally | undefined;
  forEachRow(wholeBox(region.shapeZyx), region.shapeZyx, (first, end, localZ, localY) => {
    const [z, y] = [localZ + firstZ, localY + firstY];
    for (let i = first; i < end; i++) {
      if (labels[i] === 0) continue;
      const x = i - first + firstX;
      if (!sums || labels[i] !== label) {
        label = labels[i];
        sums = tallies.get(label);
        if (!sums) {
          const index = (z * region.volumeShapeZyx[1] + y) * region.volumeShapeZyx[2] + x;
          sums = {
            voxels: 0,
            sumZyx: [0, 0, 0],
            entropy: 0,
            minZyx: [z, y, x],
            maxZyx: [z + 1, y + 1, x + 1],
            first: index,
          };
          tallies.set(label, sums);
        }
      }
      sums.voxels++;
      sums.sumZyx[0] += z;
      sums.sumZyx[1] += y;
      sums.sumZyx[2] += x;
      sums.entropy += normalisedEntropy(maps.foreground[i]);
      sums.maxZyx[0] = z + 1; // z only grows
      if (y < sums.minZyx[1]) sums.minZyx[1] = y;
      else if (y >= sums.maxZyx[1]) sums.maxZyx[1] = y + 1;
      if (x < sums.minZyx[2]) sums.minZyx[2] = x;
      else if (x >= sums.maxZyx[2]) sums.maxZyx[2] = x + 1;
    }
  });
  return tallies;
}
