import { meanOfDefined, type SegmentationScores, scoreSegmentation } from "../../../core/metrics/score-segmentation.ts";
import { type Completion, completeVolume } from "../../../core/study/effort/complete-volume.ts";
import { addEfforts, type Effort } from "../../../core/study/effort/cost-model.ts";
import { indexLabels } from "../../../core/study/effort/label-index.ts";
import { roundsOf, type StudyPlan, type StudyRun, testSpecimen } from "../../../core/study/plan/plan.ts";
import type { StudyRow } from "../../../core/study/plan/study-row.ts";
import type { TrainingVolume } from "../../trainer/data/training-volume.ts";
import { askQuestions, doubtAuroc, errorsOf, gatherProposals } from "./ask-questions.ts";
import { coldStart, effortOf, type KeptVolume, type LabelledPool, openPool, trainingVolumes } from "./labelled-pool.ts";
import type { LearnedModel, Learner, Proposed } from "./learner.ts";
import { digestOf, type StudyData, withoutFragments } from "./study-data.ts";

/** Where a run stands between two rounds: it goes on from here as if it had never stopped. */
export interface RunState {
  readonly rows: readonly StudyRow[];
  /** Null once the run is finished: nothing goes on from it. */
  readonly pool: {
    readonly volumes: readonly KeptVolume[];
    readonly ledger: readonly Effort[];
    readonly asked: number;
  } | null;
}

export interface RunContext {
  readonly plan: StudyPlan;
  readonly data: StudyData;
  readonly learner: Learner;
  /** By volume, of the weights to begin with. */
  readonly foregrounds: ReadonlyMap<string, Float32Array | null>;
  readonly version: string;
  readonly signal: AbortSignal;
}

/** Plays a run to its end; `onState` keeps each round before the next begins. */
export async function playRun(
  run: StudyRun,
  context: RunContext,
  saved: RunState | null,
  onState: (state: RunState) => Promise<void>,
): Promise<void> {
  const { plan, data } = context;
  const test = testSpecimen(plan, data.set, run.seed);
  const isTest = ({ specimen }: TrainingVolume) => specimen === test;
  const pool = openPool(
    data.volumes.filter((volume) => !isTest(volume)),
    plan,
    run.seed,
    saved?.pool ?? null,
  );
  if (!saved?.pool && run.arm !== "full") coldStart(pool, plan, run.seed);
  if (run.arm === "full") labelAll(pool, plan);
  const rows = [...(saved?.rows ?? [])];
  for (let round = rows.length; round < roundsOf(plan, run.arm); round++) {
    context.signal.throwIfAborted();
    const given = run.arm === "full" ? knownEverywhere(pool) : trainingVolumes(pool, context.foregrounds, test);
    const model = await context.learner.learn(given, { seed: run.seed, steps: plan.steps, signal: context.signal });
    try {
      const proposals = gatherProposals(pool, await proposeAll(model, pool, context.signal));
      const errors = errorsOf(pool, proposals);
      rows.push({
        ...run,
        round,
        test,
        effort: effortOf(pool),
        labelled: pool.volumes.reduce((sum, { done }) => sum + done.size, 0),
        foregroundShare: foregroundShare(given),
        ...(await measureTest(model, data.volumes.filter(isTest), context)),
        doubtAuroc: doubtAuroc(proposals, errors),
        learnSeconds: Number(model.seconds.toFixed(2)),
        engine: context.learner.engine,
        modelId: model.id,
        labelsId: digestOf(...given.flatMap(({ labels, known }) => [labels, known])).slice(0, 16),
        version: context.version,
      });
      const isLast = round + 1 === roundsOf(plan, run.arm);
      if (!isLast && run.arm !== "full") askQuestions(pool, proposals, { run: { ...run, arm: run.arm }, round, plan });
      await onState({ rows: [...rows], pool: isLast ? null : pool });
    } finally {
      model.dispose();
    }
  }
}

/** What all labels cost, and that they are there. */
function labelAll(pool: LabelledPool, plan: StudyPlan): void {
  for (const { volume, truth, labels, done } of pool.volumes) {
    labels.set(truth.labels);
    for (const { label } of truth.objects) done.add(label);
    const nothing = indexLabels(new Uint32Array(labels.length), volume.shapeZyx);
    pool.ledger.push(completeVolume({ ...volume, truth, proposals: nothing, isNucleus: () => false }, plan.cost).drawn);
  }
}

const knownEverywhere = ({ volumes }: LabelledPool): TrainingVolume[] =>
  volumes.map(({ volume, labels }) => ({
    ...volume,
    labels,
    known: Uint8Array.from(labels, (label) => (label ? 2 : 1)),
  }));

async function proposeAll(model: LearnedModel, { volumes }: LabelledPool, signal: AbortSignal): Promise<Proposed[]> {
  const proposed: Proposed[] = [];
  for (const { volume, labels } of volumes) proposed.push(await model.propose({ ...volume, labels }, signal));
  return proposed;
}

function foregroundShare(volumes: readonly TrainingVolume[]): number {
  let [known, nuclei] = [0, 0];
  for (const volume of volumes)
    for (const state of volume.known) {
      if (state !== 0) known++;
      if (state === 2) nuclei++;
    }
  return known === 0 ? 0 : Number((nuclei / known).toFixed(4));
}

/** Scores of the specimen that is kept out, as somebody would find it who has labelled nothing there. */
async function measureTest(
  model: LearnedModel,
  test: readonly TrainingVolume[],
  { plan, signal }: RunContext,
): Promise<Pick<StudyRow, "ap50" | "ap75" | "apMean" | "pq" | "seg" | "corrected" | "drawn">> {
  const scores: SegmentationScores[] = [];
  const completions: Completion[] = [];
  for (const volume of test) {
    const blank = new Uint32Array(volume.labels.length);
    const { labels, instances } = await model.propose({ ...volume, labels: blank }, signal);
    const nuclei = new Set(instances.flatMap(({ id, kind }) => (kind === "nucleus" ? [id] : [])));
    const found = labels.map((id) => (nuclei.has(id) ? id : 0));
    scores.push(scoreSegmentation(volume.labels, found, { minVoxels: plan.minVoxels }));
    completions.push(
      completeVolume(
        {
          shapeZyx: volume.shapeZyx,
          voxelSizeZyx: volume.voxelSizeZyx,
          truth: indexLabels(withoutFragments(volume, plan.minVoxels), volume.shapeZyx),
          proposals: indexLabels(found, volume.shapeZyx),
          isNucleus: () => true,
        },
        plan.cost,
      ),
    );
  }
  const mean = (name: "ap50" | "ap75" | "apMean" | "pq" | "seg") => meanOfDefined(scores.map((score) => score[name]));
  return {
    ap50: mean("ap50"),
    ap75: mean("ap75"),
    apMean: mean("apMean"),
    pq: mean("pq"),
    seg: mean("seg"),
    corrected: addEfforts(completions.map(({ corrected }) => corrected)),
    drawn: addEfforts(completions.map(({ drawn }) => drawn)),
  };
}
