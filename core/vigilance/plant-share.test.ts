import { expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import { questionKindAfter } from "../query/question-kind.ts";
import { plantSeal } from "./plant-seal.ts";
import { isPlantDue, plantsAmong } from "./plant-share.ts";

it("about one question in as many as the owner chose is planted, and none where none is to be", () => {
  const random = seededRandom(7);
  for (const every of [5, 25, 200]) {
    const asked = 200_000;
    let planted = 0;
    for (let i = 0; i < asked; i++) if (questionKindAfter(i) === "uncertain" && isPlantDue(every, random())) planted++;
    // Four standard deviations of a binomial.
    expect(Math.abs(planted - asked / every)).toBeLessThan(4 * Math.sqrt(asked / every));
  }
  expect([isPlantDue(0, 0), plantsAmong(1000, 0)]).toEqual([false, 0]);
  expect([plantsAmong(1, 25), plantsAmong(26, 25), plantsAmong(9000, 5)]).toEqual([1, 2, 30]);
});

it("seals of a hundred thousand labels are all different, and other in another volume", () => {
  const seals = new Set(Array.from({ length: 100_000 }, (_, label) => plantSeal("one", label)));
  expect(seals.size).toBe(100_000);
  expect([...seals].every(Number.isSafeInteger)).toBe(true);
  expect(Array.from({ length: 1000 }, (_, label) => seals.has(plantSeal("other", label))).some(Boolean)).toBe(false);
});
