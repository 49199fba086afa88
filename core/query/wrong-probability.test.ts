import { describe, expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import { wrongInWords } from "./wrong-in-words.ts";
import { calibrateDoubt, type JudgedDoubt, PRIOR, probabilityAt } from "./wrong-probability.ts";

function answersOf(intercept: number, slope: number, count: number, seed: number): JudgedDoubt[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const doubt = random();
    return { doubt, isWrong: random() < 1 / (1 + Math.exp(-(intercept + slope * doubt))) };
  });
}

/** The same curve by going downhill in small steps. */
function naive(answers: readonly JudgedDoubt[], [sd0, sd1]: readonly [number, number]) {
  let [a, b] = [PRIOR.intercept, PRIOR.slope];
  for (let step = 0; step < 60_000; step++) {
    let [g0, g1] = [(a - PRIOR.intercept) / sd0 ** 2, (b - PRIOR.slope) / sd1 ** 2];
    for (const { doubt, isWrong } of answers) {
      const miss = 1 / (1 + Math.exp(-(a + b * doubt))) - (isWrong ? 1 : 0);
      g0 += miss;
      g1 += miss * doubt;
    }
    a -= 0.02 * g0;
    b -= 0.02 * g1;
  }
  return { intercept: a, slope: b };
}

describe("the probability that a proposal is wrong", () => {
  it("is the prior's before anybody has decided", () => {
    expect(calibrateDoubt([])).toEqual(PRIOR);
  });

  it("is the likeliest curve after a few answers", () => {
    for (const seed of [1, 2, 3]) {
      const answers = answersOf(-1, 3, 12, seed);
      const { intercept, slope } = calibrateDoubt(answers);
      const other = naive(answers, [2, 5]);
      expect(intercept).toBeCloseTo(other.intercept, 4);
      expect(slope).toBeCloseTo(other.slope, 4);
    }
  });

  it("is what the answers say once there are many", () => {
    const truth = { intercept: -0.5, slope: 2 };
    const found = calibrateDoubt(answersOf(truth.intercept, truth.slope, 20_000, 4));
    for (const doubt of [0, 0.3, 0.7, 1])
      expect(Math.abs(probabilityAt(found, doubt) - probabilityAt(truth, doubt))).toBeLessThan(0.02);
  });

  it("never falls with doubt, and stays finite where all answers are alike", () => {
    const against = Array.from({ length: 200 }, (_, i) => ({ doubt: i / 200, isWrong: i < 100 }));
    const flat = calibrateDoubt(against);
    expect(flat.slope).toBe(0);
    expect(probabilityAt(flat, 0.4)).toBeGreaterThan(0.45);
    expect(probabilityAt(flat, 0.4)).toBeLessThan(0.55);
    for (const isWrong of [true, false]) {
      const alike = calibrateDoubt(Array.from({ length: 500 }, (_, i) => ({ doubt: i / 500, isWrong })));
      expect(Number.isFinite(alike.intercept) && Number.isFinite(alike.slope)).toBe(true);
      expect(probabilityAt(alike, 0.5) > 0.9).toBe(isWrong);
    }
  });
});

it("a probability is said as a person would", () => {
  expect(wrongInWords(0)).toBe("hardly any of these is wrong");
  expect(wrongInWords(0.11)).toBe("about one in ten of these is wrong");
  expect(wrongInWords(0.35)).toBe("about one in three of these is wrong");
  expect(wrongInWords(0.55)).toBe("about half of these are wrong");
  expect(wrongInWords(0.99)).toBe("nearly all of these are wrong");
});
