import { buildKnownMask, knownMaskReach, UNKNOWN } from "../../../core/labels/known-mask.ts";
import { growBox } from "../../../core/labels/object-boxes.ts";
import type { IntensityWindow } from "../../../core/perception/intensity-window.ts";
import { cropBox } from "../../../core/volume/image-source.ts";
import {
  boxSeenFrom,
  boxShape,
  intersectBoxes,
  type VoxelBox,
  type VoxelSpace,
  voxelCount,
  type Zyx,
} from "../../../core/volume/voxel-space.ts";
import type { OpenedVolume } from "../bricks/open-job-volume.ts";
import { forEachRow } from "../bricks/region.ts";
import type { TrainingVolume } from "../data/training-volume.ts";
import { boxesOf, type Crop } from "./plan-crops.ts";

/** The current model's foreground probability of an image, where there is a model. */
export type PredictForeground = (
  image: Float32Array,
  space: VoxelSpace,
  whole: WholeVolumeFacts | null,
) => Promise<Float32Array>;

/** What only the whole volume tells: null where the crop is the whole volume. */
export interface WholeVolumeFacts {
  readonly window: IntensityWindow;
  /** As a person says, else the image (estimate-diameter.ts); null where neither does. */
  readonly diameterUm: number | null;
}

/** Reads a part of a frozen volume and works out what its labels say about every voxel. */
export async function loadCrop(
  opened: OpenedVolume,
  crop: Crop,
  whole: WholeVolumeFacts | null,
  predictForeground: PredictForeground | null,
): Promise<TrainingVolume> {
  const { volume, shapeZyx, voxelSizeZyx, truthLabels } = opened;
  const { box } = crop;
  const boxes = boxesOf(volume);
  const learnsFrom = !(volume.frozen?.manifest.keptOut ?? false) && truthLabels.size > 0;
  const raw = await opened.readLabels(box);
  const known = learnsFrom
    ? await knownIn(opened, box, whole, predictForeground)
    : new Uint8Array(voxelCount(boxShape(box)));
  const labels = raw.map((label) => (truthLabels.has(label) ? label : 0));
  forgetCutNuclei(labels, known, box, shapeZyx);
  const inCrop = (given: readonly VoxelBox[]) =>
    given.flatMap((one) => {
      const inside = intersectBoxes(one, box);
      return inside ? [boxSeenFrom(inside, box.minZyx)] : [];
    });
  const training = {
    id: volume.volumeId,
    specimen: volume.specimen,
    shapeZyx: boxShape(box),
    voxelSizeZyx,
    image: await opened.readImage(box),
    labels,
    known,
    validationBoxes: inCrop(boxes.validation),
  };
  if (!whole) return training;
  return {
    ...training,
    measuredBoxes: inCrop(crop.measured),
    cropOf: { volumeId: volume.volumeId, core: boxSeenFrom(crop.core, box.minZyx), ...whole },
  };
}

/** The mask of the whole volume in a box of it. */
async function knownIn(
  opened: OpenedVolume,
  box: VoxelBox,
  whole: WholeVolumeFacts | null,
  predictForeground: PredictForeground | null,
): Promise<Uint8Array> {
  const { volume, voxelSizeZyx, truthLabels } = opened;
  const seen = growBox(box, knownMaskReach(voxelSizeZyx), opened.shapeZyx);
  const space: VoxelSpace = { shapeZyx: boxShape(seen), voxelSizeZyx };
  const proposals = (await opened.readProposals?.(seen)) ?? null;
  const rejected = new Set(volume.frozen?.manifest.rejectedProposals);
  const known = buildKnownMask({
    ...space,
    labels: await opened.readLabels(seen),
    truthLabels,
    undecidedProposals: proposals?.map((label) => (rejected.has(label) ? 0 : label)),
    rejectedProposals: proposals?.map((label) => (rejected.has(label) ? label : 0)),
    completeBoxes: boxesOf(volume).complete.flatMap((one) => {
      const inside = intersectBoxes(one, seen);
      return inside ? [boxSeenFrom(inside, seen.minZyx)] : [];
    }),
    foreground: predictForeground ? await predictForeground(await opened.readImage(seen), space, whole) : null,
  });
  return voxelCount(space.shapeZyx) === voxelCount(boxShape(box))
    ? known
    : cropBox(known, space.shapeZyx, boxSeenFrom(box, seen.minZyx), Uint8Array);
}

/** A nucleus that goes on beyond the crop has another distance to its outside than what is seen of it. */
function forgetCutNuclei(labels: Uint32Array, known: Uint8Array, box: VoxelBox, volumeShapeZyx: Zyx): void {
  const shape = boxShape(box);
  const cut = new Set<number>();
  for (const axis of [0, 1, 2] as const)
    for (const [isCut, at] of [
      [box.minZyx[axis] > 0, 0],
      [box.maxZyx[axis] < volumeShapeZyx[axis], shape[axis] - 1],
    ] as const) {
      if (!isCut) continue;
      const [minZyx, maxZyx]: [number, number, number][] = [[0, 0, 0], [...shape]];
      minZyx[axis] = at;
      maxZyx[axis] = at + 1;
      forEachRow({ minZyx, maxZyx }, shape, (first, end) => {
        for (let i = first; i < end; i++) if (labels[i] !== 0) cut.add(labels[i]);
      });
    }
  if (cut.size === 0) return;
  for (let i = 0; i < labels.length; i++)
    if (cut.has(labels[i])) {
      labels[i] = 0;
      known[i] = UNKNOWN;
    }
}
