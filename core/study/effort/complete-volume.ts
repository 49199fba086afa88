import { type Answer, answerProposal, drawNucleus, type ShownVolume } from "./annotator.ts";
import { addEfforts, type CostModel, chargeFor, type Effort } from "./cost-model.ts";
import { createHand, STEADY } from "./hand.ts";

export interface Completion {
  /** Corrections until every nucleus is right (IoU of 0.8), and nothing is left that is none. */
  readonly corrected: Effort;
  /** All nuclei drawn where nothing is proposed, by the same annotator. */
  readonly drawn: Effort;
}

/** What it takes to finish a volume from proposals, and from nothing, for an annotator who never errs. */
export function completeVolume(volume: Omit<ShownVolume, "done">, prices: CostModel): Completion {
  const hand = createHand(0, "", STEADY);
  const done = new Set<number>();
  const shown: ShownVolume = { ...volume, done };
  const corrected: Effort[] = [];
  const take = ({ acts, settled, rejected }: Answer) => {
    corrected.push(chargeFor(acts, settled.length + rejected.length, prices));
    for (const label of settled) done.add(label);
  };
  for (const { label } of volume.proposals.objects) {
    if (!volume.isNucleus(label)) continue;
    // A piece of what was joined to another is gone.
    const isGone = volume.proposals
      .sharedWith(label, volume.truth)
      .some(({ other, voxels }) => done.has(other) && voxels > volume.proposals.voxelsOf(label).length / 2);
    if (!isGone) take(answerProposal(shown, label, hand));
  }
  for (const { label } of volume.truth.objects) if (!done.has(label)) take(drawNucleus(shown, label, hand));
  const blank: ShownVolume = { ...volume, done: new Set(), proposals: NOTHING };
  const drawn = volume.truth.objects.map(({ label }) => chargeFor(drawNucleus(blank, label, hand).acts, 1, prices));
  return { corrected: addEfforts(corrected), drawn: addEfforts(drawn) };
}

const NOTHING: ShownVolume["proposals"] = {
  labels: new Uint32Array(0),
  objects: [],
  voxelsOf: () => [],
  sharedWith: () => [],
  touching: () => [],
  backgroundIn: () => [],
};
