import { deflateRawSync, inflateRawSync } from "node:zlib";
import { BRICK_SIZE, BRICK_VOXELS, brickBox, brickKeysOfBox } from "../../../core/volume/brick.ts";
import { intersectBoxes, type VoxelBox, type Zyx } from "../../../core/volume/voxel-space.ts";

/** Bricks beyond this are kept deflated: labels take a fiftieth of their bytes then. */
const MAX_PLAIN_BRICKS = 256;

/** Labels of a box of a volume, C order. */
export interface BoxOfLabels {
  readonly values: Uint32Array;
  readonly box: VoxelBox;
}

/** A sparse label volume in memory, brick by brick. */
export class LabelBricks {
  readonly #shapeZyx: Zyx;
  readonly #maxPlain: number;
  /** Those used last are at the end. */
  readonly #plain = new Map<number, Uint32Array<ArrayBuffer>>();
  readonly #packed = new Map<number, Uint8Array>();

  constructor(shapeZyx: Zyx, maxPlainBricks: number = MAX_PLAIN_BRICKS) {
    this.#shapeZyx = shapeZyx;
    this.#maxPlain = maxPlainBricks;
  }

  /** Of every brick that has ever been painted in, ascending. */
  keys(): number[] {
    return [...this.#plain.keys(), ...this.#packed.keys()].sort((a, b) => a - b);
  }

  /** 64³ labels, 0 beyond the volume's border; null where nothing has been painted. Never write into it. */
  brick(key: number): Uint32Array<ArrayBuffer> | null {
    const plain = this.#plain.get(key);
    if (plain) {
      this.#plain.delete(key);
      this.#plain.set(key, plain);
      return plain;
    }
    const packed = this.#packed.get(key);
    if (!packed) return null;
    const bytes = inflateRawSync(packed, { maxOutputLength: BRICK_VOXELS * 4 });
    const brick = new Uint32Array(BRICK_VOXELS);
    new Uint8Array(brick.buffer).set(bytes);
    this.#packed.delete(key);
    this.#keep(key, brick);
    return brick;
  }

  /** Paints what `paintOf` makes of the values of a box; it is told what is there, and 0 leaves that. */
  paint({ values, box }: BoxOfLabels, paintOf: (value: number, there: number) => number): void {
    const [height, width] = [box.maxZyx[1] - box.minZyx[1], box.maxZyx[2] - box.minZyx[2]];
    for (const key of brickKeysOfBox(box)) {
      const own = brickBox(key, this.#shapeZyx);
      const part = intersectBoxes(own, box) as VoxelBox;
      let brick = this.brick(key);
      for (let z = part.minZyx[0]; z < part.maxZyx[0]; z++)
        for (let y = part.minZyx[1]; y < part.maxZyx[1]; y++) {
          let from = ((z - box.minZyx[0]) * height + y - box.minZyx[1]) * width + part.minZyx[2] - box.minZyx[2];
          let to = ((z - own.minZyx[0]) * BRICK_SIZE + y - own.minZyx[1]) * BRICK_SIZE + part.minZyx[2] - own.minZyx[2];
          for (let x = part.minZyx[2]; x < part.maxZyx[2]; x++, from++, to++) {
            if (values[from] === 0) continue;
            const paint = paintOf(values[from], brick?.[to] ?? 0);
            if (paint === 0) continue;
            brick ??= this.#fresh(key);
            brick[to] = paint;
          }
        }
    }
  }

  #fresh(key: number): Uint32Array<ArrayBuffer> {
    const brick = new Uint32Array(BRICK_VOXELS);
    this.#keep(key, brick);
    return brick;
  }

  #keep(key: number, brick: Uint32Array<ArrayBuffer>): void {
    this.#plain.set(key, brick);
    if (this.#plain.size <= this.#maxPlain) return;
    const [[oldest, voxels]] = this.#plain;
    this.#plain.delete(oldest);
    this.#packed.set(oldest, deflateRawSync(new Uint8Array(voxels.buffer), { level: 1 }));
  }
}
