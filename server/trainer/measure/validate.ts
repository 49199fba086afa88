import type { InstanceThresholds } from "../../../core/checkpoint/trained-model.ts";
import { growBox } from "../../../core/labels/object-boxes.ts";
import { meanOfDefined, type SegmentationScores, scoreSegmentation } from "../../../core/metrics/score-segmentation.ts";
import type { IntensityWindow } from "../../../core/perception/intensity-window.ts";
import { cropBox, imageInMemory } from "../../../core/volume/image-source.ts";
import { boxSeenFrom, boxShape, type VoxelBox, wholeBox } from "../../../core/volume/voxel-space.ts";
import { measuredBoxesOf, type TrainingVolume } from "../data/training-volume.ts";
import { segmentInstances } from "../instances/instances.ts";
import { perceiveBox, reachOf, type Seer } from "../perceive/seer.ts";
import { MeanMaps } from "../predict/predict.ts";

export interface BoxScores extends SegmentationScores {
  readonly volumeId: string;
  readonly box: VoxelBox;
}

export interface ValidationScores {
  /** Null where no box holds an object on either side. */
  readonly ap50: number | null;
  readonly ap75: number | null;
  readonly dice: number | null;
  /** True nuclei that they were measured on. */
  readonly nuclei: number;
  readonly boxes: readonly BoxScores[];
}

/** Scores a model in the validation boxes, of which no training patch read a voxel; AP pools the objects of all boxes. */
export async function validate(
  seer: Seer,
  volumes: readonly {
    readonly volume: TrainingVolume;
    readonly window: IntensityWindow;
    readonly sideUm: number | null;
  }[],
  thresholds: InstanceThresholds,
  signal?: AbortSignal,
): Promise<ValidationScores> {
  const boxes: BoxScores[] = [];
  for (const { volume, window, sideUm } of volumes) {
    const margin = reachOf(seer, volume, sideUm);
    for (const box of measuredBoxesOf(volume)) {
      // What lies around the box is seen, as it is when the whole volume is predicted.
      const seen = growBox(box, margin, volume.shapeZyx);
      const space = { shapeZyx: boxShape(seen), voxelSizeZyx: volume.voxelSizeZyx };
      const image = cropBox(volume.image, volume.shapeZyx, seen, Float32Array);
      const mean = new MeanMaps();
      const options = { window, sideUm, signal, maxPasses: 1 };
      const passes = perceiveBox(seer, imageInMemory(image, space), wholeBox(space.shapeZyx), options);
      for await (const { maps } of passes) mean.add(maps);
      const found = segmentInstances(mean.mean(), space, thresholds);
      const inner = boxSeenFrom(box, seen.minZyx);
      const scores = scoreSegmentation(
        cropBox(volume.labels, volume.shapeZyx, box, Uint32Array),
        cropBox(found, space.shapeZyx, inner, Uint32Array),
      );
      boxes.push({ volumeId: volume.id, box, ...scores });
    }
  }
  const pooled = (hits: (scores: BoxScores) => number) => {
    const truePositives = boxes.reduce((sum, scores) => sum + hits(scores), 0);
    const objects = boxes.reduce((sum, { truth, found }) => sum + truth + found, 0);
    return objects === 0 ? null : truePositives / (objects - truePositives);
  };
  return {
    ap50: pooled((scores) => scores.truePositives50),
    ap75: pooled((scores) => scores.truePositives75),
    dice: meanOfDefined(boxes.map(({ dice }) => dice)),
    nuclei: boxes.reduce((sum, { truth }) => sum + truth, 0),
    boxes,
  };
}
