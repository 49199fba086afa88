import type { PredictedInstance } from "../../../core/contract/predicted-instance.ts";
import type { VoxelBox, VoxelSpace, Zyx } from "../../../core/volume/voxel-space.ts";
import type { BlockFindings, FoundNucleus, FoundSeed, ObjectTally } from "./judge-block.ts";
import { LabelBricks } from "./label-bricks.ts";

/** What blocks found, as one prediction of their volume. */
export interface GatheredProposals {
  /** Of bricks that hold something, ascending. */
  readonly brickKeys: readonly number[];
  /** 64³ instance ids 1…n: nuclei first, candidates after them. */
  readBrick(key: number): Uint32Array<ArrayBuffer>;
  readonly instances: readonly PredictedInstance[];
}

/** A nucleus, or a place where one may have been missed. */
interface GatheredObject {
  readonly height: number;
  readonly seed: number;
  readonly tally: ObjectTally;
  /** Null: a place. */
  readonly nucleus: FoundNucleus | null;
  /** Left to it where two blocks that did not see enough claim the same voxels. */
  voxels: number;
}

type Seed = Pick<FoundSeed, "height" | "voxel"> & { readonly number: number | null };

/**
 * Every nucleus belongs to the block whose core holds its seed, every place of a missed one to that which holds its blob's
 * middle, and is painted from there, wherever it reaches. Ids are given at the end: by the order of all seeds of the volume,
 * then by that of all places, so that they do not depend on the blocks.
 */
export class Gathering {
  readonly #space: VoxelSpace;
  readonly #bricks: LabelBricks;
  /** By number in the bricks, from 1. */
  readonly #objects = new Map<number, GatheredObject>();
  readonly #seeds: Seed[] = [];
  readonly #places: Seed[] = [];
  #last = 0;

  constructor(space: VoxelSpace) {
    this.#space = space;
    this.#bricks = new LabelBricks(space.shapeZyx);
  }

  add({ seeds, places, nuclei, placeTallies, labels, region }: BlockFindings): void {
    const numberOf = new Map<number, number>();
    const gather = (
      { height, voxel, label }: FoundSeed,
      tally: ObjectTally | undefined,
      nucleus: FoundNucleus | null,
    ): Seed => {
      if (label === null || !tally) return { height, voxel, number: null };
      const number = ++this.#last;
      numberOf.set(label, number);
      this.#objects.set(number, { height, seed: voxel, tally, nucleus, voxels: tally.voxels });
      return { height, voxel, number };
    };
    for (const seed of seeds) {
      const nucleus = seed.label === null ? undefined : nuclei.get(seed.label);
      this.#seeds.push(gather(seed, nucleus?.tally, nucleus ?? null));
    }
    for (const place of places)
      this.#places.push(gather(place, place.label === null ? undefined : placeTallies.get(place.label), null));
    this.#paint(labels, region, numberOf);
  }

  #paint(values: Uint32Array, { box }: BlockFindings["region"], numberOf: ReadonlyMap<number, number>): void {
    let last = 0;
    let number: number | undefined;
    this.#bricks.paint({ values, box }, (label, there) => {
      if (label !== last) {
        last = label;
        number = numberOf.get(label);
      }
      if (number === undefined) return 0;
      const other = there === 0 ? undefined : this.#objects.get(there);
      if (!other) return number;
      // Only where a block could not see enough: a nucleus keeps the voxel before a place, then the higher seed.
      const own = this.#objects.get(number) as GatheredObject;
      const wins = isBefore(own, other);
      (wins ? other : own).voxels--;
      return wins ? number : 0;
    });
  }

  finish(): GatheredProposals {
    const idOf = new Uint32Array(this.#last + 1);
    const instances: PredictedInstance[] = [];
    this.#seeds.sort(higherFirst).forEach(({ number }, rank) => {
      const object = number === null ? undefined : this.#objects.get(number);
      if (number === null || !object || object.voxels === 0) return;
      idOf[number] = rank + 1;
      instances.push(this.#instance(rank + 1, object));
    });
    let id = instances.at(-1)?.id ?? 0;
    for (const { number } of this.#places.sort(higherFirst)) {
      const object = number === null ? undefined : this.#objects.get(number);
      if (number === null || !object || object.voxels === 0) continue;
      idOf[number] = ++id;
      instances.push(this.#instance(id, object));
    }
    return { ...this.#readable(idOf), instances };
  }

  #instance(id: number, { tally, voxels, nucleus, height }: GatheredObject): PredictedInstance {
    const { sumZyx, entropy, minZyx, maxZyx } = tally;
    const box: VoxelBox = { minZyx: [...minZyx], maxZyx: [...maxZyx] };
    const centroidZyx: Zyx = [sumZyx[0] / voxels, sumZyx[1] / voxels, sumZyx[2] / voxels];
    return {
      id,
      kind: nucleus ? "nucleus" : "candidate",
      box,
      centroidZyx,
      voxels,
      touchesBorder: minZyx.some((min, axis) => min === 0 || maxZyx[axis] === this.#space.shapeZyx[axis]),
      scores: nucleus?.scores ?? null,
      facts: nucleus?.facts ?? null,
      meanEntropy: Math.min(1, entropy / voxels),
      ...(!nucleus && { evidence: Math.min(1, height) }),
      shape: nucleus?.shape ?? null,
      ...(nucleus?.class && { class: nucleus.class }),
    };
  }

  #readable(idOf: Uint32Array): Pick<GatheredProposals, "brickKeys" | "readBrick"> {
    const readBrick = (key: number) => {
      const brick = this.#bricks.brick(key) ?? new Uint32Array(0);
      return brick.map((number) => idOf[number]);
    };
    const brickKeys = this.#bricks
      .keys()
      .filter((key) => this.#bricks.brick(key)?.some((number) => idOf[number] !== 0));
    return { brickKeys, readBrick };
  }
}

const higherFirst = (a: Seed, b: Seed): number => b.height - a.height || a.voxel - b.voxel;

function isBefore(own: GatheredObject, other: GatheredObject): boolean {
  if ((own.nucleus === null) !== (other.nucleus === null)) return own.nucleus !== null;
  return own.height > other.height || (own.height === other.height && own.seed < other.seed);
}
