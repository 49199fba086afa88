import { writeFileSync } from "node:fs";
import type { Reporter, SerializedError, TestModule } from "vitest/node";
import { namedFailure, type Tally } from "./test-tally.ts";

/** Writes what vitest did to KARYOLOOP_TALLY. A skip's reason is its note, else the words of its name. */
export default class VitestTally implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tally: { passed: number; failed: string[]; skipped: { name: string; reason: string }[] } = {
      passed: 0,
      failed: unhandled.map((error) => `an error outside of any test: ${error.message}`),
      skipped: [],
    } satisfies Tally;
    for (const module of modules) {
      const where = module.relativeModuleId;
      if (module.state() === "failed" && module.errors().length > 0)
        tally.failed.push(namedFailure(`${where} could not be loaded`, module.errors()[0]?.message));
      for (const test of module.children.allTests()) {
        const result = test.result();
        const name = `${where} > ${test.fullName}`;
        if (result.state === "passed") tally.passed++;
        else if (result.state === "failed") tally.failed.push(namedFailure(name, result.errors[0]?.message));
        else
          tally.skipped.push({ name, reason: ("note" in result && result.note) || "what its name asks for is absent" });
      }
    }
    const file = process.env.KARYOLOOP_TALLY;
    if (file) writeFileSync(file, JSON.stringify(tally));
  }
}
