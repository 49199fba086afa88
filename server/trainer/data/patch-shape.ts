import type { NetworkConfig } from "../../../core/checkpoint/network-config.ts";
import { poolingFactor } from "../../../core/checkpoint/network-layout.ts";
import { findObjects } from "../../../core/labels/object-boxes.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { TrainingVolume } from "./training-volume.ts";

/** About 24 × 64 × 64: what a step of a quarter of a second on two cores can hold. */
const PATCH_VOXELS = 98_304;

/**
 * The same length in micrometres on every axis as far as the volumes allow, about three nucleus diameters, within a fixed
 * number of voxels: time for a step must not depend on the data. Whole multiples of the pooling factor.
 */
export function choosePatchShape(config: NetworkConfig, volumes: readonly TrainingVolume[]): Zyx {
  const factor = poolingFactor(config);
  const [{ voxelSizeZyx }] = volumes;
  const largest = ([0, 1, 2] as const).map((axis) => Math.max(...volumes.map(({ shapeZyx }) => shapeZyx[axis])));
  const diameters = volumes
    .flatMap(({ labels, shapeZyx, voxelSizeZyx: [z, y, x] }) =>
      findObjects(labels, shapeZyx).map(({ voxels }) => Math.cbrt((6 * voxels * z * y * x) / Math.PI)),
    )
    .sort((a, b) => a - b);
  const medianUm = diameters[Math.floor(diameters.length / 2)] ?? 0;
  const wantedUm = Math.max(3 * medianUm, 16 * Math.max(...voxelSizeZyx));
  const shapeFor = (sideUm: number) =>
    ([0, 1, 2] as const).map((axis) => {
      const wanted = Math.round(sideUm / voxelSizeZyx[axis] / factor[axis]) * factor[axis];
      const fits = Math.ceil(largest[axis] / factor[axis]) * factor[axis];
      return Math.max(factor[axis], Math.min(wanted, fits));
    });
  let sideUm = wantedUm;
  let shape = shapeFor(sideUm);
  while (shape[0] * shape[1] * shape[2] > PATCH_VOXELS && sideUm > Math.max(...voxelSizeZyx)) {
    sideUm *= 0.97;
    shape = shapeFor(sideUm);
  }
  return [shape[0], shape[1], shape[2]];
}
