import type { VoxelBox, Zyx } from "../../core/volume/voxel-space.ts";

/** One volume as the trainer learns from it. All arrays C order z, y, x, of `voxelCount(shapeZyx)` entries. */
export interface TrainingVolume {
  readonly id: string;
  /** Volumes of one specimen are never on both sides of a split. */
  readonly specimen: string;
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  /** Raw intensities as stored; normalisation is the trainer's. */
  readonly image: Float32Array;
  /** Instance labels of truth nuclei, 0 elsewhere. */
  readonly labels: Uint32Array;
  /** 0 unknown, 1 known background, 2 known foreground (science: the known mask). */
  readonly known: Uint8Array;
  /** Densely labelled boxes kept out of training; no training patch may touch one. */
  readonly validationBoxes: readonly VoxelBox[];
}
