import type { VoxelRuns } from "../../edit/label-document.ts";
import type { BrickKey } from "../../volume/brick.ts";
import { ByteReader, ByteWriter, malformed } from "../bytes/bytes.ts";
import { gridKeyOf, type LabelGrid } from "./label-grid.ts";
import type { LocalBox } from "./record.ts";

/**
 * Voxels of one brick as bytes: a tight box, then gap/length pairs over the box's raster, x fastest:
 * `u8 x0 y0 z0 w-1 h-1 d-1 (vu gap, vu len)+`.
 */

/** Runs of one brick, `[start, length]` repeated; start = x + y·B + z·B², ascending, disjoint, none crosses a row. */
export type LocalRuns = Int32Array;

/** Cuts runs at brick borders and at the volume's; each brick's runs come out sorted and merged. Keys ascend. */
export function splitRunsByBrick(runs: VoxelRuns, grid: LabelGrid): Map<BrickKey, LocalRuns> {
  const size = grid.brickSize;
  const [nz, ny, nx] = grid.shapeZyx;
  const parts = new Map<BrickKey, number[]>();
  for (let i = 0; i + 3 < runs.length; i += 4) {
    const z = runs[i];
    const y = runs[i + 1];
    if (z < 0 || z >= nz || y < 0 || y >= ny) continue;
    const end = Math.min(runs[i + 3], nx);
    const rowStart = ((y % size) + (z % size) * size) * size;
    for (let x = Math.max(0, runs[i + 2]); x < end; ) {
      const bx = Math.floor(x / size);
      const stop = Math.min(end, (bx + 1) * size);
      const key = gridKeyOf(Math.floor(z / size), Math.floor(y / size), bx);
      let part = parts.get(key);
      if (!part) {
        part = [];
        parts.set(key, part);
      }
      part.push(rowStart + (x % size), stop - x);
      x = stop;
    }
  }
  return new Map(
    [...parts.keys()].sort((a, b) => a - b).map((key) => [key, canonicalRuns(parts.get(key) ?? [], size)] as const),
  );
}

/** Sorts by start and joins what overlaps or touches within a row. */
function canonicalRuns(pairs: number[], size: number): LocalRuns {
  let sorted = true;
  for (let i = 2; i < pairs.length && sorted; i += 2) sorted = pairs[i] > pairs[i - 2];
  if (!sorted) {
    const order = Array.from({ length: pairs.length / 2 }, (_, i) => i * 2).sort((a, b) => pairs[a] - pairs[b]);
    pairs = order.flatMap((at) => [pairs[at], pairs[at + 1]]);
  }
  const out: number[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const last = out.length - 2;
    const sameRow = last >= 0 && Math.floor(out[last] / size) === Math.floor(pairs[i] / size);
    if (sameRow && pairs[i] <= out[last] + out[last + 1])
      out[last + 1] = Math.max(out[last + 1], pairs[i] + pairs[i + 1] - out[last]);
    else out.push(pairs[i], pairs[i + 1]);
  }
  return Int32Array.from(out);
}

function tightBox(runs: LocalRuns, size: number): LocalBox {
  let [x0, y0, z0, x1, y1, z1] = [size, size, size, 0, 0, 0];
  for (let i = 0; i < runs.length; i += 2) {
    const x = runs[i] % size;
    const y = Math.floor(runs[i] / size) % size;
    const z = Math.floor(runs[i] / (size * size));
    x0 = Math.min(x0, x);
    x1 = Math.max(x1, x + runs[i + 1]);
    y0 = Math.min(y0, y);
    y1 = Math.max(y1, y + 1);
    z0 = Math.min(z0, z);
    z1 = Math.max(z1, z + 1);
  }
  return { x0, y0, z0, x1, y1, z1 };
}

export function encodeBox(writer: ByteWriter, box: LocalBox): void {
  for (const v of [box.x0, box.y0, box.z0, box.x1 - box.x0 - 1, box.y1 - box.y0 - 1, box.z1 - box.z0 - 1]) writer.u8(v);
}

export function decodeBox(reader: ByteReader): LocalBox {
  const [x0, y0, z0] = [reader.u8(), reader.u8(), reader.u8()];
  return { x0, y0, z0, x1: x0 + reader.u8() + 1, y1: y0 + reader.u8() + 1, z1: z0 + reader.u8() + 1 };
}

/** `runs` as splitRunsByBrick gives them, not empty. */
export function encodeSection(runs: LocalRuns, size: number): Uint8Array {
  const box = tightBox(runs, size);
  const width = box.x1 - box.x0;
  const height = box.y1 - box.y0;
  const writer = new ByteWriter(6 + runs.length * 2);
  encodeBox(writer, box);
  let written = 0;
  let start = -1;
  let length = 0;
  const flush = () => {
    writer.vu(start - written);
    writer.vu(length);
    written = start + length;
  };
  for (let i = 0; i < runs.length; i += 2) {
    const x = (runs[i] % size) - box.x0;
    const y = (Math.floor(runs[i] / size) % size) - box.y0;
    const z = Math.floor(runs[i] / (size * size)) - box.z0;
    const at = x + y * width + z * width * height;
    // Rows that fill the box's width meet in its raster and become one run.
    if (start >= 0 && start + length === at) length += runs[i + 1];
    else {
      if (start >= 0) flush();
      start = at;
      length = runs[i + 1];
    }
  }
  flush();
  return writer.finish();
}

/** Adds up what sections hold. */
export interface RunTally {
  runs: number;
  voxels: number;
}

/** Walks a section's runs without writing anything; refuses what leaves its box. */
export function checkRuns(bytes: Uint8Array, from: number, to: number, box: LocalBox, tally: RunTally): void {
  const reader = new ByteReader(bytes.subarray(0, to), from);
  const rasterSize = (box.x1 - box.x0) * (box.y1 - box.y0) * (box.z1 - box.z0);
  let at = 0;
  let first = true;
  do {
    const gap = reader.vu();
    const length = reader.vu();
    if (length === 0) malformed("empty run");
    if (gap === 0 && !first) malformed("runs not merged");
    first = false;
    at += gap + length;
    tally.runs++;
    tally.voxels += length;
    if (at > rasterSize) malformed("run beyond its box");
  } while (!reader.atEnd);
}
