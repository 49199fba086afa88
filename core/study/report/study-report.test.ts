import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ArmName } from "../arms/arms.ts";
import { NO_EFFORT } from "../effort/cost-model.ts";
import { parsePlan, roundsOf, runsOf, type StudyPlan } from "../plan/plan.ts";
import { rowsAsCsv, type StudyRow } from "../plan/study-row.ts";
import { randomStream } from "../random-stream.ts";
import { checkGuards, judgeArm } from "../statistics/accept-rule.ts";
import { bestBaseline, compareArms, finishedCurves, winMatrix } from "../statistics/compare-arms.ts";
import { reportStudy } from "./study-report.ts";

const frozen = JSON.parse(readFileSync(new URL("../../../docs/studies/queue-2026-11.json", import.meta.url), "utf8"));
const plan = parsePlan({
  ...frozen,
  arms: ["shipped", "stratified", "foreground-66", "random", "shuffled", "top-k"],
  seeds: [0, 1, 2, 3, 4, 5, 6, 7],
  bootstrapDraws: 200,
});

/** AP50 after an effort: towards 0.9, by a speed of each arm; noise of each seed that all arms share, and some of each run. */
function rowsOf(speeds: Partial<Record<ArmName, number>>, of: StudyPlan = plan, noise = 0.02, study = 0): StudyRow[] {
  return runsOf(of).flatMap(({ set, seed, arm }) => {
    const shared = randomStream(study, set, seed).uniform();
    const own = randomStream(study, set, seed, arm);
    return Array.from({ length: roundsOf(of, arm) }, (_, round): StudyRow => {
      const points = 20 + 30 * round * (0.9 + 0.2 * own.uniform());
      const speed = arm === "full" ? Number.POSITIVE_INFINITY : (speeds[arm] ?? 1);
      const ap50 = 0.9 - 0.5 * Math.exp((-points * speed) / 60) + noise * (own.uniform() - 0.5) + 0.05 * shared;
      return {
        set,
        seed,
        arm,
        round,
        test: "t",
        effort: { ...NO_EFFORT, points, seconds: 8 * points },
        labelled: 5 + 8 * round,
        foregroundShare: 0.4,
        ap50: arm === "full" ? 0.9 + 0.05 * shared : ap50,
        ap75: null,
        apMean: 0.5,
        pq: 0.6,
        seg: 0.6,
        doubtAuroc: arm === "full" ? null : 0.9,
        corrected: { ...NO_EFFORT, strokes: 20, editedVoxels: 100, seconds: 50 },
        drawn: { ...NO_EFFORT, strokes: 120, editedVoxels: 620, seconds: 400 },
        learnSeconds: 1,
        engine: "none",
        modelId: "m",
        labelsId: 'l,"1"',
        version: "v",
      };
    });
  });
}

const verdictOf = (rows: readonly StudyRow[], arm: ArmName = "shipped", of = plan) => {
  const sets = finishedCurves(rows, of);
  return judgeArm(arm, compareArms(sets, of), checkGuards(rows, sets, of), of);
};

describe("the rule", () => {
  it("accepts an order that takes half of the effort in both sets, and says so", () => {
    const rows = rowsOf({ shipped: 2 });
    expect(verdictOf(rows)).toEqual({ arm: "shipped", isAccepted: true, objections: [] });
    const { text, plots } = reportStudy(rows, plan, "abc");
    expect(text).toContain("**Active ordering saves labour**: the queue as it is shipped");
    expect(text).not.toContain("No measured advantage");
    expect([...plots.keys()].sort()).toEqual(["plots/effort.svg", "plots/embryos.svg", "plots/organoids.svg"]);
    for (const plot of plots.values()) {
      expect(plot).not.toMatch(/NaN|Infinity|undefined/);
      expect(plot.match(/<(\w+)[^/>]*>(?!<\/)/g)?.length).toBeGreaterThan(5);
    }
  });

  it("hardly ever accepts chance: the arm is as random as the others, over 40 studies", () => {
    let accepted = 0;
    for (let study = 1; study <= 40; study++) if (verdictOf(rowsOf({}, plan, 0.1, study)).isAccepted) accepted++;
    expect(accepted).toBe(0);
  });

  it("does not accept what is the baseline under another name, nor what wins in one set, nor with five seeds", () => {
    const rows = rowsOf({ shipped: 2 });
    const disguised = rows.flatMap((row) =>
      row.arm === "shipped" ? [] : row.arm === "stratified" ? [row, { ...row, arm: "shipped" as const }] : [row],
    );
    expect(verdictOf(disguised).isAccepted).toBe(false);
    const oneSet = rowsOf({}).map((row, i) => (row.set === "embryos" ? rows[i] : row));
    expect(verdictOf(oneSet).objections.join()).toContain("in 1 sets the effort");
    const few = parsePlan({ ...plan, seeds: [0, 1, 2, 3, 4] });
    expect(verdictOf(rowsOf({ shipped: 2 }, few), "shipped", few).objections.join()).toContain(
      "0 sets have 6 finished seeds",
    );
    const worse = rows.map((row) => (row.set === "organoids" && row.arm === "shipped" ? { ...row, ap50: 0.3 } : row));
    expect(verdictOf(worse).objections.join()).toContain("in organoids it takes no end of the effort");
  });

  it("does not accept what comes with a guard that does not hold", () => {
    const rows = rowsOf({ shipped: 2 });
    const deaf = rows.map((row) => ({ ...row, doubtAuroc: row.arm === "full" ? null : 0.6 }));
    expect(verdictOf(deaf).objections.join()).toContain("AUROC above 0.7");
    const odd = rowsOf({ shipped: 2, shuffled: 1.5 });
    expect(verdictOf(odd).objections.join()).toContain("shuffled doubts");
    expect(reportStudy(odd, plan, "abc").text).toContain("**does not hold**");
  });

  it("asks more of an order that is not the primary one", () => {
    const rows = rowsOf({ "top-k": 2 }, plan, 0.02);
    const five = compareArms(finishedCurves(rows, plan), plan).map((one) => ({ ...one, adjustedP: 0.06 }));
    expect(judgeArm("top-k", five, [], plan).objections.join()).toContain("not being the primary");
    expect(judgeArm("shipped", five, [], plan).objections.join()).not.toContain("not being the primary");
  });

  it("follows the names: what two arms swap, their verdicts swap", () => {
    const rows = rowsOf({ shipped: 2, "top-k": 0.7 });
    const other = { shipped: "top-k", "top-k": "shipped" } as const;
    const swapped = rows.map((row) => ({
      ...row,
      arm: row.arm === "shipped" || row.arm === "top-k" ? other[row.arm] : row.arm,
    }));
    const of = (some: readonly StudyRow[], arm: ArmName) =>
      compareArms(finishedCurves(some, plan), plan)
        .filter((one) => one.arm === arm)
        .map(({ medianRatio, areaDifference, p }) => ({ medianRatio, areaDifference, p }));
    expect(of(swapped, "shipped")).toEqual(of(rows, "top-k"));
    expect(of(swapped, "top-k")).toEqual(of(rows, "shipped"));
  });
});

describe("the comparison", () => {
  it("is with the best of the random orders that know where nuclei are, never with plain chance", () => {
    for (const [speeds, best] of [
      [{ stratified: 1.5 }, "stratified"],
      [{ "foreground-66": 1.5 }, "foreground-66"],
      [{ random: 3, stratified: 1.2 }, "stratified"],
    ] as const)
      for (const curves of finishedCurves(rowsOf(speeds), plan)) expect(bestBaseline(curves, plan)).toBe(best);
  });

  it("leaves out seeds that are not finished in all arms, and says nothing where there is none", () => {
    const rows = rowsOf({ shipped: 2 });
    const cut = rows.filter(({ seed, arm, round }) => !(seed === 3 && arm === "top-k" && round === 6));
    expect(finishedCurves(cut, plan).map(({ seeds }) => seeds)).toEqual([0, 1].map(() => [0, 1, 2, 4, 5, 6, 7]));
    for (const none of [[], rows.filter(({ arm }) => arm !== "full")]) {
      const { text, plots } = reportStudy(none, plan, "abc");
      expect(text).toContain("No measured advantage over random");
      expect(text).toContain("nothing can be compared yet");
      expect(plots.size).toBe(0);
    }
  });

  it("counts wins: what one has, the other has not", () => {
    const [curves] = finishedCurves(rowsOf({ shipped: 3 }), plan);
    const wins = winMatrix(curves, plan);
    expect(wins[0].slice(1)).toEqual([1, 1, 1, 1, 1]);
    wins.forEach((row, i) => {
      row.forEach((share, j) => {
        expect(share + wins[j][i]).toBeCloseTo(1, 12);
      });
    });
  });
});

it("says what proposals save, against the bar", () => {
  const { text } = reportStudy(rowsOf({}), plan, "abc");
  expect(text).toContain("| embryos | 0 | 8 | 20 : 120 | 100 : 620 | 50 : 400 | 6.2 (6.2 … 6.2) | 8.0 | held |");
});

it("writes a table that a reader of CSV takes apart again", () => {
  const [header, first] = rowsAsCsv(rowsOf({}).slice(0, 3)).split("\n");
  expect(header.split(",").slice(0, 6)).toEqual(["set", "seed", "arm", "round", "test", "effort.looks"]);
  expect(first).toContain(',"l,""1""",');
  expect(header.split(",").length).toBe(first.replace('"l,""1"""', "l").split(",").length);
});
