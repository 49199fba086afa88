import type { VoxelBox, Zyx } from "../volume/voxel-space.ts";

export interface LabelObject {
  readonly label: number;
  readonly voxels: number;
  readonly box: VoxelBox;
}

/** Every label value above 0 with its voxel count and bounding box, ascending by label. */
export function findObjects(labels: Uint32Array, shapeZyx: Zyx): LabelObject[] {
  const [depth, height, width] = shapeZyx;
  const found = new Map<number, Extent>();
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++) {
      const row = (z * height + y) * width;
      // Runs of one label are long along x: a run is looked up once.
      for (let i = row; i < row + width; ) {
        const label = labels[i];
        let end = i + 1;
        while (end < row + width && labels[end] === label) end++;
        if (label !== 0) addRun(found, label, z, y, i - row, end - row);
        i = end;
      }
    }
  return [...found]
    .sort((a, b) => a[0] - b[0])
    .map(([label, { voxels, min, max }]) => ({
      label,
      voxels,
      box: { minZyx: [min[0], min[1], min[2]], maxZyx: [max[0], max[1], max[2]] },
    }));
}

interface Extent {
  voxels: number;
  readonly min: [z: number, y: number, x: number];
  readonly max: [z: number, y: number, x: number];
}

function addRun(found: Map<number, Extent>, label: number, z: number, y: number, first: number, end: number): void {
  const object = found.get(label);
  if (!object) {
    found.set(label, { voxels: end - first, min: [z, y, first], max: [z + 1, y + 1, end] });
    return;
  }
  object.voxels += end - first;
  object.max[0] = z + 1; // z only grows
  if (y < object.min[1]) object.min[1] = y;
  else if (y >= object.max[1]) object.max[1] = y + 1;
  if (first < object.min[2]) object.min[2] = first;
  if (end > object.max[2]) object.max[2] = end;
}

/** `box` grown by whole voxels on every side, clipped to the volume. */
export function growBox(box: VoxelBox, byZyx: Zyx, shapeZyx: Zyx): VoxelBox {
  const grown = (axis: 0 | 1 | 2) => Math.max(0, box.minZyx[axis] - byZyx[axis]);
  const ended = (axis: 0 | 1 | 2) => Math.min(shapeZyx[axis], box.maxZyx[axis] + byZyx[axis]);
  return { minZyx: [grown(0), grown(1), grown(2)], maxZyx: [ended(0), ended(1), ended(2)] };
}
