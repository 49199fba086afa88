import { arms } from "../arms/arms.ts";
import { roundsOf, runName, runsOf, type StudyPlan } from "../plan/plan.ts";
import { groupRows, type StudyRow } from "../plan/study-row.ts";
import { checkGuards, judgeArm } from "../statistics/accept-rule.ts";
import { mean } from "../statistics/bootstrap.ts";
import {
  areaOf,
  type Comparison,
  compareArms,
  finishedCurves,
  type SetCurves,
  winMatrix,
} from "../statistics/compare-arms.ts";
import { ASSIST_BAR, assistOf } from "./assist.ts";
import { plotLines, plotRanges } from "./plot-curves.ts";

export interface StudyReport {
  /** Markdown; plots are named relative to it. */
  readonly text: string;
  /** By file name. */
  readonly plots: ReadonlyMap<string, string>;
}

const NO_ADVANTAGE =
  "**No measured advantage over random.** Stratified random is the order to use; nothing may be said of saved labour.";

/** What a study says so far, negative results included. */
export function reportStudy(rows: readonly StudyRow[], plan: StudyPlan, planHash: string): StudyReport {
  const sets = finishedCurves(rows, plan);
  const comparisons = compareArms(sets, plan);
  const guards = checkGuards(rows, sets, plan);
  const compared = [...new Set(comparisons.map(({ arm }) => arm))];
  const verdicts = compared.map((arm) => judgeArm(arm, comparisons, guards, plan));
  const accepted = verdicts.filter(({ isAccepted }) => isAccepted);
  const plots = new Map<string, string>();
  const curves = sets
    .filter(({ seeds }) => seeds.length > 0)
    .flatMap((one) => {
      plots.set(`plots/${one.set}.svg`, plotSet(one, rows, plan));
      return [`![AP50 of ${one.set} against effort](plots/${one.set}.svg)`, ""];
    });
  if (comparisons.length > 0) plots.set("plots/effort.svg", plotEfforts(comparisons, plan));
  const done = groupRows(rows, runName);
  const all = runsOf(plan);
  const finished = all.filter(
    ({ set, seed, arm }) => (done.get(runName({ set, seed, arm }))?.length ?? 0) === roundsOf(plan, arm),
  );
  const text = [
    `# Study: ${plan.name}`,
    "",
    `Plan ${planHash}, frozen before the first run. ${finished.length} of ${all.length} runs are finished. Every number of effort is **simulated** by the plan's cost model.`,
    "",
    "## Does the order of questions save labour?",
    "",
    ...(accepted.length === 0
      ? [NO_ADVANTAGE]
      : accepted.map(({ arm }) => `**Active ordering saves labour**: ${arms[arm].words}, by the rule of the plan.`)),
    "",
    ...verdicts.flatMap(({ arm, isAccepted, objections }) =>
      isAccepted ? [] : [`- ${arms[arm].words}: ${objections.join("; ")}.`],
    ),
    ...(verdicts.length === 0 ? ["- No seed is finished in all arms: nothing can be compared yet."] : []),
    "",
    "Against the best of the random orders that know where nuclei are, in pairs of equal seed:",
    "",
    `| set | order | against | seeds | effort to ${Math.round(100 * plan.primary.target)} % of all labels' AP50 (95 %) | to ${Math.round(100 * plan.secondTarget)} % | mean AP50 over the budget, difference (95 %) | p | p (Holm) |`,
    "|---|---|---|---|---|---|---|---|---|",
    ...comparisons.map(comparisonLine),
    "",
    ...(comparisons.length > 0 ? ["![Effort to the target](plots/effort.svg)", ""] : []),
    ...curves,
    ...sets
      .filter(({ seeds }) => seeds.length > 0)
      .flatMap((one) => [...outcomeLines(one, rows, plan), ...winLines(one, plan)]),
    "## Guards",
    "",
    ...guards.map(
      ({ words, holds, found }) =>
        `- ${holds === null ? "unknown" : holds ? "holds" : "**does not hold**"}: ${words} (${found})`,
    ),
    "",
    ...assistLines(rows, plan),
    "## What was run",
    "",
    `Engines: ${listed(rows.map(({ engine }) => engine))}. Versions: ${listed(rows.map(({ version }) => version))}. Seeds: ${plan.seeds.join(", ")}. All rows: \`raw.csv\`; the plan: \`plan.json\`.`,
    ...plan.sets.flatMap(({ name, leftOut }) => leftOut.map((line) => `\n- ${name}, left out: ${line}`)),
    ...plan.notes.map((note) => `\n- ${note}`),
    "",
  ].join("\n");
  return { text, plots };
}

const listed = (words: readonly string[]): string => [...new Set(words)].sort().join(", ") || "none";
const figure = (value: number, digits = 2): string => (Number.isFinite(value) ? value.toFixed(digits) : "never");

const comparisonLine = ({
  set,
  arm,
  baseline,
  seeds,
  medianRatio,
  ratioInterval,
  secondRatio,
  areaDifference,
  areaInterval,
  p,
  adjustedP,
}: Comparison): string =>
  `| ${set} | ${arms[arm].words} | ${arms[baseline].words} | ${seeds} | ${figure(medianRatio)} (${figure(ratioInterval.low)} … ${figure(ratioInterval.high)}) | ${figure(secondRatio)} | ${figure(areaDifference, 3)} (${figure(areaInterval.low, 3)} … ${figure(areaInterval.high, 3)}) | ${p === null ? "–" : p.toFixed(4)} | ${adjustedP === null ? "–" : adjustedP.toFixed(4)} |`;

function plotSet(curves: SetCurves, rows: readonly StudyRow[], plan: StudyPlan): string {
  const lines = plan.arms.map((arm) => {
    const behind = curves.seeds.map((seed) =>
      curves.curveOf(arm, seed).map(({ cost, score }) => ({ x: cost, y: score })),
    );
    const points = behind[0].map((_, round) => ({
      x: mean(behind.map((one) => one[round].x)),
      y: mean(behind.map((one) => one[round].y)),
    }));
    return { name: arms[arm].words, points, behind };
  });
  const full = rows.filter(({ set, arm, seed }) => set === curves.set && arm === "full" && curves.seeds.includes(seed));
  return plotLines(lines, {
    title: `${curves.set}: means of ${curves.seeds.length} seeds, single seeds thin`,
    xLabel: `effort, ${plan.primary.effort} (simulated)`,
    yLabel: "AP50 of the specimen that is kept out",
    ceiling: full.length === 0 ? null : mean(full.map(({ ap50 }) => ap50 ?? 0)),
  });
}

const plotEfforts = (comparisons: readonly Comparison[], plan: StudyPlan): string =>
  plotRanges(
    comparisons.map(({ set, arm, medianRatio, ratioInterval }) => ({
      name: `${set}: ${arms[arm].words}`,
      middle: medianRatio,
      ...ratioInterval,
    })),
    {
      title: "Effort to the target, as a share of the best random order's",
      xLabel: `median and 95 % interval; below 1 saves labour, dashed: ${plan.accept.medianAtMost}`,
      wanted: plan.accept.medianAtMost,
    },
  );

/** All measures of effort and of quality after the last round: what looks good in one may not in another. */
function outcomeLines({ set, seeds }: SetCurves, rows: readonly StudyRow[], plan: StudyPlan): string[] {
  const lines = (["full", ...plan.arms] as const).map((arm) => {
    const last = rows.filter(
      (row) => row.set === set && row.arm === arm && seeds.includes(row.seed) && row.round === roundsOf(plan, arm) - 1,
    );
    const of = (value: (row: StudyRow) => number | null, digits: number) =>
      mean(last.map((row) => value(row) ?? 0)).toFixed(digits);
    const quality = (["ap50", "apMean", "pq", "seg"] as const).map((name) => of((row) => row[name], 3));
    const spent = (["points", "seconds", "looks", "nuclei", "strokes", "editedVoxels"] as const).map((name) =>
      of(({ effort }) => effort[name], 0),
    );
    const rest = [of((row) => row.foregroundShare, 2), of(({ corrected }) => corrected[plan.primary.effort], 0)];
    return `| ${arm === "full" ? "all labels" : arms[arm].words} | ${[...quality, ...spent, ...rest].join(" | ")} |`;
  });
  return [
    `### ${set}: after the last round, means over ${seeds.length} seeds`,
    "",
    `| order | AP50 | AP 0.50–0.95 | PQ | SEG | points | simulated s | looks | nuclei | strokes | edited voxels | nuclei of what is known | ${plan.primary.effort} to finish the test |`,
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ...lines,
    "",
  ];
}

function winLines(curves: SetCurves, plan: StudyPlan): string[] {
  const wins = winMatrix(curves, plan);
  return [
    `### ${curves.set}: how often the order of a row beats that of a column, %`,
    "",
    `| | ${plan.arms.join(" | ")} | mean AP50 over the budget |`,
    `|---|${plan.arms.map(() => "---|").join("")}---|`,
    ...plan.arms.map((arm, i) => {
      const area = mean(curves.seeds.map((seed) => areaOf(curves, arm, seed)));
      const cells = wins[i].map((share, j) => (i === j ? "" : String(Math.round(100 * share))));
      return `| ${arm} | ${cells.join(" | ")} | ${area.toFixed(3)} |`;
    }),
    "",
  ];
}

/** Correcting proposals against drawing from nothing, in the specimens that are kept out. */
export function assistLines(rows: readonly StudyRow[], plan: StudyPlan): string[] {
  const lines = assistOf(rows, plan.primary.arm, plan.bootstrapDraws);
  return [
    "## Do proposals save work?",
    "",
    `Finishing the specimen that is kept out, every nucleus to an IoU of 0.8: correcting what the model of the order *${plan.primary.arm}* proposes, against drawing all of it. Medians over the seeds; bar: ${ASSIST_BAR} × fewer edited voxels.`,
    "",
    "| set | after round | tests | strokes | edited voxels | simulated s | edited voxels, times fewer (95 %) | seconds, times fewer | bar |",
    "|---|---|---|---|---|---|---|---|---|",
    ...lines.map(
      ({ set, round, tests, corrected, drawn, fewerVoxels, fewerVoxelsInterval: { low, high }, fewerSeconds }) => {
        const pair = (measure: "strokes" | "editedVoxels" | "seconds") =>
          `${Math.round(corrected[measure])} : ${Math.round(drawn[measure])}`;
        const times = (value: number) => (Number.isFinite(value) ? value.toFixed(1) : "no end of");
        return `| ${set} | ${round} | ${tests} | ${pair("strokes")} | ${pair("editedVoxels")} | ${pair("seconds")} | ${times(fewerVoxels)} (${times(low)} … ${times(high)}) | ${times(fewerSeconds)} | ${fewerVoxels >= ASSIST_BAR ? "held" : "missed"} |`;
      },
    ),
    "",
  ];
}
