import { labelComponents } from "../../../core/labels/connected-components.ts";
import { findObjects } from "../../../core/labels/object-boxes.ts";
import { boxShape, type Zyx } from "../../../core/volume/voxel-space.ts";

/**
 * Gives unlabelled voxels that one object encloses, in its slice or in 3D, to that object; forbidden voxels stay. Labels in
 * `unsettled` fill nothing; returned are those of the others that enclose one of them.
 */
export function fillHoles(
  labels: Uint32Array,
  shapeZyx: Zyx,
  forbidden?: Uint8Array,
  unsettled: ReadonlySet<number> = new Set(),
): Set<number> {
  const doubtful = new Set<number>();
  for (const { label, box } of findObjects(labels, shapeZyx)) {
    if (unsettled.has(label)) continue;
    const [depth, height, width] = boxShape(box);
    const indexOf = (z: number, y: number, x: number) =>
      ((z + box.minZyx[0]) * shapeZyx[1] + y + box.minZyx[1]) * shapeZyx[2] + x + box.minZyx[2];
    const outside = new Uint8Array(depth * height * width);
    let at = 0;
    for (let z = 0; z < depth; z++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) outside[at++] = labels[indexOf(z, y, x)] === label ? 0 : 1;
    const fill = (hole: number) => {
      const index = indexOf(Math.floor(hole / (height * width)), Math.floor(hole / width) % height, hole % width);
      if (labels[index] === 0 && !forbidden?.[index]) labels[index] = label;
      else if (unsettled.has(labels[index])) doubtful.add(label);
    };
    for (let z = 0; z < depth; z++) {
      const slice = outside.subarray(z * height * width, (z + 1) * height * width);
      for (const hole of enclosedVoxels(slice, [1, height, width])) fill(z * height * width + hole);
    }
    for (const hole of enclosedVoxels(outside, [depth, height, width])) fill(hole);
  }
  return doubtful;
}

/** Voxels of the mask whose component reaches no border of the box (on axes longer than one voxel). */
function enclosedVoxels(mask: Uint8Array, [depth, height, width]: Zyx): number[] {
  const components = labelComponents(mask, [depth, height, width]);
  const open = new Uint8Array(components.count + 1);
  open[0] = 1;
  let at = 0;
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, at++) {
        const atBorder =
          (depth > 1 && (z === 0 || z === depth - 1)) || y === 0 || y === height - 1 || x === 0 || x === width - 1;
        if (atBorder) open[components.labels[at]] = 1;
      }
  const enclosed: number[] = [];
  components.labels.forEach((component, index) => {
    if (!open[component]) enclosed.push(index);
  });
  return enclosed;
}
