import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { armNames } from "../arms/arms.ts";
import { canonicalText, parsePlan, runsOf, type StudyPlan, specimensOf, testSpecimen } from "./plan.ts";

const text = readFileSync(new URL("../../../docs/studies/queue-2026-11.json", import.meta.url), "utf8");
const given = () => JSON.parse(text) as StudyPlan;

describe("the plan of the queue's study", () => {
  const plan = parsePlan(given());

  it("keeps to the protocol: arms, seeds, rounds, two sets, the rule", () => {
    expect([...plan.arms].sort()).toEqual([...armNames].sort());
    expect(plan.seeds.length).toBeGreaterThanOrEqual(6);
    expect(plan.sets.length).toBeGreaterThanOrEqual(2);
    expect(plan.rounds).toBeGreaterThanOrEqual(5);
    expect(plan.rounds).toBeLessThanOrEqual(8);
    for (const count of [plan.coldStart, plan.querySize]) expect(count >= 5 && count <= 10).toBe(true);
    expect(plan.accept).toMatchObject({ medianAtMost: 0.8, upperBoundBelow: 1, sets: 2, seeds: 6, worstAtMost: 1.05 });
    expect(plan.annotator).toEqual({ jitterVoxels: 1, missed: 0.05, merged: 0.05 });
  });

  it("lets every specimen take its turn as the test, at all seeds the same for every arm", () => {
    for (const set of plan.sets) {
      const tests = plan.seeds.map((seed) => testSpecimen(plan, set, seed));
      expect(new Set(tests)).toEqual(new Set(specimensOf(set)));
      const counts = specimensOf(set).map((one) => tests.filter((test) => test === one).length);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
    const runs = runsOf(plan);
    expect(runs).toHaveLength(10 * 2 * 15);
    expect(runs.slice(0, 30).every(({ seed }) => seed === 0)).toBe(true);
  });

  it("has one text, however it is laid out, and another one when anything of it changes", () => {
    const turned = Object.fromEntries(Object.entries(plan).reverse());
    expect(canonicalText(turned)).toBe(canonicalText(plan));
    expect(canonicalText({ ...plan, steps: plan.steps + 1 })).not.toBe(canonicalText(plan));
    expect(canonicalText({ ...plan, arms: [...plan.arms].reverse() })).not.toBe(canonicalText(plan));
    expect(parsePlan(JSON.parse(canonicalText(plan)))).toEqual(plan);
  });

  it.each<[string, (plan: StudyPlan) => unknown]>([
    ["primary.arm", (of) => ({ ...of, arms: ["stratified", "random"] })],
    ["arms", (of) => ({ ...of, arms: ["shipped", "random"] })],
    ["arms", (of) => ({ ...of, arms: ["shipped", "shipped", "stratified"] })],
    ["seeds", (of) => ({ ...of, seeds: [1, 1] })],
    ["embryos", (of) => ({ ...of, sets: [{ ...of.sets[0], volumes: of.sets[0].volumes.slice(0, 3) }] })],
    ["sets", (of) => ({ ...of, sets: [of.sets[0], of.sets[0]] })],
    ["annotator.missed", (of) => ({ ...of, annotator: { ...of.annotator, missed: 2 } })],
    ["", (of) => ({ ...of, more: 1 })],
  ])("says what cannot be: %s", (where, change) => {
    expect(() => parsePlan(change(given()))).toThrow(
      expect.objectContaining({ tag: "wrong-plan", where: `plan: ${where}` }),
    );
  });
});
