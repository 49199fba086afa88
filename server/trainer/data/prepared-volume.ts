import { separateDistantParts } from "../../../core/labels/distant-parts.ts";
import { findObjects } from "../../../core/labels/object-boxes.ts";
import { seenSpace } from "../../../core/perception/canonical-size.ts";
import { type IntensityWindow, normaliseImage } from "../../../core/perception/intensity-window.ts";
import { resampleLinear, resampleNearest } from "../../../core/volume/resample.ts";
import { containsPoint, type VoxelBox, type Zyx } from "../../../core/volume/voxel-space.ts";
import { buildTargets } from "./targets.ts";
import { type TrainingVolume, windowOf } from "./training-volume.ts";

/** A training volume with everything that does not change from patch to patch. */
export interface PreparedVolume {
  /** On its own grid: what is measured is measured there. */
  readonly given: TrainingVolume;
  readonly givenNuclei: readonly VoxelBox[];
  /** As the network sees it; all that follows is on this grid. */
  readonly volume: TrainingVolume;
  readonly window: IntensityWindow;
  /** In [0, 1]. */
  readonly image: Float32Array;
  readonly distance: Float32Array;
  readonly boundary: Uint8Array;
  /** With all voxels of validation boxes unknown; of `given`, too. */
  readonly known: Uint8Array;
  /** Bounding boxes of truth nuclei outside validation boxes. */
  readonly nuclei: readonly VoxelBox[];
  /** Indices of some known background voxels, to centre patches on. */
  readonly backgroundVoxels: Uint32Array;
  /** The volume that this is a part of; not there where it is a whole one. */
  readonly cropOf?: string;
}

const MAX_BACKGROUND_VOXELS = 4096;

/** `sideUm`: of the cubes that the network sees it in; null: on its own grid. */
export function prepareVolume(whole: TrainingVolume, sideUm: number | null = null): PreparedVolume {
  const window = windowOf(whole);
  const given = { ...whole, known: withoutBoxes(whole) };
  const volume = seenVolume({ ...whole, image: normaliseImage(whole.image, window) }, sideUm);
  const { shapeZyx } = volume;
  const { labels } = separateDistantParts(volume.labels, shapeZyx);
  const { distance, boundary } = buildTargets(labels, volume);
  const known = withoutBoxes(volume);
  return {
    given,
    givenNuclei: nucleiOf(given, separateDistantParts(given.labels, given.shapeZyx).labels),
    volume,
    window,
    image: volume.image,
    distance,
    boundary,
    known,
    nuclei: nucleiOf(volume, labels),
    backgroundVoxels: pickBackground(known),
    cropOf: whole.cropOf?.volumeId,
  };
}

function seenVolume(volume: TrainingVolume, sideUm: number | null): TrainingVolume {
  if (sideUm === null) return volume;
  const seen = seenSpace(volume, sideUm);
  const perVoxel = seen.voxelSizeZyx.map((size, axis) => size / volume.voxelSizeZyx[axis]);
  const scaled = (at: Zyx, round: (value: number) => number): Zyx => [
    Math.min(seen.shapeZyx[0], round(at[0] / perVoxel[0])),
    Math.min(seen.shapeZyx[1], round(at[1] / perVoxel[1])),
    Math.min(seen.shapeZyx[2], round(at[2] / perVoxel[2])),
  ];
  const scaledBox = ({ minZyx, maxZyx }: VoxelBox): VoxelBox => ({
    minZyx: scaled(minZyx, Math.floor),
    maxZyx: scaled(maxZyx, Math.ceil),
  });
  return {
    ...volume,
    ...seen,
    image: resampleLinear(volume.image, volume, seen),
    labels: resampleNearest(volume.labels, volume, seen, Uint32Array),
    known: resampleNearest(volume.known, volume, seen, Uint8Array),
    validationBoxes: volume.validationBoxes.map(scaledBox),
    cropOf: volume.cropOf && { ...volume.cropOf, core: scaledBox(volume.cropOf.core) },
  };
}

export const boxesMeet = (a: VoxelBox, b: VoxelBox): boolean =>
  ([0, 1, 2] as const).every((axis) => a.minZyx[axis] < b.maxZyx[axis] && b.minZyx[axis] < a.maxZyx[axis]);

const nucleiOf = ({ shapeZyx, validationBoxes, cropOf }: TrainingVolume, labels: Uint32Array): VoxelBox[] =>
  findObjects(labels, shapeZyx)
    .map(({ box }) => box)
    .filter((box) => !cropOf || liesIn(cropOf.core, box))
    .filter((box) => !validationBoxes.some((kept) => boxesMeet(box, kept)));

/** By its middle: every nucleus lies in one core. */
const liesIn = (core: VoxelBox, { minZyx, maxZyx }: VoxelBox): boolean =>
  containsPoint(core, (minZyx[0] + maxZyx[0]) / 2, (minZyx[1] + maxZyx[1]) / 2, (minZyx[2] + maxZyx[2]) / 2);

function withoutBoxes({ known, shapeZyx, validationBoxes }: TrainingVolume): Uint8Array {
  const left = known.slice();
  for (const box of validationBoxes) clearBox(left, shapeZyx, box);
  return left;
}

function clearBox(values: Uint8Array, shapeZyx: Zyx, { minZyx, maxZyx }: VoxelBox): void {
  for (let z = minZyx[0]; z < maxZyx[0]; z++)
    for (let y = minZyx[1]; y < maxZyx[1]; y++) {
      const row = (z * shapeZyx[1] + y) * shapeZyx[2];
      values.fill(0, row + minZyx[2], row + maxZyx[2]);
    }
}

/** Evenly spread over all known background voxels. */
function pickBackground(known: Uint8Array): Uint32Array {
  let count = 0;
  for (const state of known) if (state === 1) count++;
  const every = Math.max(1, Math.floor(count / MAX_BACKGROUND_VOXELS));
  const picked: number[] = [];
  let seen = 0;
  for (let i = 0; i < known.length; i++) if (known[i] === 1 && seen++ % every === 0) picked.push(i);
  return Uint32Array.from(picked);
}
