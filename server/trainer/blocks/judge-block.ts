import { proposeClass } from "../../../core/classes/nucleus-classifier.ts";
import { measureFeatures } from "../../../core/classes/nucleus-features.ts";
import type { ProposedClass } from "../../../core/classes/proposed-class.ts";
import type { NucleusShape } from "../../../core/contract/predicted-instance.ts";
import { moveOutlines } from "../../../core/labels/move-outlines.ts";
import { findObjects, growBox } from "../../../core/labels/object-boxes.ts";
import { UNCERTAIN } from "../../../core/labels/watershed.ts";
import { normalisedEntropy } from "../../../core/query/boundary-doubt.ts";
import { placeReachZyx } from "../../../core/query/missed-nuclei.ts";
import { countSharedVoxels } from "../../../core/query/overlap-counts.ts";
import { type NucleusScores, scoreNuclei } from "../../../core/query/score-nuclei.ts";
import { boxSeenFrom, containsPoint, type VoxelBox, type Zyx } from "../../../core/volume/voxel-space.ts";
import { forEachRow, growMarks, isWhole } from "../bricks/region.ts";
import { shapesOf } from "../bricks/shapes-of.ts";
import { paintMissed, seesBlobs, sizeOfNucleiUm } from "./missed-in-block.ts";
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
  const { region, core, found, forbidden, maps } = block;
  const seeds = seedsInCore(block);
  const owned = new Set(seeds.flatMap(({ label }) => label ?? []));
  const diameterUm = sizeOfNucleiUm(sight);
  if (!isWhole(block.seenAs) && !isSettled(block, owned, outlineUm, diameterUm)) return null;
  const isSure = (label: number) => label !== 0 && label !== UNCERTAIN;
  const sure = isWhole(block.seenAs) ? found.labels : found.labels.map((label) => (isSure(label) ? label : 0));
  const blocked = isWhole(block.seenAs)
    ? forbidden
    : forbidden.map((value, i) => (value || found.labels[i] === UNCERTAIN ? 1 : 0));
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
  const tallies = tally(block, painted, { minZyx: [0, 0, 0], maxZyx: region.shapeZyx });
  const shapes = shapesOf(labels, region);
  const features = classifier
    ? measureFeatures({ ...region, labels, image: block.image, window, shapes }, (label) => owned.has(label))
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
    labels: painted,
    nuclei,
    placeTallies: new Map(missed.flatMap(({ label }) => (tallies.has(label) ? [[label, tallies.get(label)!]] : []))),
    core: boxSeenFrom(core, region.box.minZyx.map((min) => -min) as unknown as Zyx),
    isSettled: isWhole(region) || !isWhole(block.seenAs),
  };
}

function seedsInCore({ region, core, found }: PerceivedBlock): FoundSeed[] {
  const [, rows, columns] = region.shapeZyx;
  return found.seeds.flatMap((voxel, index): FoundSeed[] => {
    const row = Math.floor(voxel / columns);
    if (!containsPoint(core, Math.floor(row / rows), row % rows, voxel % columns)) return [];
    const label = found.labels[voxel] === index + 1 ? index + 1 : null;
    return [{ height: found.heights[voxel], voxel: placeInVolume(region, voxel), label }];
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
  if (!seesBlobs(region, core, diameterUm)) return false;
  const { labels } = found;
  // What an outline may grow into, or what may grow into it; at least the voxels beside it, whose walls are doubted.
  const reach = voxelSizeZyx.map((size) => Math.ceil(Math.max(0, outlineUm ?? 0) / size) + 1) as [
    number,
    number,
    number,
  ];
  const uncertain = growMarks(
    Uint8Array.from(labels, (label) => (label === UNCERTAIN ? 1 : 0)),
    shapeZyx,
    reach,
  );
  let settled = true;
  forEachRow(growBox(core, placeReachZyx(voxelSizeZyx, diameterUm), shapeZyx), shapeZyx, (first, end) => {
    if (settled && uncertain.subarray(first, end).includes(1)) settled = false;
  });
  for (let i = 0; i < labels.length && settled; i++) if (uncertain[i] && owned.has(labels[i])) settled = false;
  return settled && passLabels.every((pass) => isPassSettled(labels, pass, owned));
}

/** How a pass sees the nuclei follows from all of its objects that meet them, and from all nuclei that those meet. */
function isPassSettled(labels: Uint32Array, pass: Uint32Array, owned: Set<number>): boolean {
  const { shared } = countSharedVoxels(labels, pass);
  const besideUncertain = shared.get(UNCERTAIN) ?? new Map<number, number>();
  for (const label of owned)
    for (const object of shared.get(label)?.keys() ?? [])
      if (object === UNCERTAIN || besideUncertain.has(object)) return false;
  return true;
}

/** Of every label of an array that covers `box`, a part of the region. */
function tally({ region, maps }: PerceivedBlock, labels: Uint32Array, box: VoxelBox): Map<number, ObjectTally> {
  const tallies = new Map<number, ObjectTally>();
  let at = 0;
  let label = 0;
  let sums: ObjectTally | undefined;
  forEachRow(box, region.shapeZyx, (first, end, localZ, localY) => {
    const [z, y] = [localZ + region.box.minZyx[0], localY + region.box.minZyx[1]];
    let x = box.minZyx[2] + region.box.minZyx[2];
    for (let i = first; i < end; i++, x++, at++) {
      if (labels[at] === 0) continue;
      if (!sums || labels[at] !== label) {
        label = labels[at];
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
