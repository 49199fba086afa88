import { describe, expect, it } from "vitest";
import { directedChecks } from "./directed-checks.ts";
import { HarnessRun, optionsOf, type RunResult } from "./harness-run.ts";
import { mutants } from "./mutants.ts";

process.setMaxListeners(0); // every provider listens for the end of the process

const RUNS = 100;
const STEPS = 350;

describe("five people, one volume, the product's own client and server", () => {
  it(`holds I1, I2, I3, I4, I6, I7, I8, I9, I12, I14, I15, I16 in ${RUNS} random histories`, {
    timeout: 600_000,
  }, async () => {
    const totals = {
      strokes: 0,
      undos: 0,
      redos: 0,
      facts: 0,
      reloads: 0,
      crashes: 0,
      seals: 0,
      roles: 0,
      folds: 0,
      localFolds: 0,
      repairs: 0,
      blobs: 0,
      records: 0,
    };
    for (let seed = 1; seed <= RUNS; seed++) {
      const result: RunResult = await new HarnessRun(seed * 104_729, { ...optionsOf(seed), steps: STEPS }).run();
      expect(result.failures, `seed ${seed}`).toEqual([]);
      for (const key of Object.keys(totals) as (keyof typeof totals)[]) totals[key] += result[key];
    }
    // Not vacuous: all of it happened, often.
    expect(totals.strokes).toBeGreaterThan(RUNS * 15);
    for (const count of [
      totals.undos,
      totals.reloads,
      totals.crashes,
      totals.seals,
      totals.facts,
      totals.folds,
      totals.localFolds,
    ])
      expect(count).toBeGreaterThan(RUNS);
    expect(totals.redos).toBeGreaterThan(RUNS / 10);
    expect(totals.repairs).toBeGreaterThan(RUNS / 10);
    expect(totals.roles).toBeGreaterThan(RUNS / 3);
    expect(totals.blobs).toBeGreaterThan(RUNS / 3);
  });

  it.each(directedChecks)("$name", async ({ run }) => {
    expect(await run()).toEqual([]);
  });
});

describe("a rule switched off is noticed", () => {
  it.each(mutants)("$rule", { timeout: 60_000 }, async (mutant) => {
    const mend = mutant.break();
    try {
      expect(await firstFailure()).not.toBeNull();
    } finally {
      mend();
    }
  });
});

/** Directed checks first: they are quick. */
async function firstFailure(): Promise<string | null> {
  for (const { run, name } of directedChecks) if ((await run()).length > 0) return name;
  for (let seed = 1; seed <= 10; seed++) {
    const { failures } = await new HarnessRun(seed * 7919, { crashes: true, longOffline: false }).run();
    if (failures.length > 0) return failures[0];
  }
  return null;
}
