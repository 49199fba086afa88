import type { TrainBudget } from "./train-options.ts";

/** Share of a budget in minutes that is kept for tuning the thresholds at the end. */
const TUNING_SHARE = 0.05;
/** The model is measured at the end as in a validation, and so is the one that it started from. */
const FINAL_MEASUREMENTS = 2;
/** What validations may keep back at the end of a short budget: learning comes first. */
const MAX_MEASURING_SHARE = 0.3;
/** Validations come after these shares of the budget, later ones when they take longer than a quarter of the time. */
const VALIDATION_EVERY = 0.1;
const LEARNING_PER_VALIDATION = 4;

/** How much of a budget is used: by steps exactly, by minutes less what measuring and tuning will take at the end. */
export class BudgetClock {
  readonly #budget: TrainBudget;
  readonly #startedAt: number;
  #validationSeconds = 0;
  #nextValidation: number;

  constructor(budget: TrainBudget, given: { secondsBefore: number; stepsBefore: number }) {
    this.#budget = budget;
    this.#startedAt = performance.now() - given.secondsBefore * 1000;
    this.#nextValidation = this.progress(given.stepsBefore) + VALIDATION_EVERY;
  }

  elapsedSeconds(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }

  /** Share used after so many steps; 1 and more: learning ends. */
  progress(steps: number): number {
    if ("maxSteps" in this.#budget) return steps / this.#budget.maxSteps;
    const total = this.#budget.minutes * 60;
    const measuring = Math.min(MAX_MEASURING_SHARE * total, FINAL_MEASUREMENTS * this.#validationSeconds);
    return this.elapsedSeconds() / (total * (1 - TUNING_SHARE) - measuring);
  }

  /** Seconds that tuning may take; null for a budget in steps, whose result must not depend on the machine. */
  tuningSeconds(): number | null {
    return "maxSteps" in this.#budget ? null : this.#budget.minutes * 60 * TUNING_SHARE;
  }

  validationIsDue(steps: number): boolean {
    return this.progress(steps) >= this.#nextValidation;
  }

  noteValidation(steps: number, seconds: number): void {
    this.#validationSeconds = seconds;
    const share = "maxSteps" in this.#budget ? 0 : seconds / (this.#budget.minutes * 60);
    this.#nextValidation = this.progress(steps) + Math.max(VALIDATION_EVERY, LEARNING_PER_VALIDATION * share);
  }
}
