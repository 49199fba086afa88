import { separateDistantParts } from "../../core/labels/distant-parts.ts";
import { findObjects } from "../../core/labels/object-boxes.ts";
import type { VoxelBox, Zyx } from "../../core/volume/voxel-space.ts";
import { type IntensityWindow, measureWindow, normaliseImage } from "./normalise.ts";
import { buildTargets } from "./targets.ts";
import type { TrainingVolume } from "./training-volume.ts";

/** A training volume with everything that does not change from patch to patch. */
export interface PreparedVolume {
  readonly volume: TrainingVolume;
  readonly window: IntensityWindow;
  /** In [0, 1]. */
  readonly image: Float32Array;
  readonly distance: Float32Array;
  readonly boundary: Uint8Array;
  /** `known`, with all voxels of validation boxes unknown. */
  readonly known: Uint8Array;
  /** Bounding boxes of truth nuclei outside validation boxes. */
  readonly nuclei: readonly VoxelBox[];
  /** Indices of some known background voxels, to centre patches on. */
  readonly backgroundVoxels: Uint32Array;
}

const MAX_BACKGROUND_VOXELS = 4096;

export function prepareVolume(volume: TrainingVolume): PreparedVolume {
  const { shapeZyx } = volume;
  const { labels } = separateDistantParts(volume.labels, shapeZyx);
  const window = measureWindow(volume.image);
  const { distance, boundary } = buildTargets(labels, volume);
  const known = volume.known.slice();
  for (const box of volume.validationBoxes) clearBox(known, shapeZyx, box);
  const nuclei = findObjects(labels, shapeZyx)
    .map(({ box }) => box)
    .filter((box) => !volume.validationBoxes.some((kept) => boxesMeet(box, kept)));
  return {
    volume,
    window,
    image: normaliseImage(volume.image, window),
    distance,
    boundary,
    known,
    nuclei,
    backgroundVoxels: pickBackground(known),
  };
}

export const boxesMeet = (a: VoxelBox, b: VoxelBox): boolean =>
  ([0, 1, 2] as const).every((axis) => a.minZyx[axis] < b.maxZyx[axis] && b.minZyx[axis] < a.maxZyx[axis]);

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
