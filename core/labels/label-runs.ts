import type { Zyx } from "../volume/voxel-space.ts";

/** A label image as its runs along x: background, which is most of it, takes nothing. */
export interface LabelRuns {
  readonly shapeZyx: Zyx;
  /** Linear indices of the first voxels, ascending. */
  readonly starts: Uint32Array;
  /** Behind the last voxels; a run ends with its row. */
  readonly ends: Uint32Array;
  /** Never 0. */
  readonly labels: Uint32Array;
}

export function runsOfLabels(values: Uint32Array, shapeZyx: Zyx): LabelRuns {
  const writer = new RunWriter();
  const columns = shapeZyx[2];
  for (let row = 0; row < values.length; row += columns)
    for (let i = row; i < row + columns; ) {
      const value = values[i];
      let end = i + 1;
      while (end < row + columns && values[end] === value) end++;
      if (value !== 0) writer.add(i, end, value);
      i = end;
    }
  return writer.finish(shapeZyx);
}

export class RunWriter {
  #starts = new Uint32Array(1024);
  #ends = new Uint32Array(1024);
  #labels = new Uint32Array(1024);
  #count = 0;

  /** In ascending order; what is empty is left out. */
  add(start: number, end: number, label: number): void {
    if (end <= start) return;
    if (this.#count === this.#starts.length) {
      this.#starts = twiceAsLong(this.#starts);
      this.#ends = twiceAsLong(this.#ends);
      this.#labels = twiceAsLong(this.#labels);
    }
    this.#starts[this.#count] = start;
    this.#ends[this.#count] = end;
    this.#labels[this.#count++] = label;
  }

  finish(shapeZyx: Zyx): LabelRuns {
    const cut = (values: Uint32Array) => values.slice(0, this.#count);
    return { shapeZyx, starts: cut(this.#starts), ends: cut(this.#ends), labels: cut(this.#labels) };
  }
}

function twiceAsLong(values: Uint32Array): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(2 * values.length);
  longer.set(values);
  return longer;
}

/** Visits what runs of two images of one grid share, in order. */
export function forEachShared(
  first: LabelRuns,
  second: LabelRuns,
  visit: (firstLabel: number, secondLabel: number, voxels: number) => void,
): void {
  const [firstEnd, secondEnd] = [first.starts.length, second.starts.length];
  for (let a = 0, b = 0; a < firstEnd && b < secondEnd; ) {
    const start = Math.max(first.starts[a], second.starts[b]);
    const end = Math.min(first.ends[a], second.ends[b]);
    if (start < end) visit(first.labels[a], second.labels[b], end - start);
    if (first.ends[a] < second.ends[b]) a++;
    else b++;
  }
}
