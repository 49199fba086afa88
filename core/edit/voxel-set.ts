import { BRICK_SIZE, type BrickKey, brickKeyOf, brickPositionZyx } from "../volume/brick.ts";
import type { VoxelBox, Zyx } from "../volume/voxel-space.ts";
import type { VoxelRuns } from "./label-document.ts";

const WORDS_PER_ROW = BRICK_SIZE / 32;
const WORDS_PER_BRICK = BRICK_SIZE * BRICK_SIZE * WORDS_PER_ROW;

/**
 * A set of voxels inside a volume: one bit per voxel in bricks that hold any (32 KiB each). A row of a brick along x is
 * two words, so a run is set by masks, and `toRuns` walks only the bricks that were touched.
 */
export class VoxelSet {
  readonly shapeZyx: Zyx;
  readonly #bricks = new Map<BrickKey, Uint32Array>();
  #count = 0;
  #lastKey = -1;
  #lastWords = new Uint32Array(0);

  constructor(shapeZyx: Zyx) {
    this.shapeZyx = shapeZyx;
  }

  static fromRuns(shapeZyx: Zyx, runs: VoxelRuns): VoxelSet {
    const set = new VoxelSet(shapeZyx);
    set.addRuns(runs);
    return set;
  }

  clear(): void {
    this.#bricks.clear();
    this.#count = 0;
    this.#lastKey = -1;
  }

  get count(): number {
    return this.#count;
  }

  /** Keys of bricks that hold at least one voxel, ascending. */
  brickKeys(): BrickKey[] {
    return [...this.#bricks.keys()].sort((a, b) => a - b);
  }

  has(z: number, y: number, x: number): boolean {
    const words = this.#bricks.get(brickKeyOf(z >> 6, y >> 6, x >> 6));
    return words !== undefined && (words[wordOf(z, y, x)] & (1 << (x & 31))) !== 0;
  }

  /** True when the voxel was not in the set. The voxel must lie in the volume. */
  add(z: number, y: number, x: number): boolean {
    const words = this.#wordsAt(z, y, x);
    const at = wordOf(z, y, x);
    const bit = 1 << (x & 31);
    if ((words[at] & bit) !== 0) return false;
    words[at] |= bit;
    this.#count++;
    return true;
  }

  /** Adds `[xFirst, xEnd)` of one row, clipped to the volume. */
  addRun(z: number, y: number, xFirst: number, xEnd: number): void {
    if (z < 0 || y < 0 || z >= this.shapeZyx[0] || y >= this.shapeZyx[1]) return;
    const end = Math.min(xEnd, this.shapeZyx[2]);
    for (let x = Math.max(0, xFirst); x < end; ) {
      const next = Math.min(end, (x | 31) + 1);
      const words = this.#wordsAt(z, y, x);
      const at = wordOf(z, y, x);
      const width = next - x;
      const mask = (width === 32 ? -1 : (1 << width) - 1) << (x & 31);
      const added = mask & ~words[at];
      if (added !== 0) {
        words[at] |= added;
        this.#count += bitCount(added);
      }
      x = next;
    }
  }

  addRuns(runs: VoxelRuns): void {
    for (let i = 0; i < runs.length; i += 4) this.addRun(runs[i], runs[i + 1], runs[i + 2], runs[i + 3]);
  }

  /** Smallest box round all voxels; null when empty. */
  boundingBox(): VoxelBox | null {
    if (this.#count === 0) return null;
    const min = [Infinity, Infinity, Infinity];
    const max = [0, 0, 0];
    this.forEachRun((z, y, xFirst, xEnd) => {
      min[0] = Math.min(min[0], z);
      min[1] = Math.min(min[1], y);
      min[2] = Math.min(min[2], xFirst);
      max[0] = Math.max(max[0], z + 1);
      max[1] = Math.max(max[1], y + 1);
      max[2] = Math.max(max[2], xEnd);
    });
    return { minZyx: [min[0], min[1], min[2]], maxZyx: [max[0], max[1], max[2]] };
  }

  /** Disjoint runs, maximal inside a brick, brick after brick in key order. */
  forEachRun(visit: (z: number, y: number, xFirst: number, xEnd: number) => void): void {
    for (const key of this.brickKeys()) this.forEachRunOfBrick(key, visit);
  }

  forEachRunOfBrick(key: BrickKey, visit: (z: number, y: number, xFirst: number, xEnd: number) => void): void {
    const words = this.#bricks.get(key);
    if (!words) return;
    const [bz, by, bx] = brickPositionZyx(key);
    for (let at = 0; at < WORDS_PER_BRICK; at += WORDS_PER_ROW) {
      if (words[at] === 0 && words[at + 1] === 0) continue;
      const row = at / WORDS_PER_ROW;
      const z = bz * BRICK_SIZE + Math.floor(row / BRICK_SIZE);
      const y = by * BRICK_SIZE + (row % BRICK_SIZE);
      let first = -1;
      for (let i = 0; i <= BRICK_SIZE; i++) {
        const set = i < BRICK_SIZE && (words[at + (i >> 5)] & (1 << (i & 31))) !== 0;
        if (set && first < 0) first = i;
        if (!set && first >= 0) {
          visit(z, y, bx * BRICK_SIZE + first, bx * BRICK_SIZE + i);
          first = -1;
        }
      }
    }
  }

  toRuns(): VoxelRuns {
    const runs: number[] = [];
    this.forEachRun((z, y, xFirst, xEnd) => runs.push(z, y, xFirst, xEnd));
    return Int32Array.from(runs);
  }

  #wordsAt(z: number, y: number, x: number): Uint32Array {
    const key = brickKeyOf(z >> 6, y >> 6, x >> 6);
    if (key === this.#lastKey) return this.#lastWords;
    let words = this.#bricks.get(key);
    if (!words) {
      words = new Uint32Array(WORDS_PER_BRICK);
      this.#bricks.set(key, words);
    }
    this.#lastKey = key;
    this.#lastWords = words as Uint32Array<ArrayBuffer>;
    return words;
  }
}

const wordOf = (z: number, y: number, x: number): number =>
  ((z & 63) * BRICK_SIZE + (y & 63)) * WORDS_PER_ROW + ((x & 63) >> 5);

function bitCount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return (((v + (v >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
