import { boxShape, type VoxelBox } from "../../../core/volume/voxel-space.ts";
import type { BlockFindings, ObjectTally } from "./judge-block.ts";

type Sums = Pick<ObjectTally, "voxels" | "sumZyx" | "entropy" | "minZyx" | "maxZyx" | "first">;

/** Places of missed nuclei of several cores, joined where they touch across a face. */
export class PlaceUnion {
  readonly #parent = new Map<number, number>();
  readonly #tallies = new Map<number, Sums>();
  /** Numbers on the far faces of cores, by axis and the corner of the core that lies beyond. */
  readonly #faces = new Map<string, Uint32Array>();

  /** Place n of the core has the number `firstNumber + n − 1`. Cores come in order z, y, x of one grid. */
  add({ core, places, placeTallies }: Pick<BlockFindings, "core" | "places" | "placeTallies">, firstNumber: number) {
    placeTallies.forEach((sums, index) => {
      this.#parent.set(firstNumber + index, firstNumber + index);
      this.#tallies.set(firstNumber + index, sums);
    });
    for (const axis of [0, 1, 2] as const) {
      const key = faceKey(axis, core.minZyx);
      const before = this.#faces.get(key);
      this.#faces.delete(key);
      if (before)
        faceOf(places, core, axis, 0).forEach((place, i) => {
          if (place !== 0 && before[i] !== 0) this.#unite(before[i], firstNumber + place - 1);
        });
      const beyond: [number, number, number] = [...core.minZyx];
      beyond[axis] = core.maxZyx[axis];
      const last = boxShape(core)[axis] - 1;
      this.#faces.set(
        faceKey(axis, beyond),
        faceOf(places, core, axis, last).map((place) => (place === 0 ? 0 : firstNumber + place - 1)),
      );
    }
  }

  /** By the first voxel. */
  all(): { numbers: number[]; tally: Sums }[] {
    const places = new Map<number, { numbers: number[]; tally: Sums }>();
    for (const [number, tally] of this.#tallies) {
      const root = this.#rootOf(number);
      const place = places.get(root);
      if (place) {
        place.numbers.push(number);
        place.tally = sumOf(place.tally, tally);
      } else places.set(root, { numbers: [number], tally });
    }
    return [...places.values()].sort((a, b) => a.tally.first - b.tally.first);
  }

  #rootOf(number: number): number {
    let root = number;
    for (let next = this.#parent.get(root); next !== undefined && next !== root; next = this.#parent.get(root))
      root = next;
    for (let at = number; at !== root; ) {
      const next = this.#parent.get(at) as number;
      this.#parent.set(at, root);
      at = next;
    }
    return root;
  }

  #unite(a: number, b: number): void {
    const [one, other] = [this.#rootOf(a), this.#rootOf(b)];
    if (one !== other) this.#parent.set(Math.max(one, other), Math.min(one, other));
  }
}

const faceKey = (axis: number, cornerZyx: VoxelBox["minZyx"]): string => `${axis} ${cornerZyx.join(" ")}`;

/** One plane of a core, across an axis. */
function faceOf(places: Uint32Array, core: VoxelBox, axis: 0 | 1 | 2, at: number): Uint32Array {
  const shape = boxShape(core);
  const strides = [shape[1] * shape[2], shape[2], 1];
  const [a, b] = ([0, 1, 2] as const).filter((other) => other !== axis);
  const face = new Uint32Array(shape[a] * shape[b]);
  for (let i = 0; i < shape[a]; i++)
    for (let j = 0; j < shape[b]; j++)
      face[i * shape[b] + j] = places[at * strides[axis] + i * strides[a] + j * strides[b]];
  return face;
}

function sumOf(a: Sums, b: Sums): Sums {
  const [one, other] = a.first < b.first ? [a, b] : [b, a];
  const each = (of: (sums: Sums, axis: 0 | 1 | 2) => number, join: (x: number, y: number) => number) =>
    ([0, 1, 2] as const).map((axis) => join(of(a, axis), of(b, axis))) as [number, number, number];
  return {
    voxels: a.voxels + b.voxels,
    sumZyx: each(
      ({ sumZyx }, axis) => sumZyx[axis],
      (x, y) => x + y,
    ),
    entropy: one.entropy + other.entropy,
    minZyx: each(({ minZyx }, axis) => minZyx[axis], Math.min),
    maxZyx: each(({ maxZyx }, axis) => maxZyx[axis], Math.max),
    first: one.first,
  };
}
