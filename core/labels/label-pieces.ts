import type { Zyx } from "../volume/voxel-space.ts";

/** Voxels of one label that hang together by their faces. */
export interface LabelPiece {
  readonly label: number;
  readonly voxels: number;
  readonly centroidZyx: Zyx;
  /** Half-open box. */
  readonly minZyx: Zyx;
  readonly maxZyx: Zyx;
}

export interface FoundPieces {
  /** In the order of their first voxels. */
  readonly pieces: readonly LabelPiece[];
  /** Index in `pieces` of every number that `addRow` gave; entry 0 is unused. */
  readonly pieceOf: Uint32Array;
}

export interface PieceFinder {
  /**
   * One row of labels along x. Rows come in any order in which (z, y − 1) and (z − 1, y) come before (z, y): plane after plane, or slab after
   * slab. `numbers`, where given, gets the number of every voxel, 0 for background; it may be the row itself.
   */
  addRow(z: number, y: number, row: Uint32Array, numbers?: Uint32Array): void;
  /** Numbers given so far: an upper bound of the pieces. */
  readonly count: number;
  finish(): FoundPieces;
}

/** Runs of one row: label, first, end (half-open), number. */
interface RowRuns {
  readonly runs: Uint32Array;
  /** Rows still to come that touch this one. */
  waiting: number;
}

const RUN = 4;
/** Sums and bounds of a number: voxels, Σz, Σy, Σx, min and end of z, y, x, first voxel. */
const FACTS = 11;

/** Finds the face-connected pieces of every label in one pass over runs; memory is a slab of runs and some 100 bytes a piece. */
export function createPieceFinder(shapeZyx: Zyx): PieceFinder {
  const [sizeZ, sizeY, sizeX] = shapeZyx;
  const rows = new Map<number, RowRuns>();
  let parent = new Uint32Array(1024);
  let labelOf = new Uint32Array(1024);
  let facts = new Float64Array(1024 * FACTS);
  let count = 0;
  const scratch = new Uint32Array(sizeX * RUN);

  const rootOf = (number: number): number => {
    let root = number;
    while (parent[root] !== root) root = parent[root];
    for (let at = number; parent[at] !== root; ) {
      const next = parent[at];
      parent[at] = root;
      at = next;
    }
    return root;
  };
  // The smaller number stays: it was met first.
  const unite = (a: number, b: number): void => {
    const [one, other] = [rootOf(a), rootOf(b)];
    if (one < other) parent[other] = one;
    else parent[one] = other;
  };
  const newNumber = (label: number): number => {
    const number = ++count;
    if (number >= parent.length) {
      parent = grown(parent, 2 * parent.length);
      labelOf = grown(labelOf, 2 * labelOf.length);
      const more = new Float64Array(2 * facts.length);
      more.set(facts);
      facts = more;
    }
    parent[number] = number;
    labelOf[number] = label;
    const at = number * FACTS;
    facts.fill(Number.POSITIVE_INFINITY, at + 4, at + 7);
    facts[at + 10] = Number.POSITIVE_INFINITY;
    return number;
  };
  const addRun = (number: number, z: number, y: number, first: number, end: number): void => {
    const at = number * FACTS;
    const length = end - first;
    facts[at] += length;
    facts[at + 1] += z * length;
    facts[at + 2] += y * length;
    facts[at + 3] += ((first + end - 1) / 2) * length;
    facts[at + 4] = Math.min(facts[at + 4], z);
    facts[at + 5] = Math.min(facts[at + 5], y);
    facts[at + 6] = Math.min(facts[at + 6], first);
    facts[at + 7] = Math.max(facts[at + 7], z + 1);
    facts[at + 8] = Math.max(facts[at + 8], y + 1);
    facts[at + 9] = Math.max(facts[at + 9], end);
    facts[at + 10] = Math.min(facts[at + 10], (z * sizeY + y) * sizeX + first);
  };
  /** Runs of `mine` get the numbers of those of the row beside it that they touch. */
  const join = (mine: Uint32Array, key: number): void => {
    const beside = rows.get(key);
    if (!beside) return;
    const { runs } = beside;
    for (let i = 0, j = 0; i < mine.length && j < runs.length; ) {
      const touches = mine[i + 1] < runs[j + 2] && runs[j + 1] < mine[i + 2];
      if (touches && mine[i] === runs[j]) {
        if (mine[i + 3] === 0) mine[i + 3] = runs[j + 3];
        else unite(mine[i + 3], runs[j + 3]);
      }
      if (mine[i + 2] <= runs[j + 2]) i += RUN;
      else j += RUN;
    }
    if (--beside.waiting === 0) rows.delete(key);
  };

  return {
    get count() {
      return count;
    },
    addRow(z, y, row, numbers) {
      let used = 0;
      for (let x = 0; x < sizeX; ) {
        const label = row[x];
        let end = x + 1;
        while (end < sizeX && row[end] === label) end++;
        if (label !== 0) {
          scratch.set([label, x, end, 0], used);
          used += RUN;
        }
        x = end;
      }
      const mine = scratch.slice(0, used);
      if (y > 0) join(mine, z * sizeY + y - 1);
      if (z > 0) join(mine, (z - 1) * sizeY + y);
      for (let i = 0; i < used; i += RUN) {
        if (mine[i + 3] === 0) mine[i + 3] = newNumber(mine[i]);
        addRun(mine[i + 3], z, y, mine[i + 1], mine[i + 2]);
        numbers?.fill(mine[i + 3], mine[i + 1], mine[i + 2]);
      }
      const waiting = (y + 1 < sizeY ? 1 : 0) + (z + 1 < sizeZ ? 1 : 0);
      if (used > 0 && waiting > 0) rows.set(z * sizeY + y, { runs: mine, waiting });
    },
    finish() {
      for (let number = 1; number <= count; number++) {
        const root = rootOf(number);
        if (root !== number) addFacts(facts, root, number);
      }
      const roots: number[] = [];
      for (let number = 1; number <= count; number++) if (parent[number] === number) roots.push(number);
      roots.sort((a, b) => facts[a * FACTS + 10] - facts[b * FACTS + 10]);
      const pieceOf = new Uint32Array(count + 1);
      roots.forEach((root, index) => {
        pieceOf[root] = index;
      });
      for (let number = 1; number <= count; number++) pieceOf[number] = pieceOf[rootOf(number)];
      return { pieces: roots.map((root) => pieceFrom(facts, root, labelOf[root])), pieceOf };
    },
  };
}

function grown(array: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  const more = new Uint32Array(length);
  more.set(array);
  return more;
}

function addFacts(facts: Float64Array, to: number, from: number): void {
  const [a, b] = [to * FACTS, from * FACTS];
  for (let i = 0; i < 4; i++) facts[a + i] += facts[b + i];
  for (let i = 4; i < 7; i++) facts[a + i] = Math.min(facts[a + i], facts[b + i]);
  for (let i = 7; i < 10; i++) facts[a + i] = Math.max(facts[a + i], facts[b + i]);
  facts[a + 10] = Math.min(facts[a + 10], facts[b + 10]);
}

function pieceFrom(facts: Float64Array, number: number, label: number): LabelPiece {
  const of = facts.subarray(number * FACTS, (number + 1) * FACTS);
  const voxels = of[0];
  return {
    label,
    voxels,
    centroidZyx: [of[1] / voxels, of[2] / voxels, of[3] / voxels],
    minZyx: [of[4], of[5], of[6]],
    maxZyx: [of[7], of[8], of[9]],
  };
}

/** All pieces of a volume in memory; `numbers`, where given, gets 1 + the index of its piece for every voxel. */
export function findPieces(labels: Uint32Array, shapeZyx: Zyx, numbers?: Uint32Array): readonly LabelPiece[] {
  const [depth, height, width] = shapeZyx;
  const finder = createPieceFinder(shapeZyx);
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++) {
      const start = (z * height + y) * width;
      finder.addRow(z, y, labels.subarray(start, start + width), numbers?.subarray(start, start + width));
    }
  const { pieces, pieceOf } = finder.finish();
  if (numbers) for (let i = 0; i < numbers.length; i++) if (numbers[i] !== 0) numbers[i] = pieceOf[numbers[i]] + 1;
  return pieces;
}
