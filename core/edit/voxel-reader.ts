import { Problem } from "../problem.ts";
import { type BrickKey, brickKeyAt, brickKeyOf, indexInBrick } from "../volume/brick.ts";

interface Bricks {
  readBrick(key: BrickKey): ArrayLike<number> | undefined;
}

/** Reads single voxels of loaded bricks, remembering the last brick: neighbours are cheap. */
export class VoxelReader {
  readonly #source: Bricks;
  #key = -1;
  #brick: ArrayLike<number> | undefined;

  constructor(source: Bricks) {
    this.#source = source;
  }

  /** Undefined when the brick is not loaded. */
  peek(z: number, y: number, x: number): number | undefined {
    const key = brickKeyOf(z >> 6, y >> 6, x >> 6);
    if (key !== this.#key) {
      this.#key = key;
      this.#brick = this.#source.readBrick(key);
    }
    return this.#brick?.[indexInBrick(z, y, x)];
  }

  at(z: number, y: number, x: number): number {
    const value = this.peek(z, y, x);
    if (value === undefined)
      throw new Problem({
        tag: "brick-not-loaded",
        what: "A part of the volume that this edit needs is not loaded.",
        where: `brick ${brickKeyAt(z, y, x)}`,
        hint: "Wait until it is shown, then try again.",
      });
    return value;
  }
}
