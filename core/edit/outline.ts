import type { Zyx } from "../volume/voxel-space.ts";
import { type Axis, planeAxes, type SlicePlane } from "./slice-plane.ts";
import type { VoxelSet } from "./voxel-set.ts";

/**
 * Fills a hand-drawn outline in one slice; the last point is joined to the first. A voxel is inside when its centre has
 * a non-zero winding number, so an outline that crosses itself leaves no hole.
 */
export function addOutline(set: VoxelSet, pathZyx: readonly Zyx[], plane: SlicePlane, slice: number): void {
  const { row, column, normal } = planeAxes(plane);
  if (pathZyx.length < 3) return;
  const rows = pathZyx.map((p) => p[row]);
  const first = Math.max(0, Math.floor(Math.min(...rows)));
  const last = Math.min(set.shapeZyx[row] - 1, Math.floor(Math.max(...rows)));
  for (let r = first; r <= last; r++) {
    const crossings = crossingsOfRow(pathZyx, r + 0.5, row, column);
    let winding = 0;
    for (let i = 0; i + 1 < crossings.length; i++) {
      winding += crossings[i].turn;
      if (winding !== 0) addSpan(set, normal, slice, column, r, crossings[i].at, crossings[i + 1].at);
    }
  }
}

interface Crossing {
  readonly at: number;
  readonly turn: 1 | -1;
}

/** Where the outline crosses the middle of a row, by column; half-open so that a corner on the line counts once. */
function crossingsOfRow(pathZyx: readonly Zyx[], middle: number, row: Axis, column: Axis): Crossing[] {
  const crossings: Crossing[] = [];
  for (let i = 0; i < pathZyx.length; i++) {
    const a = pathZyx[i];
    const b = pathZyx[(i + 1) % pathZyx.length];
    if (a[row] <= middle === b[row] <= middle) continue;
    const at = a[column] + ((middle - a[row]) / (b[row] - a[row])) * (b[column] - a[column]);
    crossings.push({ at, turn: a[row] <= middle ? 1 : -1 });
  }
  return crossings.sort((p, q) => p.at - q.at);
}

function addSpan(set: VoxelSet, normal: Axis, slice: number, column: Axis, r: number, from: number, to: number): void {
  const first = Math.max(0, Math.ceil(from - 0.5));
  const end = Math.min(set.shapeZyx[column], Math.ceil(to - 0.5));
  if (normal === 0) set.addRun(slice, r, first, end);
  else if (normal === 1) set.addRun(r, slice, first, end);
  else for (let c = first; c < end; c++) set.addRun(r, c, slice, slice + 1);
}
