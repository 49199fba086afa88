/** Value at a point; writes the gradient there. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

const MEMORY = 10;
const MAX_STEPS = 500;
/** Largest component of the gradient at the end. */
const TOLERANCE = 1e-7;
const ARMIJO = 1e-4;

/**
 * The least value of a smooth, strictly convex function from `start`: L-BFGS (Nocedal and Wright, Numerical Optimization,
 * algorithm 7.4) with steps halved until they pay.
 */
export function minimise(objective: Objective, start: Float64Array): Float64Array {
  let point = start.slice();
  let gradient = new Float64Array(point.length);
  let value = objective(point, gradient);
  const past: { readonly move: Float64Array; readonly change: Float64Array; readonly curvature: number }[] = [];
  for (let step = 0; step < MAX_STEPS && largest(gradient) > TOLERANCE; step++) {
    const direction = descend(gradient, past);
    const slope = dot(direction, gradient);
    // Rounding is all that is left.
    if (slope >= 0) break;
    let length = past.length === 0 ? Math.min(1, 1 / largest(gradient)) : 1;
    let next = point;
    let nextValue = Number.POSITIVE_INFINITY;
    const nextGradient = new Float64Array(point.length);
    for (; length > 1e-12; length /= 2) {
      next = point.map((at, i) => at + length * direction[i]);
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + ARMIJO * length * slope) break;
    }
    if (!(nextValue < value)) break;
    const move = next.map((at, i) => at - point[i]);
    const change = nextGradient.map((at, i) => at - gradient[i]);
    const curvature = dot(move, change);
    if (curvature > 0) past.push({ move, change, curvature });
    if (past.length > MEMORY) past.shift();
    [point, value, gradient] = [next, nextValue, nextGradient];
  }
  return point;
}

/** Against the gradient, stretched as the steps before say that the function is curved. */
function descend(
  gradient: Float64Array,
  past: readonly { readonly move: Float64Array; readonly change: Float64Array; readonly curvature: number }[],
): Float64Array {
  const direction = gradient.map((slope) => -slope);
  const shares: number[] = [];
  for (const { move, change, curvature } of past.toReversed()) {
    const share = dot(move, direction) / curvature;
    shares.unshift(share);
    for (let i = 0; i < direction.length; i++) direction[i] -= share * change[i];
  }
  const last = past.at(-1);
  if (last) {
    const stretch = last.curvature / dot(last.change, last.change);
    for (let i = 0; i < direction.length; i++) direction[i] *= stretch;
  }
  past.forEach(({ move, change, curvature }, k) => {
    const back = dot(change, direction) / curvature;
    for (let i = 0; i < direction.length; i++) direction[i] += (shares[k] - back) * move[i];
  });
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
