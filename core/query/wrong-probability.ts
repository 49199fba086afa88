/** What people said of a proposal that the queue showed them. */
export interface JudgedDoubt {
  /** 0…1, as it was when they were asked. */
  readonly doubt: number;
  /** Corrected or rejected. */
  readonly isWrong: boolean;
}

/** P(wrong) = 1 / (1 + exp(−(intercept + slope · doubt))). */
export interface DoubtCalibration {
  readonly intercept: number;
  readonly slope: number;
}

/** Before anybody has decided: between what fitted two models' proposals of embryos with truth (docs/results-training.md). */
export const PRIOR: DoubtCalibration = { intercept: -5, slope: 13 };
/** Standard deviations of the prior, about half of what lay between the two: one team's outlines are another's mistakes. */
const PRIOR_SD: DoubtCalibration = { intercept: 2, slope: 5 };

const STEPS = 50;
const SMALL_STEP = 1e-10;

export const probabilityAt = ({ intercept, slope }: DoubtCalibration, doubt: number): number =>
  1 / (1 + Math.exp(-(intercept + slope * doubt)));

/**
 * The logistic curve that is likeliest after these answers (maximum a posteriori under a normal prior, by Newton's method). It never
 * falls: where answers say that doubtful ones are right more often, all have the same probability.
 */
export function calibrateDoubt(answers: readonly JudgedDoubt[], prior: DoubtCalibration = PRIOR): DoubtCalibration {
  const free = fitCurve(answers, prior, true);
  return free.slope >= 0 ? free : fitCurve(answers, { ...prior, slope: 0 }, false);
}

function fitCurve(answers: readonly JudgedDoubt[], prior: DoubtCalibration, withSlope: boolean): DoubtCalibration {
  const precision = { intercept: 1 / PRIOR_SD.intercept ** 2, slope: 1 / PRIOR_SD.slope ** 2 };
  let { intercept, slope } = prior;
  for (let step = 0; step < STEPS; step++) {
    // Gradient and Hessian of the negative logarithm of the posterior, which is convex.
    let [g0, g1] = [precision.intercept * (intercept - prior.intercept), precision.slope * (slope - prior.slope)];
    let [h00, h01, h11] = [precision.intercept, 0, precision.slope];
    for (const { doubt, isWrong } of answers) {
      const p = probabilityAt({ intercept, slope }, doubt);
      const miss = p - (isWrong ? 1 : 0);
      const weight = p * (1 - p);
      g0 += miss;
      g1 += miss * doubt;
      h00 += weight;
      h01 += weight * doubt;
      h11 += weight * doubt * doubt;
    }
    const determinant = h00 * h11 - h01 * h01;
    const [by0, by1] = withSlope
      ? [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant]
      : [g0 / h00, 0];
    // A full step may overshoot where the curve is flat.
    const shorter = Math.min(1, 2 / Math.max(Math.abs(by0), Math.abs(by1), Number.MIN_VALUE));
    intercept -= shorter * by0;
    slope -= shorter * by1;
    if (Math.max(Math.abs(by0), Math.abs(by1)) < SMALL_STEP) break;
  }
  return { intercept, slope };
}
