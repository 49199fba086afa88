import { writeFileSync } from "node:fs";
import type { FullConfig, Reporter, Suite } from "@playwright/test/reporter";
import { namedFailure, type Tally } from "./test-tally.ts";

/** Writes what Playwright did to KARYOLOOP_TALLY. A test that passed only when tried again counts as failed. */
export default class PlaywrightTally implements Reporter {
  #suite: Suite | null = null;
  readonly #errors: string[] = [];

  onBegin(_config: FullConfig, suite: Suite): void {
    this.#suite = suite;
  }

  onError(error: { message?: string }): void {
    this.#errors.push(`an error outside of any test: ${error.message?.split("\n")[0] ?? "unknown"}`);
  }

  onEnd(): void {
    const tally: { passed: number; failed: string[]; skipped: { name: string; reason: string }[] } = {
      passed: 0,
      failed: this.#errors,
      skipped: [],
    } satisfies Tally;
    for (const test of this.#suite?.allTests() ?? []) {
      const name = test.titlePath().filter(Boolean).join(" > ");
      const outcome = test.outcome();
      if (outcome === "expected") tally.passed++;
      else if (outcome === "skipped")
        tally.skipped.push({
          name,
          reason:
            test.annotations.find((one) => one.type === "skip")?.description ?? "what its name asks for is absent",
        });
      else tally.failed.push(namedFailure(name, test.results.findLast((one) => one.error)?.error?.message));
    }
    const file = process.env.KARYOLOOP_TALLY;
    if (file) writeFileSync(file, JSON.stringify(tally));
  }
}
