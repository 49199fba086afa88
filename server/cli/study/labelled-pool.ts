import { buildKnownMask } from "../../../core/labels/known-mask.ts";
import { findObjects } from "../../../core/labels/object-boxes.ts";
import { Problem } from "../../../core/problem.ts";
import { type Answer, drawNucleus, type ShownVolume } from "../../../core/study/effort/annotator.ts";
import { addEfforts, chargeFor, type Effort } from "../../../core/study/effort/cost-model.ts";
import { createHand, type Hand } from "../../../core/study/effort/hand.ts";
import { indexLabels, type LabelIndex } from "../../../core/study/effort/label-index.ts";
import type { StudyPlan } from "../../../core/study/plan/plan.ts";
import { randomStream, shuffled } from "../../../core/study/random-stream.ts";
import type { TrainingVolume } from "../../trainer/data/training-volume.ts";
import { withoutFragments } from "./study-data.ts";

/** A volume that is asked about, as it stands in one run. */
export interface PoolVolume {
  readonly volume: TrainingVolume;
  readonly truth: LabelIndex;
  readonly hand: Hand;
  /** What the annotator has labelled, by labels of the truth. */
  readonly labels: Uint32Array;
  /** Not 0 where the annotator said that there is none. */
  readonly background: Uint8Array;
  /** Labels of the truth that are dealt with. */
  readonly done: Set<number>;
}

/** What is kept of it between two rounds. */
export type KeptVolume = Pick<PoolVolume, "labels" | "background" | "done">;

/** All that people have done in one run, and what it cost; every answer is charged once. */
export interface LabelledPool {
  readonly volumes: readonly PoolVolume[];
  readonly ledger: Effort[];
  asked: number;
}

export function openPool(
  volumes: readonly TrainingVolume[],
  { annotator, minVoxels }: StudyPlan,
  seed: number,
  kept: { readonly volumes: readonly KeptVolume[]; readonly ledger: readonly Effort[]; readonly asked: number } | null,
): LabelledPool {
  return {
    volumes: volumes.map((volume, i) => ({
      volume,
      truth: indexLabels(withoutFragments(volume, minVoxels), volume.shapeZyx),
      hand: createHand(seed, volume.id, annotator),
      labels: kept?.volumes[i].labels ?? new Uint32Array(volume.labels.length),
      background: kept?.volumes[i].background ?? new Uint8Array(volume.labels.length),
      done: new Set(kept?.volumes[i].done),
    })),
    ledger: [...(kept?.ledger ?? [])],
    asked: kept?.asked ?? 0,
  };
}

export const effortOf = ({ ledger }: LabelledPool): Effort => addEfforts(ledger);

/** Nuclei that are drawn before there is a model; they do not depend on the arm. Those that the border cuts are left out. */
export function coldStart(pool: LabelledPool, plan: StudyPlan, seed: number): void {
  const all = pool.volumes.flatMap((own) =>
    own.truth.objects
      .filter(({ box }) => box.minZyx.every((min, axis) => min > 0 && box.maxZyx[axis] < own.volume.shapeZyx[axis]))
      .map(({ label }) => ({ own, label })),
  );
  let left = plan.coldStart;
  for (const { own, label } of shuffled(all, randomStream(seed, "cold start"))) {
    if (left === 0) break;
    if (own.done.has(label)) continue;
    takeAnswer(
      pool,
      own,
      drawNucleus(
        asShown(own, NOTHING, () => false),
        label,
        own.hand,
      ),
      plan,
    );
    left--;
  }
}

const NOTHING: LabelIndex = indexLabels(new Uint32Array(0), [0, 0, 0]);

export const asShown = (
  { volume, truth, done }: PoolVolume,
  proposals: LabelIndex,
  isNucleus: (id: number) => boolean,
): ShownVolume => ({
  shapeZyx: volume.shapeZyx,
  voxelSizeZyx: volume.voxelSizeZyx,
  truth,
  proposals,
  isNucleus,
  done,
});

/** Paints what was answered where nothing is painted yet, and charges it. */
export function takeAnswer(pool: LabelledPool, own: PoolVolume, answer: Answer, { cost }: StudyPlan): void {
  for (const { label, voxels } of answer.painted)
    for (const voxel of voxels) if (own.labels[voxel] === 0) own.labels[voxel] = label;
  for (const voxel of answer.background) own.background[voxel] = 1;
  for (const label of answer.settled) own.done.add(label);
  pool.ledger.push(chargeFor(answer.acts, answer.settled.length + answer.rejected.length, cost));
}

/** What may be learned from the pool: the server's mask. Throws where a volume of the test has come in. */
export function trainingVolumes(
  pool: LabelledPool,
  foregrounds: ReadonlyMap<string, Float32Array | null>,
  test: string,
): TrainingVolume[] {
  return pool.volumes.flatMap(({ volume, labels, background }) => {
    if (volume.specimen === test)
      throw new Problem({
        tag: "test-in-training",
        what: "A volume of the specimen that is kept out was about to be learned from. Nothing was.",
        where: volume.id,
        hint: "This is a fault of Karyoloop: please report it.",
      });
    const truthLabels = new Set(findObjects(labels, volume.shapeZyx).map(({ label }) => label));
    if (truthLabels.size === 0) return [];
    const known = buildKnownMask({
      shapeZyx: volume.shapeZyx,
      voxelSizeZyx: volume.voxelSizeZyx,
      labels,
      truthLabels,
      rejectedProposals: background,
      completeBoxes: [],
      foreground: foregrounds.get(volume.id) ?? null,
    });
    return [{ ...volume, labels: labels.slice(), known }];
  });
}
