import type { PredictedInstance } from "../../../../core/contract/predicted-instance.ts";
import { findObjects } from "../../../../core/labels/object-boxes.ts";
import { parsePlan, type StudyPlan } from "../../../../core/study/plan/plan.ts";
import { randomStream } from "../../../../core/study/random-stream.ts";
import type { Zyx } from "../../../../core/volume/voxel-space.ts";
import type { TrainingVolume } from "../../../trainer/data/training-volume.ts";
import type { LearnedModel, Learner, SeenVolume } from "../learner.ts";
import { digestOf } from "../study-data.ts";

/** Kinds of nuclei by their brightness. Most are of the first; a model has to see each other kind twice. */
const BRIGHTNESS = [330, 170, 250];
const NEEDED = 2;
const BACKGROUND = 100;

/** Blocks of 4 × 5 × 6 voxels on a grid, each of a kind, no noise. */
export function createBlocks(specimen: string, shapeZyx: Zyx = [6, 34, 65]): TrainingVolume {
  const [, rows, columns] = shapeZyx;
  const labels = new Uint32Array(shapeZyx[0] * rows * columns);
  const image = new Float32Array(labels.length).fill(BACKGROUND);
  const random = randomStream(0, "blocks", specimen);
  let label = 0;
  for (let y = 2; y + 7 <= rows; y += 8)
    for (let x = 2; x + 8 <= columns; x += 9) {
      label++;
      const kind = random.uniform() < 0.8 ? 0 : 1 + random.below(BRIGHTNESS.length - 1);
      for (let k = 1; k < 5; k++)
        for (let j = y; j < y + 5; j++)
          for (let i = x; i < x + 6; i++) {
            labels[(k * rows + j) * columns + i] = label;
            image[(k * rows + j) * columns + i] = BRIGHTNESS[kind];
          }
    }
  return {
    id: `${specimen}-volume`,
    specimen,
    shapeZyx,
    voxelSizeZyx: [1, 0.5, 0.4],
    image,
    labels,
    known: Uint8Array.from(labels, (value) => (value ? 2 : 1)),
    validationBoxes: [],
  };
}

export interface StandInHooks {
  onLearn?(volumes: readonly TrainingVolume[]): void;
  onPropose?(volume: SeenVolume): void;
}

/**
 * A learner without a network: it finds every block, but outlines half of one whose kind it has not been shown often enough, and
 * doubts those. So an order by doubt saves labour here, which a protocol must be able to see.
 */
export const createStandIn = (hooks: StandInHooks = {}): Learner => ({
  engine: "stand-in",
  foregroundOf: async () => null,
  async learn(volumes) {
    hooks.onLearn?.(volumes);
    const shown = new Map<number, number>();
    for (const { labels, image, shapeZyx } of volumes)
      for (const { label } of findObjects(labels, shapeZyx)) {
        const kind = image[labels.indexOf(label)];
        shown.set(kind, (shown.get(kind) ?? 0) + 1);
      }
    return standInModel(shown, digestOf(...volumes.flatMap(({ labels, known }) => [labels, known])), hooks);
  },
});

function standInModel(shown: ReadonlyMap<number, number>, id: string, hooks: StandInHooks): LearnedModel {
  return {
    id: id.slice(0, 16),
    seconds: 0,
    async propose(volume, signal) {
      signal.throwIfAborted();
      hooks.onPropose?.(volume);
      const [, rows, columns] = volume.shapeZyx;
      const found = new Uint32Array(volume.image.length);
      const kinds = new Map<number, number>();
      let id = 0;
      // The blocks lie where the grid says: what is bright there is one.
      for (let y = 2; y + 7 <= rows; y += 8)
        for (let x = 2; x + 8 <= columns; x += 9) {
          const kind = volume.image[(rows + y) * columns + x];
          if (kind <= BACKGROUND) continue;
          kinds.set(++id, kind);
          const width = knows(shown, kind) ? 6 : 2;
          for (let k = 1; k < 5; k++)
            for (let j = y; j < y + 5; j++)
              for (let i = x; i < x + width; i++) {
                const voxel = (k * rows + j) * columns + i;
                if (volume.labels[voxel] === 0) found[voxel] = id;
              }
        }
      const instances = findObjects(found, volume.shapeZyx).map(({ label, voxels, box }): PredictedInstance => {
        const doubt = (knows(shown, kinds.get(label) ?? 0) ? 0.1 : 0.8) + label / 1e4;
        return {
          id: label,
          kind: "nucleus",
          box: { minZyx: [...box.minZyx], maxZyx: [...box.maxZyx] },
          centroidZyx: [2, (box.minZyx[1] + box.maxZyx[1]) / 2, (box.minZyx[2] + box.maxZyx[2]) / 2],
          voxels,
          touchesBorder: false,
          scores: { u1: doubt, u2: doubt, u3: 0, u4: 0 },
          facts: { passes: 8, matched: 8, split: 0, merged: 0 },
          meanEntropy: doubt,
          shape: null,
        };
      });
      return { labels: found, instances };
    },
    dispose() {},
  };
}

const knows = (shown: ReadonlyMap<number, number>, kind: number): boolean =>
  kind === BRIGHTNESS[0] || (shown.get(kind) ?? 0) >= NEEDED;

/** A study that takes a second. */
export const miniaturePlan = (changes: Partial<StudyPlan> = {}): StudyPlan =>
  parsePlan({
    format: "karyoloop-study-1",
    name: "miniature",
    notes: [],
    sets: [
      {
        name: "blocks",
        leftOut: [],
        volumes: ["a", "b", "c"].map((specimen) => ({ file: `${specimen}-volume`, specimen })),
      },
    ],
    arms: ["shipped", "stratified", "random"],
    seeds: [0, 1],
    coldStart: 2,
    querySize: 4,
    rounds: 3,
    steps: 1,
    minVoxels: 10,
    annotator: { jitterVoxels: 0, missed: 0.05, merged: 0.05 },
    cost: {
      points: { look: 0.5, accept: 1, reject: 1, merge: 2, splitInTwo: 2, splitInMore: 3, repaintSlice: 1 },
      seconds: { look: 3, accept: 1, reject: 1, merge: 4, splitInTwo: 6, splitInMore: 9, repaintSlice: 7 },
    },
    primary: { arm: "shipped", effort: "points", target: 0.9 },
    secondTarget: 0.95,
    accept: {
      medianAtMost: 0.8,
      upperBoundBelow: 1,
      sets: 1,
      seeds: 6,
      worstAtMost: 1.05,
      aurocAbove: 0.7,
      pAtMost: 0.05,
    },
    bootstrapDraws: 500,
    ...changes,
  });
