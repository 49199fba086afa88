import type { PredictedInstance } from "../../../core/contract/predicted-instance.ts";
import { isCandidateSize } from "../../../core/query/missed-candidates.ts";
import type { VoxelBox, VoxelSpace, Zyx } from "../../../core/volume/voxel-space.ts";
import type { BlockFindings, FoundNucleus, ObjectTally } from "./judge-block.ts";
import { LabelBricks } from "./label-bricks.ts";
import { PlaceUnion } from "./place-union.ts";

/** What blocks found, as one prediction of their volume. */
export interface GatheredProposals {
  /** Of bricks that hold something, ascending. */
  readonly brickKeys: readonly number[];
  /** 64³ instance ids 1…n: nuclei first, candidates after them. */
  readBrick(key: number): Uint32Array<ArrayBuffer>;
  readonly instances: readonly PredictedInstance[];
}

interface GatheredNucleus extends FoundNucleus {
  readonly height: number;
  readonly seed: number;
  /** Left to it where two blocks that did not see enough claim the same voxels. */
  voxels: number;
}

/**
 * Every nucleus belongs to the block whose core holds its seed, and is painted from there, wherever it reaches; places of
 * missed nuclei are joined across the faces of cores. Ids are given at the end: by the order of all seeds of the volume, and
 * for places by their first voxel, so that they do not depend on the blocks.
 */
export class Gathering {
  readonly #space: VoxelSpace;
  readonly #bricks: LabelBricks;
  readonly #places = new PlaceUnion();
  /** By number in the bricks, from 1; places have numbers of the same kind. */
  readonly #nuclei = new Map<number, GatheredNucleus>();
  readonly #seeds: { readonly height: number; readonly voxel: number; readonly number: number | null }[] = [];
  readonly #labelledVoxels = new Map<number, number>();
  #last = 0;

  constructor(space: VoxelSpace) {
    this.#space = space;
    this.#bricks = new LabelBricks(space.shapeZyx);
  }

  /** Cores come in the order of their plan. */
  add(findings: BlockFindings): void {
    const numberOf = new Map<number, number>();
    for (const { height, voxel, label } of findings.seeds) {
      const nucleus = label === null ? undefined : findings.nuclei.get(label);
      let number: number | null = null;
      if (label !== null && nucleus) {
        number = ++this.#last;
        numberOf.set(label, number);
        this.#nuclei.set(number, { ...nucleus, height, seed: voxel, voxels: nucleus.tally.voxels });
      }
      this.#seeds.push({ height, voxel, number });
    }
    this.#paintNuclei(findings, numberOf);
    const firstPlace = this.#last + 1;
    this.#last += findings.placeTallies.length;
    this.#places.add(findings, firstPlace);
    this.#bricks.paint({ values: findings.places, box: findings.core }, (place, there) =>
      there === 0 ? firstPlace + place - 1 : 0,
    );
    for (const [label, voxels] of findings.labelledVoxels)
      this.#labelledVoxels.set(label, (this.#labelledVoxels.get(label) ?? 0) + voxels);
  }

  #paintNuclei({ labels, region }: BlockFindings, numberOf: ReadonlyMap<number, number>): void {
    this.#bricks.paint({ values: labels, box: region.box }, (label, there) => {
      const number = numberOf.get(label);
      if (number === undefined) return 0;
      const other = this.#nuclei.get(there);
      if (!other) return number;
      // Only where a block could not see enough: the higher seed keeps the voxel.
      const own = this.#nuclei.get(number) as GatheredNucleus;
      const wins = own.height > other.height || (own.height === other.height && own.seed < other.seed);
      (wins ? other : own).voxels--;
      return wins ? number : 0;
    });
  }

  /** `maxNucleusVoxels`: no larger place is one of a missed nucleus. */
  finish(maxNucleusVoxels: number): GatheredProposals {
    const idOf = new Uint32Array(this.#last + 1);
    this.#seeds.sort((a, b) => b.height - a.height || a.voxel - b.voxel);
    const nuclei: PredictedInstance[] = [];
    this.#seeds.forEach(({ number }, rank) => {
      const nucleus = number === null ? undefined : this.#nuclei.get(number);
      if (number === null || !nucleus || nucleus.voxels === 0) return;
      idOf[number] = rank + 1;
      nuclei.push(this.#instance(rank + 1, { ...nucleus.tally, voxels: nucleus.voxels }, nucleus));
    });
    const sizes = nuclei.length > 0 ? nuclei.map(({ voxels }) => voxels) : [...this.#labelledVoxels.values()];
    const medianNucleusVoxels = medianOf(sizes);
    let id = nuclei.at(-1)?.id ?? 0;
    const candidates: PredictedInstance[] = [];
    for (const { numbers, tally } of this.#places.all()) {
      if (!isCandidateSize(tally.voxels, { medianNucleusVoxels, maxNucleusVoxels })) continue;
      id++;
      for (const number of numbers) idOf[number] = id;
      candidates.push(this.#instance(id, tally, null));
    }
    return { ...this.#readable(idOf), instances: [...nuclei, ...candidates] };
  }

  #instance(
    id: number,
    { voxels, sumZyx, entropy, minZyx, maxZyx }: ObjectTally,
    scored: Pick<FoundNucleus, "scores" | "facts" | "shape" | "class"> | null,
  ): PredictedInstance {
    const box: VoxelBox = { minZyx: [...minZyx], maxZyx: [...maxZyx] };
    const centroidZyx: Zyx = [sumZyx[0] / voxels, sumZyx[1] / voxels, sumZyx[2] / voxels];
    return {
      id,
      kind: scored ? "nucleus" : "candidate",
      box,
      centroidZyx,
      voxels,
      touchesBorder: minZyx.some((min, axis) => min === 0 || maxZyx[axis] === this.#space.shapeZyx[axis]),
      scores: scored?.scores ?? null,
      facts: scored?.facts ?? null,
      meanEntropy: Math.min(1, entropy / voxels),
      shape: scored?.shape ?? null,
      ...(scored?.class && { class: scored.class }),
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

function medianOf(sizes: readonly number[]): number {
  const sorted = sizes.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.POSITIVE_INFINITY;
}
