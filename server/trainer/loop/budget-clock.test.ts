import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BudgetClock } from "./budget-clock.ts";

const fresh = { secondsBefore: 0, stepsBefore: 0 };

describe("BudgetClock", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
  afterEach(() => void vi.useRealTimers());

  it("ends learning so early that two measurements and tuning end within the minutes", () => {
    for (const validationSeconds of [0, 2, 5]) {
      const clock = new BudgetClock({ minutes: 1 }, fresh);
      clock.noteValidation(1, validationSeconds);
      while (clock.progress(0) < 1) vi.advanceTimersByTime(100);
      const left = 60 - clock.elapsedSeconds();
      expect(left).toBeGreaterThanOrEqual(2 * validationSeconds + (clock.tuningSeconds() ?? 0) - 0.1);
      expect(left).toBeLessThan(2 * validationSeconds + (clock.tuningSeconds() ?? 0) + 0.1);
    }
  });

  it("learns for most of the minutes even where a validation takes longer than they are", () => {
    const clock = new BudgetClock({ minutes: 1 }, fresh);
    clock.noteValidation(1, 500);
    vi.advanceTimersByTime(36_000);
    expect(clock.progress(0)).toBeLessThan(1);
  });

  it("validates every tenth, and seldom enough that learning gets four fifths of the time", () => {
    const clock = new BudgetClock({ minutes: 10 }, fresh);
    const spent = { learning: 0, validating: 0 };
    let validations = 0;
    while (clock.progress(0) < 1) {
      vi.advanceTimersByTime(1000);
      spent.learning++;
      if (!clock.validationIsDue(0)) continue;
      validations++;
      vi.advanceTimersByTime(30_000);
      spent.validating += 30;
      clock.noteValidation(0, 30);
    }
    expect(validations).toBeGreaterThan(2);
    expect(spent.validating).toBeLessThan(0.25 * spent.learning + 30);
  });

  it("knows nothing of time where the budget is in steps", () => {
    const clock = new BudgetClock({ maxSteps: 100 }, { secondsBefore: 900, stepsBefore: 20 });
    vi.advanceTimersByTime(1e6);
    expect([clock.progress(20), clock.progress(100)]).toEqual([0.2, 1]);
    expect(clock.tuningSeconds()).toBeNull();
    expect([29, 31].map((steps) => clock.validationIsDue(steps))).toEqual([false, true]);
    clock.noteValidation(30, 1e6);
    expect([39, 41].map((steps) => clock.validationIsDue(steps))).toEqual([false, true]);
  });
});
