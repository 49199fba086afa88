import { mostDoubtful, powerNoise, shippedQueue, shuffledDoubt } from "./doubt-orders.ts";
import { atRandom, coreSet, mostWrong, sliceBySlice, smallestFirst, stratified } from "./plain-orders.ts";
import type { Arm, SeenByArm } from "./question.ts";
import { FOREGROUND_33, FOREGROUND_66, foregroundAware } from "./regions.ts";

const own = ({ volumes }: SeenByArm) => volumes.map(({ segmentation }) => segmentation);

/** Orders of questions that a study compares (science page, 11.4). */
export const arms = {
  random: { words: "random nucleus", seesTruth: false, ask: atRandom },
  stratified: { words: "random by size and volume", seesTruth: false, ask: stratified },
  "foreground-33": {
    words: "regions, a third on nuclei of the model",
    seesTruth: false,
    ask: (seen) => foregroundAware(seen, own(seen), FOREGROUND_33),
  },
  "foreground-66": {
    words: "regions, two thirds on nuclei of the model",
    seesTruth: false,
    ask: (seen) => foregroundAware(seen, own(seen), FOREGROUND_66),
  },
  "foreground-33-truth": {
    words: "regions, a third on true nuclei",
    seesTruth: true,
    ask: (seen, { volumes }) => foregroundAware(seen, volumes, FOREGROUND_33),
  },
  "foreground-66-truth": {
    words: "regions, two thirds on true nuclei",
    seesTruth: true,
    ask: (seen, { volumes }) => foregroundAware(seen, volumes, FOREGROUND_66),
  },
  grid: { words: "slice by slice", seesTruth: false, ask: sliceBySlice },
  smallest: { words: "smallest first", seesTruth: false, ask: smallestFirst },
  "core-set": { words: "as different as possible", seesTruth: false, ask: coreSet },
  "top-k": { words: "most doubtful, nothing else", seesTruth: false, ask: mostDoubtful },
  "power-noise": { words: "doubt with noise", seesTruth: false, ask: powerNoise },
  shipped: { words: "the queue as it is shipped", seesTruth: false, ask: shippedQueue },
  shuffled: { words: "the queue, its doubts shuffled", seesTruth: false, ask: shuffledDoubt },
  oracle: { words: "most wrong first", seesTruth: true, ask: mostWrong },
} as const satisfies Record<string, Arm>;

export type ArmName = keyof typeof arms;

export const armNames = Object.keys(arms) as [ArmName, ...ArmName[]];

/** What the active orders have to beat: the best of them (science page, 11.7). */
export const baselineArms = [
  "stratified",
  "foreground-33",
  "foreground-66",
  "foreground-33-truth",
  "foreground-66-truth",
] as const satisfies ArmName[];

/** Orders by what the model says, which may win. */
export const activeArms = ["shipped", "top-k", "power-noise", "core-set", "smallest"] as const satisfies ArmName[];
