import { expect, it } from "vitest";
import { measureNuclei } from "../morphometry/measure-nuclei.ts";
import { createSeededRandom } from "../simulator/seeded-random.ts";
import { balancedAccuracy, countClasses, LEAST_OF_A_CLASS, learnable } from "./class-counts.ts";
import { crossValidate } from "./cross-validate.ts";
import { type ClassifiedNucleus, fitClassifier } from "./fit-classifier.ts";
import { learnClasses } from "./learn-classes.ts";
import { askable, classProbabilities, nucleusClassifierSchema, proposeClass, termsOf } from "./nucleus-classifier.ts";
import { featureNames, measureFeatures } from "./nucleus-features.ts";
import { createTwoKinds, kinds } from "./testing/two-kinds.ts";

const uniformOf = (seed: number) => createSeededRandom(seed).uniform;

/** As a training measures them. */
function nucleiOf(seed: number, specimen = `embryo ${seed}`): ClassifiedNucleus[] {
  const volume = createTwoKinds(seed);
  const shapes = new Map(
    measureNuclei(volume.labels, volume).flatMap(({ labelValue, truncated, elongation, flatness, ...shape }) =>
      truncated || elongation === null || flatness === null ? [] : [[labelValue, { elongation, flatness, ...shape }]],
    ),
  );
  const features = measureFeatures({ ...volume, window: { low: 90, high: 450 }, shapes }, () => true);
  return [...features].map(([label, its]) => ({
    className: volume.kindOf.get(label) ?? "",
    specimen,
    features: its,
  }));
}

/** Nuclei with made-up features. */
function drawn(seed: number, counts: Readonly<Record<string, number>>, mean: (className: string, k: number) => number) {
  const random = createSeededRandom(seed);
  return Object.entries(counts).flatMap(([className, count]) =>
    Array.from(
      { length: count },
      (_, i): ClassifiedNucleus => ({
        className,
        specimen: `embryo ${i % 4}`,
        features: featureNames.map((_name, k) => mean(className, k) + random.normal()),
      }),
    ),
  );
}

const recallOf = (counts: readonly (readonly number[])[], k: number) =>
  counts[k][k] / counts[k].reduce((sum, one) => sum + one, 0);

it("tells two kinds in volumes with unequal axes that it has not seen", () => {
  const nuclei = [11, 12].flatMap((seed) => nucleiOf(seed));
  expect(nuclei.length).toBeGreaterThan(100);
  const learned = learnClasses(nuclei, uniformOf(1));
  if (!learned) throw new Error("nothing was learned");
  const { classifier, measured } = learned;
  expect(measured.by).toBe("specimen");
  expect(balancedAccuracy(measured.counts)).toBeGreaterThan(0.93);
  const unseen = nucleiOf(13);
  const right = unseen.filter(({ className, features }) => proposeClass(classifier, features).name === className);
  expect(right.length / unseen.length).toBeGreaterThan(0.93);
}, 120_000);

it("finds nothing in labels that were dealt out at random: chance, and not more", () => {
  const nuclei = nucleiOf(15, "one embryo");
  const accuracies = [1, 2, 3, 4].map((seed) => {
    const uniform = uniformOf(seed);
    const dealt = nuclei.map((one) => ({ ...one, className: kinds[uniform() < 0.5 ? 0 : 1] }));
    const { counts, by } = crossValidate(dealt, kinds, uniform);
    expect(by).toBe("nucleus");
    return balancedAccuracy(counts);
  });
  const mean = accuracies.reduce((sum, one) => sum + one, 0) / accuracies.length;
  expect(mean).toBeGreaterThan(0.4);
  expect(mean).toBeLessThan(0.6);
}, 120_000);

it("stands where the loss, written down anew, has no slope left: a convex loss has one such place", () => {
  const nuclei = drawn(3, { a: 14, b: 9, c: 5 }, (name, k) => (name === "a" ? k % 3 : name === "b" ? -(k % 2) : 0.4));
  const classes = ["a", "b", "c"];
  const fitted = fitClassifier(nuclei, classes);
  const sizes: Record<string, number> = { a: 14, b: 9, c: 5 };
  const loss = (weights: readonly (readonly number[])[]) => {
    let sum = 0;
    for (const { className, features } of nuclei) {
      const terms = [...termsOf(features, fitted)];
      const powers = weights.map((row) => Math.exp(row.reduce((total, weight, t) => total + weight * terms[t], 0)));
      const share = powers[classes.indexOf(className)] / powers.reduce((total, power) => total + power, 0);
      sum -= Math.log(share) / (3 * sizes[className]);
    }
    const squares = weights.flatMap((row) => row.slice(0, -1)).reduce((total, weight) => total + weight * weight, 0);
    return sum + squares / (2 * nuclei.length);
  };
  const step = 1e-4;
  fitted.weights.forEach((row, k) => {
    for (let t = 0; t < row.length; t++) {
      const moved = (by: number) =>
        loss(
          fitted.weights.map((one, i) => (i === k ? one.map((weight, j) => (j === t ? weight + by : weight)) : one)),
        );
      expect(Math.abs(moved(step) - moved(-step)) / (2 * step)).toBeLessThan(1e-6);
    }
  });
  expect(loss(fitted.weights)).toBeLessThan(0.6 * loss(fitted.weights.map((row) => row.map(() => 0))));
});

it("does not give a rare class up for a frequent one, and finds one that lies on both sides of another", () => {
  const rare = crossValidate(
    drawn(5, { large: 150, small: 9 }, (name, k) => (k < 3 && name === "small" ? -1.8 : 0)),
    ["large", "small"],
    uniformOf(2),
  );
  expect(recallOf(rare.counts, 1)).toBeGreaterThan(0.6);
  const odd = drawn(6, { usual: 40, odd: 40 }, () => 0).map((one, i) => ({
    ...one,
    features: one.features.map((value, k) =>
      k === 0 && one.className === "odd" ? (value ?? 0) + (i % 2 ? 4 : -4) : value,
    ),
  }));
  expect(balancedAccuracy(crossValidate(odd, ["usual", "odd"], uniformOf(3)).counts)).toBeGreaterThan(0.75);
});

it("leaves specimens out whole only where each class lies in several of them", () => {
  const nuclei = drawn(7, { a: 12, b: 12 }, () => 0);
  const by = (changed: ClassifiedNucleus[]) => crossValidate(changed, ["a", "b"], uniformOf(4)).by;
  expect(by(nuclei)).toBe("specimen");
  expect(by(nuclei.map((one) => ({ ...one, specimen: one.className })))).toBe("nucleus");
  expect(by(nuclei.map((one) => ({ ...one, specimen: "the only one" })))).toBe("nucleus");
});

it("learns what has enough nuclei, says what has too few, and gives the same result for the same numbers", () => {
  const few = drawn(8, { a: 20, b: LEAST_OF_A_CLASS - 1 }, (name) => (name === "a" ? 1 : -1));
  expect(learnClasses(few, uniformOf(1))).toBeNull();
  const counted = countClasses(few.toReversed().map(({ className }) => className));
  expect(counted).toEqual([
    { name: "a", nuclei: 20 },
    { name: "b", nuclei: 4 },
  ]);
  expect(learnable(counted)).toEqual([]);
  const enough = drawn(8, { a: 20, b: LEAST_OF_A_CLASS, c: 2 }, (name) => (name === "a" ? 1 : -1));
  const learned = learnClasses(enough, uniformOf(1));
  expect(learned?.measured.classes).toEqual(["a", "b"]);
  expect(learned?.measured.counts.flat().reduce((sum, one) => sum + one, 0)).toBe(25);
  expect(learnClasses(enough, uniformOf(1))).toEqual(learned);
  expect(learnClasses([], uniformOf(1))).toBeNull();
});

it("is read as it was written, and not asked where other features are measured", () => {
  const nuclei = drawn(9, { a: 8, b: 8 }, (name, k) => (name === "a" ? k : -k));
  const fitted = fitClassifier(nuclei, ["a", "b"]);
  const read = nucleusClassifierSchema.parse(JSON.parse(JSON.stringify(fitted)));
  expect(read).toEqual(fitted);
  expect(classProbabilities(read, nuclei[0].features).reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12);
  expect(
    proposeClass(
      read,
      featureNames.map(() => null),
    ).probability,
  ).toBeGreaterThanOrEqual(0.5);
  expect(askable(read)).toBe(read);
  expect(askable({ ...read, features: [...read.features].reverse() })).toBeNull();
  for (const broken of [
    { ...fitted, weights: fitted.weights.slice(1) },
    { ...fitted, weights: fitted.weights.map((row) => row.slice(1)) },
    { ...fitted, classes: ["a", "a"] },
    { ...fitted, scales: fitted.scales.map(() => 0) },
    { ...fitted, means: fitted.means.map(() => Number.NaN) },
    { ...fitted, secret: 1 },
  ])
    expect(nucleusClassifierSchema.safeParse(broken).success).toBe(false);
});
