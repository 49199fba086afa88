import type { NucleusClassifier } from "../../../core/classes/nucleus-classifier.ts";
import type { Sight } from "../../../core/perception/canonical-size.ts";
import type { IntensityWindow } from "../../../core/perception/intensity-window.ts";
import type { ImageSource } from "../../../core/volume/image-source.ts";
import type { VoxelBox } from "../../../core/volume/voxel-space.ts";
import type { OpenedVolume } from "../bricks/open-job-volume.ts";
import type { Seer } from "../perceive/seer.ts";

export interface ProposingModel {
  readonly seer: Seer;
  /** Of the whole volume, as the sight is. */
  readonly window: IntensityWindow;
  readonly sight: Sight;
  /** How far the team's outlines lie outside (+) or inside (−) of the model's; null where it does not know. */
  readonly outlineUm: number | null;
  /** Tells the classes of nuclei; null where the model tells none. */
  readonly classifier: NucleusClassifier | null;
  /** Moves of labelled nuclei of the volumes before (outline-convention.ts); this volume's are added. */
  readonly moves: number[];
  readonly maxTileVoxels: number;
  /** Voxels of a block with its margin: bounds the memory. */
  readonly maxBlockVoxels: number;
}

/** A volume, read where it is needed. */
export interface VolumeToPropose extends ImageSource {
  /** Everything that annotators have labelled, finished or not; nothing is proposed there. */
  readLabelled(box: VoxelBox): Promise<Uint32Array>;
  /** Accepted and corrected nuclei among them. */
  isTruth(label: number): boolean;
}

/** `image`: where it is read from, if not chunk by chunk. */
export const volumeOfJob = (opened: OpenedVolume, image: ImageSource = opened): VolumeToPropose => ({
  shapeZyx: opened.shapeZyx,
  voxelSizeZyx: opened.voxelSizeZyx,
  readImage: (box) => image.readImage(box),
  readLabelled: (box) => opened.readLabels(box),
  isTruth: (label) => opened.truthLabels.has(label),
});
