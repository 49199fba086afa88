import type { ArmName } from "../arms/arms.ts";
import type { StudyPlan } from "../plan/plan.ts";
import type { StudyRow } from "../plan/study-row.ts";
import { median } from "./bootstrap.ts";
import { type Comparison, compareTwo, type SetCurves } from "./compare-arms.ts";

export interface Verdict {
  readonly arm: ArmName;
  readonly isAccepted: boolean;
  /** What speaks against it, in words; empty where it is accepted. */
  readonly objections: readonly string[];
}

export interface Guard {
  readonly words: string;
  /** Null: nothing to tell it by. */
  readonly holds: boolean | null;
  readonly found: string;
}

const figure = (value: number): string => (Number.isFinite(value) ? value.toFixed(2) : "no end");

/** Whether an order may be said to save labour (science page, 11.7). A guard that does not hold speaks against every order. */
export function judgeArm(
  arm: ArmName,
  comparisons: readonly Comparison[],
  guards: readonly Guard[],
  plan: StudyPlan,
): Verdict {
  const { accept } = plan;
  const own = comparisons.filter((one) => one.arm === arm);
  const large = own.filter(({ seeds }) => seeds >= accept.seeds);
  const saves = large.filter(
    ({ medianRatio, ratioInterval }) =>
      medianRatio <= accept.medianAtMost && ratioInterval.high < accept.upperBoundBelow,
  );
  const objections = [
    ...(large.length < accept.sets
      ? [`${large.length} sets have ${accept.seeds} finished seeds, ${accept.sets} are needed`]
      : []),
    ...(saves.length < accept.sets
      ? [
          `in ${saves.length} sets the effort is at most ${accept.medianAtMost} of the best random order's with an upper bound below ${accept.upperBoundBelow}, ${accept.sets} are needed`,
        ]
      : []),
    ...own
      .filter(({ medianRatio }) => medianRatio > accept.worstAtMost)
      .map(({ set, medianRatio }) => `in ${set} it takes ${figure(medianRatio)} of the effort`),
    ...(arm === plan.primary.arm
      ? []
      : own
          .filter(({ adjustedP }) => adjustedP === null || adjustedP > accept.pAtMost)
          .map(({ set }) => `in ${set} the difference may be chance, it not being the primary order`)),
    ...guards.filter(({ holds }) => holds !== true).map(({ words }) => `a guard does not hold: ${words}`),
  ];
  return { arm, isAccepted: objections.length === 0, objections };
}

/** What can be checked in the rows alone (science page, 11.8); the others are tests. */
export function checkGuards(rows: readonly StudyRow[], sets: readonly SetCurves[], plan: StudyPlan): Guard[] {
  return sets.flatMap((curves) => {
    const { set, seeds } = curves;
    const told = rows.flatMap((row) =>
      row.set === set && row.arm !== "full" && row.doubtAuroc !== null ? [row.doubtAuroc] : [],
    );
    const auroc = told.length === 0 ? null : median(told);
    const guards: Guard[] = [
      {
        words: `${set}: the doubt tells wrong proposals, AUROC above ${plan.accept.aurocAbove}`,
        holds: auroc === null ? null : auroc > plan.accept.aurocAbove,
        found: auroc === null ? "nothing to tell it by" : `median ${figure(auroc)}`,
      },
    ];
    if (plan.arms.includes("shuffled") && plan.arms.includes("random")) {
      const difference = seeds.length === 0 ? null : compareTwo(curves, "shuffled", "random", plan);
      guards.push({
        words: `${set}: shuffled doubts are no better and no worse than chance`,
        holds: difference && difference.areaInterval.low <= 0 && difference.areaInterval.high >= 0,
        found: difference
          ? `area ${difference.areaDifference.toFixed(3)} (${difference.areaInterval.low.toFixed(3)} … ${difference.areaInterval.high.toFixed(3)})`
          : "no seed is finished",
      });
    }
    return guards;
  });
}
