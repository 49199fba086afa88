import type { JobVolume } from "../../../core/contract/trainer-job.ts";
import { growBox } from "../../../core/labels/object-boxes.ts";
import {
  boxShape,
  intersectBoxes,
  type VoxelBox,
  type VoxelSpace,
  voxelCount,
  wholeBox,
  type Zyx,
} from "../../../core/volume/voxel-space.ts";
import { seenSpace } from "../normalisation/canonical-size.ts";

/** A part of a volume that a training keeps in memory; all boxes are the volume's. */
export interface Crop {
  readonly box: VoxelBox;
  /** Patches are centred on what lies here; the rest is what they see round it. */
  readonly core: VoxelBox;
  /** Measured in; all of `box` that is kept out of learning is excluded anyhow. */
  readonly measured: readonly VoxelBox[];
}

/** What a volume offers to a training. */
export interface PlaceToLearn extends VoxelSpace {
  /** Where something is known (index-labels.ts); none where nothing may be learned. */
  readonly places: readonly VoxelBox[];
  readonly measured: readonly VoxelBox[];
}

export interface CropLimits {
  /** All that the crops take when they are prepared. */
  readonly maxBytes: number;
  /** Of the cubes that volumes are seen in; null: on their own grid. */
  readonly sideUm: number | null;
  /** The median nucleus. */
  readonly diameterUm: number;
  /** Voxels round a measured box that the network sees with it. */
  influenceOf(space: VoxelSpace): Zyx;
}

/** Image twice, labels, mask and targets: on the own grid, and again as the network sees them. */
const OWN_BYTES = 24;
const SEEN_BYTES = 22;
/** A patch is about three diameters wide: half of it round what it is centred on. */
const MARGIN_DIAMETERS = 1.5;
/** Of the memory, where something is measured. */
const MEASURED_SHARE = 0.25;
/** Larger boxes are measured in pieces. */
const MAX_MEASURED_VOXELS = 2_000_000;
const LEAST_PIECE = 16;

/** Bytes of a box of a volume in memory, prepared. */
export function trainingBytes({ voxelSizeZyx }: VoxelSpace, box: VoxelBox, sideUm: number | null): number {
  const shapeZyx = boxShape(box);
  const seen = sideUm === null ? 0 : voxelCount(seenSpace({ shapeZyx, voxelSizeZyx }, sideUm).shapeZyx);
  return OWN_BYTES * voxelCount(shapeZyx) + SEEN_BYTES * seen;
}

/**
 * The crops of each volume. Volumes share the memory evenly, and what one does not need is there for the others; a volume
 * that fits into its share is one crop, whole. Where places are too many they are taken evenly over the volume.
 */
export function planCrops(volumes: readonly PlaceToLearn[], limits: CropLimits): Crop[][] {
  const wholeBytes = volumes.map((volume) => trainingBytes(volume, wholeBox(volume.shapeZyx), limits.sideUm));
  const plans: Crop[][] = volumes.map(() => []);
  let left = limits.maxBytes;
  // The smallest first: what they leave is the others'.
  const order = volumes.map((_, index) => index).sort((a, b) => wholeBytes[a] - wholeBytes[b]);
  for (const [rank, index] of order.entries()) {
    const share = left / (volumes.length - rank);
    const volume = volumes[index];
    const whole = wholeBox(volume.shapeZyx);
    if (wholeBytes[index] <= share) plans[index] = [{ box: whole, core: whole, measured: volume.measured }];
    else plans[index] = cutCrops(volume, share, limits);
    left -= plans[index].reduce((sum, { box }) => sum + trainingBytes(volume, box, limits.sideUm), 0);
  }
  return plans;
}

function cutCrops(volume: PlaceToLearn, maxBytes: number, limits: CropLimits): Crop[] {
  const { shapeZyx, voxelSizeZyx } = volume;
  const margin = voxelSizeZyx.map((size) => Math.ceil((MARGIN_DIAMETERS * limits.diameterUm) / size));
  const learned = volume.places.map(
    (core): Crop => ({
      core,
      box: growBox(core, [margin[0], margin[1], margin[2]], shapeZyx),
      measured: [],
    }),
  );
  const influence = limits.influenceOf(volume);
  const bytesOf = ({ box }: Crop) => trainingBytes(volume, box, limits.sideUm);
  const forMeasuring = learned.length === 0 ? maxBytes : MEASURED_SHARE * maxBytes;
  const measuring = (piece: VoxelBox): Crop => ({
    core: piece,
    box: growBox(piece, influence, shapeZyx),
    measured: [piece],
  });
  const fits = (piece: VoxelBox) =>
    voxelCount(boxShape(piece)) <= MAX_MEASURED_VOXELS && bytesOf(measuring(piece)) <= forMeasuring;
  const measured = volume.measured.flatMap((box) => piecesOf(box, fits)).map(measuring);
  const chosen = takeEvenly(measured, bytesOf, forMeasuring);
  const used = chosen.reduce((sum, crop) => sum + bytesOf(crop), 0);
  return [...takeEvenly(learned, bytesOf, maxBytes - used), ...chosen];
}

/** As many as fit, evenly over the list; one at least. */
function takeEvenly<T>(all: readonly T[], bytesOf: (one: T) => number, maxBytes: number): T[] {
  const total = all.reduce((sum, one) => sum + bytesOf(one), 0);
  if (total <= maxBytes || all.length <= 1) return [...all];
  let count = Math.max(1, Math.floor((all.length * maxBytes) / total));
  for (;;) {
    const taken = Array.from({ length: count }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / count)]);
    if (count === 1 || taken.reduce((sum, one) => sum + bytesOf(one), 0) <= maxBytes) return taken;
    count--;
  }
}

/** A box cut in equal pieces, longest axis first, until each fits or is too small to hold a nucleus. */
function piecesOf(box: VoxelBox, fits: (piece: VoxelBox) => boolean): VoxelBox[] {
  const shape = boxShape(box);
  const longest = Math.max(...shape);
  if (longest < 2 * LEAST_PIECE || fits(box)) return [box];
  const axis = shape.indexOf(longest);
  const middle = box.minZyx[axis] + Math.floor(longest / 2);
  const [maxZyx, minZyx]: [number, number, number][] = [[...box.maxZyx], [...box.minZyx]];
  maxZyx[axis] = middle;
  minZyx[axis] = middle;
  return [...piecesOf({ minZyx: box.minZyx, maxZyx }, fits), ...piecesOf({ minZyx, maxZyx: box.maxZyx }, fits)];
}

/** What people said about a volume by its boxes. */
export function boxesOf({ frozen, shapeZyx }: JobVolume) {
  const keptOut = frozen?.manifest.keptOut ?? false;
  const boxes = (frozen?.manifest.boxes ?? []).flatMap(({ kind, box }) => {
    const inside = intersectBoxes(box, wholeBox(shapeZyx));
    return inside ? [{ kind, box: inside }] : [];
  });
  return {
    complete: boxes.map(({ box }) => box),
    learned: boxes.filter(({ kind }) => kind !== "validation").map(({ box }) => box),
    // In a kept-out volume everything that a person vouched for measures; elsewhere only what was kept for it.
    validation: boxes
      .filter(({ kind }) => kind === "validation" || (keptOut && kind === "fully-labelled"))
      .map(({ box }) => box),
  };
}
