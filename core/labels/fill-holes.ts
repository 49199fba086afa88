import { boxShape, type Zyx } from "../volume/voxel-space.ts";
import { findObjects } from "./object-boxes.ts";

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

/** Voxels of the mask whose face-connected component reaches no border of the box (on axes longer than one voxel). */
function enclosedVoxels(mask: Uint8Array, [depth, height, width]: Zyx): number[] {
  const plane = height * width;
  const isOpen = new Uint8Array(mask.length);
  const queue = new Uint32Array(mask.length);
  let tail = 0;
  const open = (at: number) => {
    if (mask[at] === 0 || isOpen[at] !== 0) return;
    isOpen[at] = 1;
    queue[tail++] = at;
  };
  for (let z = 0; z < depth; z++) {
    const isFace = depth > 1 && (z === 0 || z === depth - 1);
    for (let y = 0; y < height; y++) {
      const first = z * plane + y * width;
      const step = isFace || y === 0 || y === height - 1 ? 1 : Math.max(1, width - 1);
      for (let x = 0; x < width; x += step) open(first + x);
    }
  }
  for (let head = 0; head < tail; head++) {
    const at = queue[head];
    const z = Math.floor(at / plane);
    const y = Math.floor((at - z * plane) / width);
    const x = at - z * plane - y * width;
    if (z > 0) open(at - plane);
    if (y > 0) open(at - width);
    if (x > 0) open(at - 1);
    if (x + 1 < width) open(at + 1);
    if (y + 1 < height) open(at + width);
    if (z + 1 < depth) open(at + plane);
  }
  const enclosed: number[] = [];
  for (let at = 0; at < mask.length; at++) if (mask[at] !== 0 && isOpen[at] === 0) enclosed.push(at);
  return enclosed;
}
