import { expect, it } from "vitest";
import { fleissKappa, krippendorffAlpha } from "./chance-corrected.ts";

function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

it("Fleiss' kappa of the table of ten subjects and fourteen raters that textbooks work out: 0.210", () => {
  const table = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
  ];
  expect(fleissKappa(table)).toBeCloseTo(0.21, 3);
});

it("Krippendorff's alpha of his own example with missing answers, four observers and twelve units: 0.743", () => {
  const N = null;
  const observers = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
    [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
  ];
  const units = observers[0].map((_, unit) => observers.map((said) => said[unit]));
  expect(krippendorffAlpha(units)).toBeCloseTo(0.743, 3);
});

/** By its definition: pairs of answers, one by one, within items and over all of them. */
function alphaByPairs(items: readonly (readonly (number | null)[])[]): number {
  const pairable = items.map((item) => item.filter((value) => value !== null)).filter((item) => item.length > 1);
  const all = pairable.flat();
  const differing = (said: readonly (number | null)[]): number => {
    let pairs = 0;
    for (const [i, a] of said.entries()) for (const [j, b] of said.entries()) if (i !== j && a !== b) pairs++;
    return pairs / (said.length - 1);
  };
  const observed = pairable.reduce((sum, item) => sum + differing(item), 0);
  const expected = differing(all);
  return 1 - observed / expected;
}

it("is what its definition gives pair by pair, whatever is missing; kappa and alpha meet where nothing is and items are many", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = noise(seed);
    const items = Array.from({ length: 25 }, () =>
      Array.from({ length: 4 }, () => (random() < 0.3 ? null : Math.floor(random() * 3))),
    );
    expect(krippendorffAlpha(items)).toBeCloseTo(alphaByPairs(items), 10);
  }
  const random = noise(7);
  const whole = Array.from({ length: 4000 }, () => {
    const truth = Math.floor(random() * 3);
    return Array.from({ length: 3 }, () => (random() < 0.7 ? truth : Math.floor(random() * 3)));
  });
  const counts = whole.map((item) => [0, 1, 2].map((category) => item.filter((one) => one === category).length));
  // Two of three who each say the truth in seven of ten cases, and else guess: they agree beyond chance in 0.7² of cases.
  expect(fleissKappa(counts)).toBeCloseTo(0.49, 1);
  expect(krippendorffAlpha(whole)).toBeCloseTo(fleissKappa(counts) ?? 0, 3);
});

it("where nobody ever differs, or nobody is asked, there is nothing to say; unequal raters are refused", () => {
  expect(fleissKappa([])).toBeNull();
  expect(
    fleissKappa([
      [3, 0],
      [3, 0],
    ]),
  ).toBeNull();
  expect(
    fleissKappa([
      [3, 0],
      [0, 3],
    ]),
  ).toBe(1);
  expect(
    krippendorffAlpha([
      ["a", "a"],
      ["a", null],
    ]),
  ).toBeNull();
  expect(
    krippendorffAlpha([
      ["a", "a"],
      ["b", "b"],
    ]),
  ).toBe(1);
  expect(() =>
    fleissKappa([
      [3, 0],
      [1, 1],
    ]),
  ).toThrow(RangeError);
  expect(() => fleissKappa([[1, 0]])).toThrow(RangeError);
});
