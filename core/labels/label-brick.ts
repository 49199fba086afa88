/**
 * Voxels of one loaded brick: the immutable base and what the live records make of it.
 * A brick without live records shares one buffer for both; a base of background needs none.
 */
export class LabelBrick {
  readonly #voxelCount: number;
  readonly base: Uint32Array | null;
  #current: Uint32Array | null = null;

  constructor(brickSize: number, base: Uint32Array | null) {
    this.#voxelCount = brickSize ** 3;
    this.base = base;
  }

  /** The current voxels, or null where all are background. Never write into it. */
  get voxels(): Uint32Array | null {
    return this.#current ?? this.base;
  }

  /** Own buffer, made at the first painting. */
  writable(): Uint32Array {
    this.#current ??= this.base ? this.base.slice() : new Uint32Array(this.#voxelCount);
    return this.#current;
  }

  /** Back to sharing the base's buffer. */
  forgetPaint(): void {
    this.#current = null;
  }
}
