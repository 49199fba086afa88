import { expect, it } from "vitest";
import { staple } from "./staple.ts";

function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Raters of known skill, of a truth that is known. */
function simulate(
  seed: number,
  skills: readonly (readonly [sensitivity: number, specificity: number])[],
  voxels: number,
) {
  const random = noise(seed);
  const truth = Uint8Array.from({ length: voxels }, () => (random() < 0.4 ? 1 : 0));
  const masks = skills.map(([p, q]) => truth.map((inside) => (inside ? Number(random() < p) : Number(random() >= q))));
  return { truth, masks };
}

it("finds how well each of five raters sees, and a truth better than the best of them and than the vote", () => {
  const skills = [
    [0.95, 0.9],
    [0.9, 0.97],
    [0.8, 0.8],
    [0.6, 0.7],
    [0.55, 0.6],
  ] as const;
  const { truth, masks } = simulate(3, skills, 20_000);
  const { probability, sensitivity, specificity, iterations } = staple(masks);
  skills.forEach(([p, q], i) => {
    expect(sensitivity[i]).toBeCloseTo(p, 1);
    expect(specificity[i]).toBeCloseTo(q, 1);
  });
  const wrong = (guess: (i: number) => boolean) =>
    truth.reduce((sum, inside, i) => sum + Number(guess(i) !== (inside === 1)), 0);
  const vote = wrong((i) => masks.reduce((sum, mask) => sum + mask[i], 0) > 2.5);
  const best = Math.min(...masks.map((mask) => wrong((i) => mask[i] === 1)));
  const found = wrong((i) => probability[i] > 0.5);
  expect(found).toBeLessThan(best);
  expect(found).toBeLessThan(vote);
  expect(iterations).toBeLessThan(200);
});

/** Voxel by voxel, in logarithms, as many rounds as it is told: no patterns, no stop. */
function naive(masks: readonly Uint8Array[], rounds: number): Float64Array {
  const n = masks[0].length;
  const prior = masks.reduce((sum, mask) => sum + mask.reduce((a, b) => a + b, 0), 0) / (n * masks.length);
  let skill = masks.map(() => [0.99, 0.99]);
  let w = new Float64Array(n);
  for (let round = 0; round < rounds; round++) {
    w = Float64Array.from({ length: n }, (_, i) => {
      const odds = masks.reduce(
        (sum, mask, j) =>
          sum +
          (mask[i]
            ? Math.log(skill[j][0]) - Math.log(1 - skill[j][1])
            : Math.log(1 - skill[j][0]) - Math.log(skill[j][1])),
        Math.log(prior) - Math.log(1 - prior),
      );
      return 1 / (1 + Math.exp(-odds));
    });
    const inside = w.reduce((a, b) => a + b, 0);
    skill = masks.map((mask) => {
      const hit = w.reduce((sum, weight, i) => sum + (mask[i] ? weight : 0), 0);
      const rejected = w.reduce((sum, weight, i) => sum + (mask[i] ? 0 : 1 - weight), 0);
      return [Math.min(1 - 1e-6, hit / inside), Math.min(1 - 1e-6, rejected / (n - inside))];
    });
  }
  return w;
}

it("comes to what a naive loop over voxels comes to", () => {
  for (let seed = 1; seed <= 4; seed++) {
    const { masks } = simulate(
      seed,
      [
        [0.9, 0.9],
        [0.8, 0.95],
        [0.7, 0.6],
      ],
      200,
    );
    const { probability, iterations } = staple(masks);
    const expected = naive(masks, iterations);
    const furthest = Math.max(...probability.map((value, i) => Math.abs(value - expected[i])));
    expect(furthest).toBeLessThan(1e-6);
  }
});

it("of raters who agree it is what they say; of one alone too; of none, or of other grids, it is refused", () => {
  const mask = Uint8Array.from([0, 1, 1, 0, 0, 1, 0]);
  for (const masks of [[mask], [mask, mask, mask]])
    expect([...staple(masks).probability].map(Math.round)).toEqual([...mask]);
  expect([...staple([new Uint8Array(4), new Uint8Array(4)]).probability]).toEqual([0, 0, 0, 0]);
  expect(() => staple([])).toThrow(RangeError);
  expect(() => staple([mask, new Uint8Array(3)])).toThrow(RangeError);
});
