import { measureFeatures, type NucleusFeatures } from "../../../core/classes/nucleus-features.ts";
import { findObjects, growBox } from "../../../core/labels/object-boxes.ts";
import type { IntensityWindow } from "../../../core/perception/intensity-window.ts";
import { brickBox, brickKeyAt, brickKeysOfBox } from "../../../core/volume/brick.ts";
import type { ImageSource } from "../../../core/volume/image-source.ts";
import { boxShape, unionOfBoxes, type VoxelBox, voxelCount, wholeBox } from "../../../core/volume/voxel-space.ts";
import { shapesOf } from "../bricks/shapes-of.ts";
import { movedBox } from "../crops/index-labels.ts";

/** Image and labels, read where they are needed. */
export interface LabelledSource extends ImageSource {
  readLabels(box: VoxelBox): Promise<Uint32Array>;
}

/** In which box each of the wanted labels lies: one walk over the labels, brick by brick. */
export async function findLabels(
  source: LabelledSource,
  isWanted: (label: number) => boolean,
): Promise<Map<number, VoxelBox>> {
  const boxes = new Map<number, VoxelBox>();
  for (const key of brickKeysOfBox(wholeBox(source.shapeZyx))) {
    const brick = brickBox(key, source.shapeZyx);
    for (const { label, box } of findObjects(await source.readLabels(brick), boxShape(brick))) {
      if (!isWanted(label)) continue;
      const there = movedBox(box, brick.minZyx);
      const known = boxes.get(label);
      boxes.set(label, known ? unionOfBoxes(known, there) : there);
    }
  }
  return boxes;
}

/** What is larger is no nucleus: its parts lie far apart, and reading it would fill the memory. */
const MAX_NUCLEUS_VOXELS = 32_000_000;

/** Features of single nuclei, each read with the box that it lies in; those of one brick after the other. */
export async function* measureOneByOne(
  source: LabelledSource,
  window: IntensityWindow,
  boxes: ReadonlyMap<number, VoxelBox>,
): AsyncGenerator<{ readonly label: number; readonly features: NucleusFeatures }> {
  const places = [...boxes].map(([label, box]) => ({ label, box, brick: brickKeyAt(...box.minZyx) }));
  for (const { label, box } of places.sort((a, b) => a.brick - b.brick || a.label - b.label)) {
    // The faces of what is read count as the volume's border.
    const seen = growBox(box, [1, 1, 1], source.shapeZyx);
    const space = { shapeZyx: boxShape(seen), voxelSizeZyx: source.voxelSizeZyx };
    if (voxelCount(space.shapeZyx) > MAX_NUCLEUS_VOXELS) continue;
    const labels = (await source.readLabels(seen)).map((one) => (one === label ? label : 0));
    const image = await source.readImage(seen);
    const features = measureFeatures(
      { ...space, labels, image, window, shapes: shapesOf(labels, space) },
      (one) => one === label,
    ).get(label);
    if (features) yield { label, features };
  }
}
