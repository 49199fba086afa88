import type { LabelledBox } from "../../../core/import/label-facts.ts";
import type { VoxelBox } from "../../../core/volume/voxel-space.ts";
import type { VolumeSource } from "../voxels/volume-source.ts";

/**
 * The boxes of which all is known by a mask. Nuclei that nobody had finished are unknown in it and not in the labels: in a box that
 * people vouch for they would become background.
 */
export async function knownBoxes(mask: VolumeSource, boxes: readonly LabelledBox[]): Promise<LabelledBox[]> {
  const known: LabelledBox[] = [];
  for (const one of boxes) if (await isKnown(mask, one.box)) known.push(one);
  return known;
}

async function isKnown(mask: VolumeSource, { minZyx, maxZyx }: VoxelBox): Promise<boolean> {
  if (maxZyx.some((end, axis) => end > mask.shapeZyx[axis])) return false;
  const [planes, rows] = mask.blockZy;
  const width = mask.shapeZyx[2];
  for (let z = minZyx[0]; z < maxZyx[0]; z += planes)
    for (let y = minZyx[1]; y < maxZyx[1]; y += rows) {
      const pixels = await mask.read(z, Math.min(maxZyx[0], z + planes), y, Math.min(maxZyx[1], y + rows));
      for (let row = 0; row < pixels.length; row += width)
        for (let x = minZyx[2]; x < maxZyx[2]; x++) if (pixels[row + x] === 0) return false;
    }
  return true;
}
