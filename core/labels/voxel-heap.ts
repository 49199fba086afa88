/** A 32-bit number as 64 bits leaves so many of its lowest bits 0: they hold the age. */
const AGE_MASK = 2 ** 29 - 1;
const MAX_FLOAT32 = 3.4028234663852886e38;

const key = new Float64Array(1);
/** Little-endian, as every machine is that runs this: the low half first. */
const halves = new Uint32Array(key.buffer);

/**
 * Binary min-heap of voxels ordered by priority in 32 bits, then by age, so that floods are deterministic and spread evenly. Both
 * are one number of 64 bits: a comparison is one, and what is compared lies close together. The place of what is taken out is kept
 * for what comes next, which in a flood is hardly higher. Up to 2²⁹ pushes until `clear`.
 */
export class VoxelHeap {
  #keys = new Float64Array(1024);
  /** By age. */
  #voxels = new Uint32Array(1024);
  #age = 0;
  /** The free place at the top, too. */
  #length = 0;
  #isTopFree = false;

  get size(): number {
    return this.#isTopFree ? this.#length - 1 : this.#length;
  }

  clear(): void {
    this.#length = 0;
    this.#age = 0;
    this.#isTopFree = false;
  }

  push(voxel: number, priority: number): void {
    if (this.#age === this.#voxels.length) this.#grow();
    const age = this.#age++;
    this.#voxels[age] = voxel;
    // Both zeros are equal; what is infinite has no room for an age.
    key[0] = Math.fround(Math.min(MAX_FLOAT32, Math.max(-MAX_FLOAT32, priority))) + 0;
    // Away from zero is later above it, and earlier below.
    halves[0] |= key[0] < 0 ? AGE_MASK - age : age;
    const own = key[0];
    if (this.#isTopFree) {
      this.#isTopFree = false;
      this.#sink(own);
      return;
    }
    const keys = this.#keys;
    let at = this.#length++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (keys[parent] <= own) break;
      keys[at] = keys[parent];
      at = parent;
    }
    keys[at] = own;
  }

  /** Only while `size > 0`. */
  pop(): number {
    if (this.#isTopFree) this.#sink(this.#keys[--this.#length]);
    this.#isTopFree = true;
    const top = this.#keys[0];
    key[0] = top;
    const age = halves[0] & AGE_MASK;
    return this.#voxels[top < 0 ? AGE_MASK - age : age];
  }

  /** From the top to its place. */
  #sink(own: number): void {
    const keys = this.#keys;
    const length = this.#length;
    let at = 0;
    for (let child = 1; child < length; child = 2 * at + 1) {
      if (child + 1 < length && keys[child + 1] < keys[child]) child++;
      if (keys[child] >= own) break;
      keys[at] = keys[child];
      at = child;
    }
    keys[at] = own;
  }

  #grow(): void {
    const keys = new Float64Array(2 * this.#keys.length);
    const voxels = new Uint32Array(2 * this.#voxels.length);
    keys.set(this.#keys);
    voxels.set(this.#voxels);
    this.#keys = keys;
    this.#voxels = voxels;
  }
}
