import { type ArmName, activeArms, baselineArms } from "../arms/arms.ts";
import { roundsOf, runName, type StudyPlan } from "../plan/plan.ts";
import { groupRows, type StudyRow } from "../plan/study-row.ts";
import { randomStream } from "../random-stream.ts";
import { bootstrapInterval, type Interval, mean, median } from "./bootstrap.ts";
import { areaUnderBudget, type BudgetCurve, costToReach, effortRatio } from "./budget-curve.ts";
import { holm } from "./holm.ts";
import { signedRankP } from "./signed-rank.ts";

/** Finished curves of one set, of the seeds for which all arms of the plan are finished. */
export interface SetCurves {
  readonly set: string;
  readonly seeds: readonly number[];
  readonly curveOf: (arm: ArmName, seed: number) => BudgetCurve;
  /** AP50 to be reached, by seed: so much of what all labels give. */
  readonly targetOf: (seed: number, share: number) => number;
  /** Efforts between which all arms of a seed are compared. */
  readonly rangeOf: (seed: number) => { readonly from: number; readonly to: number };
}

/** One arm against the best of the baselines of a set, in pairs of equal seed. */
export interface Comparison {
  readonly set: string;
  readonly arm: ArmName;
  readonly baseline: ArmName;
  readonly seeds: number;
  /** Effort to the target, as a share of the baseline's. */
  readonly medianRatio: number;
  readonly ratioInterval: Interval;
  /** The same to the plan's second target; median. */
  readonly secondRatio: number;
  /** Mean height of the curve, less the baseline's. */
  readonly areaDifference: number;
  readonly areaInterval: Interval;
  /** Of the difference of areas: exact signed-rank test; null where there is none. */
  readonly p: number | null;
  /** After Holm, over all comparisons. */
  readonly adjustedP: number | null;
}

export function finishedCurves(rows: readonly StudyRow[], plan: StudyPlan): SetCurves[] {
  const { effort } = plan.primary;
  const byRun = groupRows(rows, runName);
  const rowsOf = (set: string, seed: number, arm: ArmName | "full") => byRun.get(runName({ set, seed, arm })) ?? [];
  return plan.sets.map(({ name: set }) => {
    const isFinished = (seed: number) =>
      (["full", ...plan.arms] as const).every((arm) => rowsOf(set, seed, arm).length === roundsOf(plan, arm));
    const curveOf = (arm: ArmName, seed: number): BudgetCurve =>
      rowsOf(set, seed, arm)
        .toSorted((a, b) => a.round - b.round)
        // A model that finds nothing where there is something has an AP of 0; null is a test without a nucleus.
        .map((row) => ({ cost: row.effort[effort], score: row.ap50 ?? 0 }));
    return {
      set,
      seeds: plan.seeds.filter(isFinished),
      curveOf,
      targetOf: (seed, share) => share * (rowsOf(set, seed, "full")[0].ap50 ?? 0),
      rangeOf: (seed) => {
        const curves = plan.arms.map((arm) => curveOf(arm, seed));
        return {
          from: Math.max(...curves.map((curve) => curve[0].cost)),
          to: Math.min(...curves.map((curve) => curve[curve.length - 1].cost)),
        };
      },
    };
  });
}

export const areaOf = ({ curveOf, rangeOf }: SetCurves, arm: ArmName, seed: number): number =>
  areaUnderBudget(curveOf(arm, seed), rangeOf(seed));

/** Of the random orders that know where nuclei are: the one that comes to the target with least effort. */
export function bestBaseline(curves: SetCurves, plan: StudyPlan): ArmName {
  const present = baselineArms.filter((arm) => plan.arms.includes(arm));
  const effortOf = (arm: ArmName) =>
    median(
      curves.seeds.map(
        (seed) =>
          costToReach(curves.curveOf(arm, seed), curves.targetOf(seed, plan.primary.target)) ??
          Number.POSITIVE_INFINITY,
      ),
    );
  const heightOf = (arm: ArmName) => mean(curves.seeds.map((seed) => areaOf(curves, arm, seed)));
  const ranked = present.map((arm) => ({ arm, effort: effortOf(arm), height: heightOf(arm) }));
  ranked.sort((a, b) => (a.effort === b.effort ? b.height - a.height : a.effort - b.effort));
  return ranked[0].arm;
}

/** `of`: compared arms; the orders by the model unless told otherwise. */
export function compareArms(
  sets: readonly SetCurves[],
  plan: StudyPlan,
  of: readonly ArmName[] = plan.arms.filter((arm) => arm === plan.primary.arm || isActive(arm)),
): Comparison[] {
  const compared = sets
    .filter(({ seeds }) => seeds.length > 0)
    .flatMap((curves) => {
      const baseline = bestBaseline(curves, plan);
      return of.filter((arm) => arm !== baseline).map((arm) => compareTwo(curves, arm, baseline, plan));
    });
  const tested = compared.filter(({ p }) => p !== null);
  const adjusted = holm(tested.map(({ p }) => p ?? 1));
  return compared.map((one) => ({ ...one, adjustedP: one.p === null ? null : adjusted[tested.indexOf(one)] }));
}

const isActive = (arm: ArmName): boolean => (activeArms as readonly ArmName[]).includes(arm);

export function compareTwo(curves: SetCurves, arm: ArmName, baseline: ArmName, plan: StudyPlan): Comparison {
  const { set, seeds, curveOf, targetOf } = curves;
  const ratiosAt = (share: number) =>
    seeds.map((seed) => effortRatio(curveOf(arm, seed), curveOf(baseline, seed), targetOf(seed, share)));
  const ratios = ratiosAt(plan.primary.target);
  const areas = seeds.map((seed) => areaOf(curves, arm, seed) - areaOf(curves, baseline, seed));
  const draw = (what: string) => ({
    random: randomStream(0, "bootstrap", set, arm, baseline, what),
    draws: plan.bootstrapDraws,
  });
  return {
    set,
    arm,
    baseline,
    seeds: seeds.length,
    medianRatio: median(ratios),
    secondRatio: median(ratiosAt(plan.secondTarget)),
    ratioInterval: bootstrapInterval(ratios, median, draw("ratio")),
    areaDifference: mean(areas),
    areaInterval: bootstrapInterval(areas, mean, draw("area")),
    p: signedRankP(areas),
    adjustedP: null,
  };
}

/** For every two arms, the share of seeds in which the first has the larger area; a tie counts half. */
export function winMatrix(curves: SetCurves, plan: StudyPlan): number[][] {
  const areas = plan.arms.map((arm) => curves.seeds.map((seed) => areaOf(curves, arm, seed)));
  const points = (a: number, b: number) => (a > b ? 1 : a === b ? 0.5 : 0);
  return areas.map((own) => areas.map((other) => mean(own.map((area, i) => points(area, other[i])))));
}
