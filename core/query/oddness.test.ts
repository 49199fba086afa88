import { expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import { createOddness } from "./oddness.ts";

const shape = (volumeUm3: number, elongation = 1.2, flatness = 1.3, sphericity = 0.9) => ({
  volumeUm3,
  elongation,
  flatness,
  sphericity,
});

it("says nothing below twenty accepted nuclei", () => {
  const nineteen = Array.from({ length: 19 }, (_, i) => shape(100 + i));
  expect(createOddness(nineteen)).toBeNull();
  expect(createOddness([...nineteen, shape(100)])).not.toBeNull();
});

it("names the feature that is farthest from the accepted nuclei, and its direction", () => {
  const random = seededRandom(3);
  const truth = Array.from({ length: 60 }, () =>
    shape(200 * (0.9 + 0.2 * random()), 1.1 + 0.2 * random(), 1.2 + 0.2 * random(), 0.85 + 0.1 * random()),
  );
  const oddnessOf = createOddness(truth)!;
  expect(oddnessOf(shape(200, 1.2, 1.3, 0.9)).score).toBeLessThan(0.3);
  expect(oddnessOf(shape(4000))).toEqual({ score: 1, feature: "volume", larger: true });
  expect(oddnessOf(shape(20))).toEqual({ score: 1, feature: "volume", larger: false });
  expect(oddnessOf(shape(200, 5))).toMatchObject({ feature: "elongation", larger: true });
  expect(oddnessOf(shape(200, 1.2, 1.3, 0.2))).toMatchObject({ feature: "sphericity", larger: false });
});

it("does not depend on one wild nucleus among the accepted", () => {
  const truth = Array.from({ length: 40 }, (_, i) => shape(100 + i));
  const probe = shape(180);
  const before = createOddness(truth)!(probe).score;
  const after = createOddness([...truth, shape(1e9)])!(probe).score;
  expect(Math.abs(after - before)).toBeLessThan(0.1);
});
