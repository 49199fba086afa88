import { roundsOf, runsOf, type StudyPlan, type StudyRun } from "../../../core/study/plan/plan.ts";
import { reportStudy } from "../../../core/study/report/study-report.ts";
import type { Learner } from "./learner.ts";
import { playRun, type RunState } from "./play-run.ts";
import type { StudyData } from "./study-data.ts";
import { freezePlan, StudyFolder } from "./study-folder.ts";

export interface StudyOptions {
  readonly plan: StudyPlan;
  readonly data: readonly StudyData[];
  readonly folder: string;
  readonly version: string;
  /** Only these sets now; the others stay for later. */
  readonly only: readonly string[];
  /** So many runs now at most. */
  readonly maxRuns: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Plays the runs that are missing, in the plan's order, and writes the report after each. Returns the report's file. */
export async function runStudy(
  { plan, data, folder, version, only, maxRuns, signal, say }: StudyOptions,
  startLearner: () => Promise<Learner>,
): Promise<string> {
  const hash = await freezePlan(folder, plan, data);
  const kept = new StudyFolder(folder, plan);
  const runs = runsOf(plan);
  const states = new Map<StudyRun, RunState | null>();
  for (const run of runs) states.set(run, await kept.read(run));
  await kept.writeTable();
  const writeReport = () => {
    const { text, plots } = reportStudy(kept.rows(), plan, hash);
    return kept.writeReport(text, plots);
  };
  let report = await writeReport();
  const missing = runs
    .filter((run) => (states.get(run)?.rows.length ?? 0) < roundsOf(plan, run.arm))
    .filter(({ set }) => only.length === 0 || only.includes(set))
    .slice(0, maxRuns);
  if (missing.length === 0) return report;
  const learner = await startLearner();
  const foregrounds = new Map<string, Float32Array | null>();
  for (const run of missing) {
    const own = data.find(({ set }) => set.name === run.set);
    if (!own) continue;
    for (const volume of own.volumes)
      if (!foregrounds.has(volume.id)) foregrounds.set(volume.id, await learner.foregroundOf(volume));
    const context = { plan, data: own, learner, foregrounds, version, signal };
    await playRun(run, context, states.get(run) ?? null, async (state) => {
      await kept.keep(run, state);
      const row = state.rows[state.rows.length - 1];
      say(
        `run ${runs.indexOf(run) + 1} of ${runs.length}: ${run.set}, seed ${run.seed}, ${run.arm}, training ${row.round + 1} of ${roundsOf(plan, run.arm)}: ${row.labelled} nuclei, ${row.effort[plan.primary.effort].toFixed(0)} ${plan.primary.effort}, AP50 ${row.ap50?.toFixed(3) ?? "–"}`,
      );
    });
    report = await writeReport();
  }
  return report;
}
