import { auroc } from "../../../core/metrics/auroc.ts";
import { labelledDiameterUm } from "../../../core/perception/canonical-size.ts";
import { arms } from "../../../core/study/arms/arms.ts";
import { doubtsOf } from "../../../core/study/arms/doubt-orders.ts";
import type { PoolObject, Question, SeenByArm } from "../../../core/study/arms/question.ts";
import { answerProposal, answerRegion } from "../../../core/study/effort/annotator.ts";
import { indexLabels, type LabelIndex } from "../../../core/study/effort/label-index.ts";
import type { StudyPlan, StudyRun } from "../../../core/study/plan/plan.ts";
import { randomStream } from "../../../core/study/random-stream.ts";
import { asShown, type LabelledPool, type PoolVolume, takeAnswer } from "./labelled-pool.ts";
import type { Proposed } from "./learner.ts";

/** Proposals of the pool, volume by volume, with what is asked of them. */
export interface PoolProposals {
  readonly indexes: readonly LabelIndex[];
  readonly isNucleus: readonly ((id: number) => boolean)[];
  readonly objects: readonly PoolObject[];
}

/** Regions that turn out empty are looked at, too: no more of them than this for each nucleus of a query. */
const MOST_LOOKS = 20;
/** Label values of nuclei and ids of proposals are kept apart in what regions are drawn by. */
const LABELLED = 2 ** 31;

export function gatherProposals(pool: LabelledPool, proposed: readonly Proposed[]): PoolProposals {
  return {
    indexes: proposed.map(({ labels }, i) => indexLabels(labels, pool.volumes[i].volume.shapeZyx)),
    isNucleus: proposed.map(({ instances }) => {
      const nuclei = new Set(instances.flatMap(({ id, kind }) => (kind === "nucleus" ? [id] : [])));
      return (id: number) => nuclei.has(id);
    }),
    objects: proposed.flatMap(({ instances }, volume) =>
      instances.filter(({ touchesBorder }) => !touchesBorder).map((instance) => ({ volume, instance })),
    ),
  };
}

/** Of each object, 1 − its largest IoU with a true nucleus that nobody has labelled. */
export function errorsOf(pool: LabelledPool, { objects, indexes }: PoolProposals): number[] {
  return objects.map(({ volume, instance }) => {
    const { truth, done } = pool.volumes[volume];
    const own = indexes[volume].voxelsOf(instance.id).length;
    const ious = indexes[volume]
      .sharedWith(instance.id, truth)
      .filter(({ other }) => !done.has(other))
      .map(({ other, voxels }) => voxels / (own + truth.voxelsOf(other).length - voxels));
    return 1 - Math.max(0, ...ious);
  });
}

/** How well the doubt tells proposals with an IoU below 0.5. */
export function doubtAuroc({ objects }: PoolProposals, errors: readonly number[]): number | null {
  const told = doubtsOf(objects).flatMap((doubt, i) => (doubt === null ? [] : [{ doubt, isWrong: errors[i] > 0.5 }]));
  return auroc(
    told.map(({ doubt }) => doubt),
    told.map(({ isWrong }) => isWrong),
  );
}

/** One query: asks in the arm's order until so many nuclei have been dealt with, answers and charges. */
export function askQuestions(
  pool: LabelledPool,
  proposals: PoolProposals,
  { run, round, plan }: { run: StudyRun & { arm: StudyPlan["arms"][number] }; round: number; plan: StudyPlan },
): void {
  const arm = arms[run.arm];
  const seen: SeenByArm = {
    objects: proposals.objects,
    volumes: pool.volumes.map(({ volume: { shapeZyx, voxelSizeZyx }, labels }, i) => ({
      shapeZyx,
      voxelSizeZyx,
      segmentation: proposals.indexes[i].labels.map((id, voxel) =>
        labels[voxel] === 0 ? id : LABELLED + labels[voxel],
      ),
    })),
    diameterUm: diameterOf(pool),
    askedBefore: pool.asked,
    round,
    // Not of the arm: what two arms draw alike, they draw the same.
    random: randomStream(run.seed, run.set, round, "questions"),
  };
  const questions = arm.seesTruth
    ? arm.ask(seen, {
        errors: errorsOf(pool, proposals),
        volumes: pool.volumes.map(({ truth }) => truth.labels),
      })
    : arm.ask(seen);
  const before = pool.ledger.length;
  const nucleiSince = () => pool.ledger.slice(before).reduce((sum, { nuclei }) => sum + nuclei, 0);
  for (const question of questions) {
    if (nucleiSince() >= plan.querySize || pool.ledger.length - before >= MOST_LOOKS * plan.querySize) break;
    if (isSettled(question, pool.volumes[question.volume], proposals)) continue;
    answerOne(pool, question, proposals, plan);
    pool.asked++;
  }
}

/** Somebody has labelled most of it since it was proposed: the server asks no more about it. */
function isSettled(question: Question, { labels }: PoolVolume, { indexes }: PoolProposals): boolean {
  if (question.kind === "region") return false;
  const voxels = indexes[question.volume].voxelsOf(question.id);
  return voxels.filter((voxel) => labels[voxel] !== 0).length > voxels.length / 2;
}

function answerOne(pool: LabelledPool, question: Question, proposals: PoolProposals, plan: StudyPlan): void {
  const own = pool.volumes[question.volume];
  const shown = asShown(own, proposals.indexes[question.volume], proposals.isNucleus[question.volume]);
  const answer =
    question.kind === "object"
      ? answerProposal(shown, question.id, own.hand)
      : answerRegion(shown, question.box, own.hand);
  takeAnswer(pool, own, answer, plan);
}

const diameterOf = ({ volumes }: LabelledPool): number => {
  const diameterUm = labelledDiameterUm(volumes.map(({ volume, labels }) => ({ ...volume, labels })));
  if (diameterUm === null) throw new Error("a pool without a nucleus that is not cut by the border");
  return diameterUm;
};
