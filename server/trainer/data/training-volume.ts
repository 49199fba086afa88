import { type IntensityWindow, measureWindow } from "../../../core/perception/intensity-window.ts";
import type { VoxelBox, Zyx } from "../../../core/volume/voxel-space.ts";

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
  /** Densely labelled boxes kept out of training; no training patch reads a voxel of one. */
  readonly validationBoxes: readonly VoxelBox[];
  /** Those that are measured in; all of `validationBoxes` where nothing is said. */
  readonly measuredBoxes?: readonly VoxelBox[];
  /** Where this is but a part of a volume that is larger than the memory for it. */
  readonly cropOf?: {
    readonly volumeId: string;
    /** Patches are centred on what lies in it: crops overlap. */
    readonly core: VoxelBox;
    /** Of the whole volume. */
    readonly window: IntensityWindow;
    readonly diameterUm: number | null;
  };
}

/** How intensities are normalised: by the whole volume. */
export const windowOf = ({ cropOf, image }: TrainingVolume): IntensityWindow => cropOf?.window ?? measureWindow(image);

export const measuredBoxesOf = ({ measuredBoxes, validationBoxes }: TrainingVolume): readonly VoxelBox[] =>
  measuredBoxes ?? validationBoxes;
