import path from "node:path";
import { SETS } from "../simulator/real-kinds.ts";

/** A model of few labels. Specimens of the pools are none of those that it learned from. */
export interface QueueCase {
  readonly name: string;
  /** Labelled nuclei, drawn by the seed; 0: the product's weights as they are. */
  readonly labels: number;
  readonly steps: number;
  readonly seed: number;
}

const inSets = (file: string): string => path.join(SETS, file);

export const LEARN_FROM = ["mouse-embryo/Emb07_t401", "mouse-embryo/Emb11_t401"].map(inSets);

export const POOLS = [
  "mouse-embryo/Emb02_t401",
  "mouse-embryo/Emb01_t501",
  "mouse-embryo/Emb04_t501",
  "mouse-embryo-8-16-cell/16_cell_stage",
].map(inSets);

/** A first round of about a minute on two free cores. */
const STEPS = 60;

/** The product's weights, without a label and after a first round. */
export function queueCases(seeds: number): QueueCase[] {
  const cases: QueueCase[] = [{ name: "product", labels: 0, steps: 0, seed: 0 }];
  for (let seed = 0; seed < seeds; seed++)
    for (const labels of [5, 10]) cases.push({ name: `${labels}-product-${seed}`, labels, steps: STEPS, seed });
  return cases;
}
