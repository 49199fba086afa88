import { boxShape, type VoxelBox, type Zyx } from "../volume/voxel-space.ts";
import { findObjects, type LabelObject } from "./object-boxes.ts";

/**
 * Gives unlabelled voxels that one object encloses, in its slice or in 3D, to that object; forbidden voxels stay. Labels in
 * `unsettled` fill nothing; returned are those of the others that enclose one of them. `objects`: where they are known.
 */
export function fillHoles(
  labels: Uint32Array,
  shapeZyx: Zyx,
  forbidden?: Uint8Array,
  unsettled: ReadonlySet<number> = new Set(),
  objects: readonly LabelObject[] = findObjects(labels, shapeZyx),
): Set<number> {
  const doubtful = new Set<number>();
  for (const { label, box } of objects) {
    if (unsettled.has(label)) continue;
    for (const hole of holesOf(labels, shapeZyx, label, box)) {
      if (labels[hole] === 0 && !forbidden?.[hole]) labels[hole] = label;
      else if (unsettled.has(labels[hole])) doubtful.add(label);
    }
  }
  return doubtful;
}

const OUTSIDE = 0;
const OWN = 1;
/** Between voxels of the object along x and along y, as everything that it encloses is. */
const BETWEEN = 2;
/** Between them, and reached from outside. */
const OPEN = 3;

/** Voxels that an object encloses in its slice, or in 3D. */
function holesOf(labels: Uint32Array, shapeZyx: Zyx, label: number, box: VoxelBox): number[] {
  if (!hasGaps(labels, shapeZyx, label, box)) return [];
  const shape = boxShape(box);
  const [, height, width] = shape;
  const { cells, between } = markBetween(labels, shapeZyx, label, box);
  if (between.length === 0) return [];
  const inSlice = enclosed(cells.slice(), between, shape, false);
  const holes = shape[0] === 1 ? inSlice : new Set([...inSlice, ...enclosed(cells, between, shape, true)]);
  return Array.from(holes, (hole) => {
    const row = Math.floor(hole / width);
    const [z, y] = [Math.floor(row / height) + box.minZyx[0], (row % height) + box.minZyx[1]];
    return (z * shapeZyx[1] + y) * shapeZyx[2] + (hole % width) + box.minZyx[2];
  });
}

/** Whether a row of voxels leaves the object and enters it again: most nuclei are rounder. */
function hasGaps(labels: Uint32Array, [, rows, columns]: Zyx, label: number, { minZyx, maxZyx }: VoxelBox): boolean {
  for (let z = minZyx[0]; z < maxZyx[0]; z++)
    for (let y = minZyx[1]; y < maxZyx[1]; y++) {
      const row = (z * rows + y) * columns;
      let i = row + minZyx[2];
      let end = row + maxZyx[2];
      while (i < end && labels[i] !== label) i++;
      while (i < end && labels[end - 1] !== label) end--;
      for (; i < end; i++) if (labels[i] !== label) return true;
    }
  return false;
}

function markBetween(labels: Uint32Array, [, rows, columns]: Zyx, label: number, box: VoxelBox) {
  const [depth, height, width] = boxShape(box);
  const cells = new Uint8Array(depth * height * width);
  const between: number[] = [];
  const [firstY, lastY] = [new Int32Array(width), new Int32Array(width)];
  const [firstX, lastX] = [new Int32Array(height), new Int32Array(height)];
  for (let z = 0; z < depth; z++) {
    firstY.fill(height);
    lastY.fill(-1);
    for (let y = 0; y < height; y++) {
      const source = ((z + box.minZyx[0]) * rows + y + box.minZyx[1]) * columns + box.minZyx[2];
      const row = (z * height + y) * width;
      firstX[y] = width;
      lastX[y] = -1;
      for (let x = 0; x < width; x++) {
        if (labels[source + x] !== label) continue;
        cells[row + x] = OWN;
        if (firstY[x] > y) firstY[x] = y;
        lastY[x] = y;
        if (firstX[y] > x) firstX[y] = x;
        lastX[y] = x;
      }
    }
    for (let y = 0; y < height; y++) {
      const row = (z * height + y) * width;
      for (let x = firstX[y] + 1; x < lastX[y]; x++) {
        if (cells[row + x] === OWN || y < firstY[x] || y > lastY[x]) continue;
        cells[row + x] = BETWEEN;
        between.push(row + x);
      }
    }
  }
  return { cells, between };
}

/** Of the voxels between those of the object, the ones from which no way leads out of its box. Marks the others in `cells`. */
function enclosed(
  cells: Uint8Array,
  between: readonly number[],
  [depth, height, width]: Zyx,
  inDepth: boolean,
): Set<number> {
  const plane = height * width;
  const steps = inDepth ? [-plane, -width, -1, 1, width, plane] : [-width, -1, 1, width];
  const open: number[] = [];
  for (const at of between) {
    // What lies between has neighbours in the box along x and y.
    let leadsOut = inDepth && (at < plane || at >= (depth - 1) * plane);
    for (let i = 0; i < steps.length && !leadsOut; i++) leadsOut = cells[at + steps[i]] === OUTSIDE;
    if (leadsOut) open.push(at);
  }
  for (const at of open) cells[at] = OPEN;
  for (let at = open.pop(); at !== undefined; at = open.pop())
    for (let i = 0; i < steps.length; i++) {
      const next = at + steps[i];
      if (cells[next] !== BETWEEN) continue;
      cells[next] = OPEN;
      open.push(next);
    }
  return new Set(between.filter((at) => cells[at] === BETWEEN));
}
