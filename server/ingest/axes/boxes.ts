/** Every place of a grid, the last axis fastest. */
export function* placesIn(grid: readonly number[]): Iterable<number[]> {
  const place = grid.map(() => 0);
  for (;;) {
    yield [...place];
    let axis = grid.length - 1;
    while (axis >= 0 && ++place[axis] === grid[axis]) place[axis--] = 0;
    if (axis < 0) return;
  }
}

/** Bytes of a box of an array, C order: its first place, and its length along every axis. */
export interface Box {
  readonly bytes: Uint8Array;
  readonly start: readonly number[];
  readonly counts: readonly number[];
}

/** Copies what two boxes have in common, up to `end`, row by row. */
export function copyBox(from: Box, to: Box, end: readonly number[], size: number): void {
  const low = from.start.map((at, axis) => Math.max(at, to.start[axis]));
  const high = end.map((at, axis) => Math.min(at, to.start[axis] + to.counts[axis]));
  const last = low.length - 1;
  const offsetIn = ({ start, counts }: Box, place: readonly number[]): number =>
    place.reduce((offset, at, axis) => offset * counts[axis] + at - start[axis], 0) * size;
  const rows = low.map((at, axis) => (axis === last ? 1 : high[axis] - at));
  for (const row of placesIn(rows)) {
    const place = row.map((at, axis) => low[axis] + at);
    const start = offsetIn(from, place);
    to.bytes.set(from.bytes.subarray(start, start + (high[last] - low[last]) * size), offsetIn(to, place));
  }
}
