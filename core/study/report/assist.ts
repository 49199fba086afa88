import { type Effort, effortMeasures } from "../effort/cost-model.ts";
import { groupRows, type StudyRow } from "../plan/study-row.ts";
import { randomStream } from "../random-stream.ts";
import { bootstrapInterval, type Interval, median } from "../statistics/bootstrap.ts";

/** Correcting proposals should take so many times fewer edited voxels than drawing from nothing. */
export const ASSIST_BAR = 5;

export interface AssistLine {
  readonly set: string;
  readonly round: number;
  /** Tests, one for each seed. */
  readonly tests: number;
  readonly corrected: Effort;
  readonly drawn: Effort;
  /** Drawn over corrected, of edited voxels and of seconds; median over the tests. */
  readonly fewerVoxels: number;
  readonly fewerVoxelsInterval: Interval;
  readonly fewerSeconds: number;
}

/** What proposals save in volumes that nobody has labelled, round by round, of one arm. */
export function assistOf(rows: readonly StudyRow[], arm: string, draws: number): AssistLine[] {
  const groups = groupRows(
    rows.filter((row) => row.arm === arm),
    ({ set, round }) => `${set} ${round}`,
  );
  return [...groups.values()].map((tests) => {
    const { set, round } = tests[0];
    const ratios = (measure: keyof Effort) =>
      tests.map(({ corrected, drawn }) => ratio(drawn[measure], corrected[measure]));
    const voxels = ratios("editedVoxels");
    return {
      set,
      round,
      tests: tests.length,
      corrected: medians(tests.map(({ corrected }) => corrected)),
      drawn: medians(tests.map(({ drawn }) => drawn)),
      fewerVoxels: median(voxels),
      fewerVoxelsInterval: bootstrapInterval(voxels, median, { random: randomStream(0, "assist", set, round), draws }),
      fewerSeconds: median(ratios("seconds")),
    };
  });
}

/** Nothing to edit at all is without end better. */
const ratio = (drawn: number, corrected: number): number =>
  corrected === 0 ? (drawn === 0 ? 1 : Number.POSITIVE_INFINITY) : drawn / corrected;

const medians = (efforts: readonly Effort[]): Effort =>
  Object.fromEntries(
    effortMeasures.map((measure) => [measure, median(efforts.map((effort) => effort[measure]))]),
  ) as unknown as Effort;
