import { intersectBoxes, type VoxelBox, type VoxelSpace, type Zyx } from "../../../core/volume/voxel-space.ts";
import type { SceneView, SlicePlane } from "../viewer-contract.ts";
import { paneAxes, withAxis } from "./pane-axes.ts";

/**
 * The part of the volume that 3D shows, in fractional voxels: what the clipping planes leave, and of that, where there is a slab, what lies in it round
 * the crosshair's slice. Null: the whole volume.
 */
export function sceneClip({ clip, slab }: SceneView, crosshairZyx: Zyx, space: VoxelSpace): VoxelBox | null {
  const { shapeZyx, voxelSizeZyx } = space;
  let box: VoxelBox = { minZyx: [0, 0, 0], maxZyx: shapeZyx };
  if (clip) box = intersectBoxes(box, clip) ?? box;
  if (slab.isOn) {
    const { w } = paneAxes(slab.plane);
    const middle = Math.floor(crosshairZyx[w]) + 0.5;
    const half = Math.max(0.5, slab.thicknessUm / voxelSizeZyx[w] / 2);
    // A slab beside what is clipped away would leave nothing: it stays a slice thick.
    const min = Math.min(Math.max(middle - half, box.minZyx[w]), box.maxZyx[w] - 1);
    const max = Math.max(Math.min(middle + half, box.maxZyx[w]), min + 1);
    box = { minZyx: withAxis(box.minZyx, w, min), maxZyx: withAxis(box.maxZyx, w, max) };
  }
  return isWhole(box, shapeZyx) ? null : box;
}

export const isWhole = ({ minZyx, maxZyx }: VoxelBox, shapeZyx: Zyx): boolean =>
  minZyx.every((v) => v <= 0) && maxZyx.every((v, axis) => v >= shapeZyx[axis]);

/**
 * Cut open at the crosshair's slice: first what lies before it goes, then what lies behind it, then the volume is whole again
 * along this axis.
 */
export function nextClip(clip: VoxelBox | null, plane: SlicePlane, crosshairZyx: Zyx, shapeZyx: Zyx): VoxelBox | null {
  const { w } = paneAxes(plane);
  const { minZyx, maxZyx } = clip ?? { minZyx: [0, 0, 0] as Zyx, maxZyx: shapeZyx };
  const slice = Math.floor(crosshairZyx[w]);
  const size = shapeZyx[w];
  const [min, max] =
    minZyx[w] > 0 && maxZyx[w] >= size
      ? [0, slice + 1]
      : maxZyx[w] < size
        ? [0, size]
        : slice > 0
          ? [slice, size]
          : [0, 1];
  const next = { minZyx: withAxis(minZyx, w, min), maxZyx: withAxis(maxZyx, w, max) };
  return isWhole(next, shapeZyx) ? null : next;
}
