import type { VoxelBox, Zyx } from "../../../core/volume/voxel-space.ts";
import { voxelCount } from "../../../core/volume/voxel-space.ts";
import { type AugmentationOptions, augmentIntensity, drawTransform } from "./augment.ts";
import type { TrainingPatch } from "../network/trainable-network.ts";
import { boxesMeet, type PreparedVolume } from "./prepared-volume.ts";
import type { Random } from "../random.ts";

export interface PatchOptions {
  readonly shapeZyx: Zyx;
  readonly augmentation: AugmentationOptions;
  /** Share of patches centred on nuclei; the rest on known background. */
  readonly nucleusShare: number;
}

/** A patch with less known truth than this share is drawn again. */
const MIN_KNOWN_SHARE = 0.01;
const MAX_DRAWS = 50;

/**
 * Draws one augmented patch: volumes evenly, nuclei evenly over nuclei. No voxel of a validation box is ever read: the
 * patch lies beside all of them or, where no draw found such a place, sees them as it sees what lies outside of the
 * volume. Null when no draw met a known voxel.
 */
export function drawPatch(
  volumes: readonly PreparedVolume[],
  options: PatchOptions,
  random: Random,
): TrainingPatch | null {
  const usable = volumes.filter(({ nuclei, backgroundVoxels }) => nuclei.length > 0 || backgroundVoxels.length > 0);
  const grouped = byVolume(usable);
  for (let draw = 0; draw < 2 * MAX_DRAWS && usable.length > 0; draw++) {
    const prepared = drawCrop(grouped[random.below(grouped.length)], random);
    const centre = drawCentre(prepared, options.nucleusShare, random);
    const transform = drawTransform(options.augmentation, prepared.volume.voxelSizeZyx, random);
    const origin = placePatch(prepared.volume.shapeZyx, options.shapeZyx, transform, centre, random);
    const sampled = sampledBox(options.shapeZyx, transform, origin);
    const hidden = prepared.volume.validationBoxes.filter((box) => boxesMeet(box, sampled));
    if (hidden.length > 0 && draw < MAX_DRAWS) continue;
    const patch = samplePatch(prepared, { patchZyx: options.shapeZyx, transform, middle: origin, hidden });
    let known = 0;
    for (const value of patch.known) known += value;
    if (known < MIN_KNOWN_SHARE * patch.known.length) continue;
    augmentIntensity(patch.image, options.shapeZyx, options.augmentation, random);
    return patch;
  }
  return null;
}

/** Crops of one volume together, each other volume by itself. */
function byVolume(prepared: readonly PreparedVolume[]): PreparedVolume[][] {
  const groups = new Map<string | PreparedVolume, PreparedVolume[]>();
  for (const one of prepared) {
    const group = groups.get(one.cropOf ?? one);
    if (group) group.push(one);
    else groups.set(one.cropOf ?? one, [one]);
  }
  return [...groups.values()];
}

/** Crops by the number of their nuclei: nuclei are drawn evenly over the volume. */
function drawCrop(crops: readonly PreparedVolume[], random: Random): PreparedVolume {
  const total = crops.reduce((sum, { nuclei }) => sum + nuclei.length, 0);
  if (crops.length === 1) return crops[0];
  if (total === 0) return crops[random.below(crops.length)];
  let at = random.below(total);
  for (const crop of crops) {
    if (at < crop.nuclei.length) return crop;
    at -= crop.nuclei.length;
  }
  return crops[0];
}

function drawCentre(prepared: PreparedVolume, nucleusShare: number, random: Random): Zyx {
  const { nuclei, backgroundVoxels } = prepared;
  const onNucleus = nuclei.length > 0 && (backgroundVoxels.length === 0 || random.uniform() < nucleusShare);
  if (onNucleus) {
    const { minZyx, maxZyx } = nuclei[random.below(nuclei.length)];
    return [
      random.between(minZyx[0], maxZyx[0]),
      random.between(minZyx[1], maxZyx[1]),
      random.between(minZyx[2], maxZyx[2]),
    ];
  }
  const [, height, width] = prepared.volume.shapeZyx;
  const index = backgroundVoxels[random.below(backgroundVoxels.length)];
  const z = Math.floor(index / (height * width));
  return [z, Math.floor(index / width) % height, index % width];
}

/** Volume position of the patch's middle: the centre lands anywhere in the patch, and the patch stays inside as far as it fits. */
function placePatch(shapeZyx: Zyx, patchZyx: Zyx, transform: Float64Array, centre: Zyx, random: Random): Zyx {
  const along = (axis: 0 | 1 | 2) => {
    const reach = [0, 1, 2].reduce((sum, j) => sum + (Math.abs(transform[axis * 3 + j]) * (patchZyx[j] - 1)) / 2, 0);
    const middle = centre[axis] + random.between(-0.5, 0.5) * Math.min(patchZyx[axis], 2 * reach);
    const last = shapeZyx[axis] - 1;
    if (2 * reach >= last) return last / 2;
    return Math.min(last - reach, Math.max(reach, middle));
  };
  return [along(0), along(1), along(2)];
}

/** Box of all volume voxels that a transformed patch can read, interpolation included. */
function sampledBox(patchZyx: Zyx, transform: Float64Array, middle: Zyx): VoxelBox {
  const reach = ([0, 1, 2] as const).map((axis) =>
    [0, 1, 2].reduce((sum, j) => sum + (Math.abs(transform[axis * 3 + j]) * (patchZyx[j] - 1)) / 2, 1),
  );
  return {
    minZyx: [Math.floor(middle[0] - reach[0]), Math.floor(middle[1] - reach[1]), Math.floor(middle[2] - reach[2])],
    maxZyx: [
      Math.ceil(middle[0] + reach[0]) + 1,
      Math.ceil(middle[1] + reach[1]) + 1,
      Math.ceil(middle[2] + reach[2]) + 1,
    ],
  };
}

/** Whether interpolation at this place reads a voxel of the box. */
const isReadAt = ({ minZyx, maxZyx }: VoxelBox, z: number, y: number, x: number): boolean =>
  z > minZyx[0] - 1 && z < maxZyx[0] && y > minZyx[1] - 1 && y < maxZyx[1] && x > minZyx[2] - 1 && x < maxZyx[2];

interface Placement {
  readonly patchZyx: Zyx;
  readonly transform: Float64Array;
  /** Volume position of the patch's middle. */
  readonly middle: Zyx;
  /** Boxes that count as outside of the volume. */
  readonly hidden: readonly VoxelBox[];
}

/** Image by trilinear interpolation, truth by the nearest voxel; outside the volume: image 0, truth unknown. */
function samplePatch(prepared: PreparedVolume, { patchZyx, transform: m, middle, hidden }: Placement): TrainingPatch {
  const { image, known, distance, boundary, volume } = prepared;
  const [depth, height, width] = volume.shapeZyx;
  const plane = height * width;
  const count = voxelCount(patchZyx);
  const patch = {
    shapeZyx: patchZyx,
    image: new Float32Array(count),
    known: new Float32Array(count),
    foreground: new Float32Array(count),
    distance: new Float32Array(count),
    boundary: new Float32Array(count),
  };
  // Flips and quarter turns of an unshifted grid hit voxels exactly; snap them, so that nothing is blurred.
  const onGrid = m.every((value) => Number.isInteger(value));
  const snap = (value: number) => (onGrid ? Math.round(value) : value);
  const [halfZ, halfY, halfX] = patchZyx.map((size) => (size - 1) / 2);
  const start = [0, 1, 2].map((axis) =>
    snap(middle[axis] - m[axis * 3] * halfZ - m[axis * 3 + 1] * halfY - m[axis * 3 + 2] * halfX),
  );
  let at = 0;
  for (let pz = 0; pz < patchZyx[0]; pz++)
    for (let py = 0; py < patchZyx[1]; py++)
      for (let px = 0; px < patchZyx[2]; px++, at++) {
        const z = start[0] + m[0] * pz + m[1] * py + m[2] * px;
        const y = start[1] + m[3] * pz + m[4] * py + m[5] * px;
        const x = start[2] + m[6] * pz + m[7] * py + m[8] * px;
        const nearZ = Math.round(z);
        const nearY = Math.round(y);
        const nearX = Math.round(x);
        if (nearZ < 0 || nearY < 0 || nearX < 0 || nearZ >= depth || nearY >= height || nearX >= width) continue;
        if (hidden.length > 0 && hidden.some((box) => isReadAt(box, z, y, x))) continue;
        const nearest = nearZ * plane + nearY * width + nearX;
        if (known[nearest]) {
          patch.known[at] = 1;
          patch.foreground[at] = known[nearest] === 2 ? 1 : 0;
          patch.distance[at] = distance[nearest];
          patch.boundary[at] = boundary[nearest];
        }
        if (onGrid) {
          patch.image[at] = image[nearest];
          continue;
        }
        const z0 = Math.min(depth - 1, Math.max(0, Math.floor(z)));
        const y0 = Math.min(height - 1, Math.max(0, Math.floor(y)));
        const x0 = Math.min(width - 1, Math.max(0, Math.floor(x)));
        const dz = z0 + 1 < depth ? plane : 0;
        const dy = y0 + 1 < height ? width : 0;
        const dx = x0 + 1 < width ? 1 : 0;
        const fz = Math.max(0, z - z0);
        const fy = Math.max(0, y - y0);
        const fx = Math.max(0, x - x0);
        const i = z0 * plane + y0 * width + x0;
        const front = mix(mix(image[i], image[i + dx], fx), mix(image[i + dy], image[i + dy + dx], fx), fy);
        const k = i + dz;
        const back = mix(mix(image[k], image[k + dx], fx), mix(image[k + dy], image[k + dy + dx], fx), fy);
        patch.image[at] = mix(front, back, fz);
      }
  return patch;
}

const mix = (a: number, b: number, share: number): number => a + (b - a) * share;
