/**
 * Clopper–Pearson interval of a share: the true share lies in it at least so often as `confidence` says, however few trials
 * there were (Clopper and Pearson, Biometrika 26, 1934).
 */
export function exactInterval(successes: number, trials: number, confidence = 0.95): { low: number; high: number } {
  if (trials === 0) return { low: 0, high: 1 };
  const tail = (1 - confidence) / 2;
  return {
    low: successes === 0 ? 0 : shareWhere((p) => atLeast(successes, trials, p) >= tail),
    high: successes === trials ? 1 : 1 - shareWhere((q) => atLeast(trials - successes, trials, q) >= tail),
  };
}

/** The smallest share for which a statement holds that becomes true once, on the way from 0 to 1. */
function shareWhere(holds: (p: number) => boolean): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

/** Probability of `count` or more successes. */
function atLeast(count: number, trials: number, p: number): number {
  let logChoose = 0;
  let sum = 0;
  for (let k = 0; k <= trials; k++) {
    if (k > 0) logChoose += Math.log((trials - k + 1) / k);
    if (k >= count) sum += Math.exp(logChoose + k * Math.log(p) + (trials - k) * Math.log1p(-p));
  }
  return sum;
}
