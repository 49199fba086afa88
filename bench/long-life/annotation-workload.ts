import { type PlannedRecord, planRecord } from "../../core/sync/record/plan-act.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { SeededRandom } from "../co-editing/seeded-random.ts";

/** 512 × 512 × 128 voxels in bricks of 64³. */
export const workloadShapeZyx: Zyx = [128, 512, 512];
const grid = { shapeZyx: workloadShapeZyx, brickSize: 64 };

const RECENT = 200;

/**
 * Strokes of people who correct nuclei: radius 3 to 12, most of them flat, three in ten on a stroke of somebody else, one in
 * ten erases. Each record fits whole.
 */
export class AnnotationWorkload {
  readonly #random: SeededRandom;
  readonly #annotators: number;
  readonly #recent: Zyx[] = [];

  constructor(seed: number, annotators: number) {
    this.#random = new SeededRandom(seed);
    this.#annotators = annotators;
  }

  /** `firstLabel`: of 256 that were leased to an annotator. */
  next(firstLabel: (annotator: number) => number): { annotator: number; planned: PlannedRecord } {
    const annotator = this.#random.below(this.#annotators);
    const label = this.#random.chance(0.1) ? 0 : firstLabel(annotator) + this.#random.below(256);
    const [planned] = planRecord({ kind: "paint", label, runs: this.#stroke() }, grid);
    return { annotator, planned };
  }

  #stroke(): Int32Array {
    const onOther = this.#recent.length > 0 && this.#random.chance(0.3);
    const [z0, y0, x0] = onOther
      ? this.#random.pick(this.#recent)
      : (workloadShapeZyx.map((size) => this.#random.below(size)) as unknown as Zyx);
    this.#recent.push([z0, y0, x0]);
    if (this.#recent.length > RECENT) this.#recent.shift();
    const radius = 3 + this.#random.below(10);
    const depth = this.#random.chance(0.7) ? 0 : Math.floor(radius / 3);
    const runs: number[] = [];
    for (let z = z0 - depth; z <= z0 + depth; z++)
      for (let y = y0 - radius; y <= y0 + radius; y++) {
        const rest = radius ** 2 - (3 * (z - z0)) ** 2 - (y - y0) ** 2;
        if (rest < 0) continue;
        const half = Math.floor(Math.sqrt(rest));
        runs.push(z, y, x0 - half, x0 + half + 1);
      }
    return Int32Array.from(runs);
  }
}
