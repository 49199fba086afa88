import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { namedFailure, readTally, sumTallies, tallyLines } from "./test-tally.ts";

it("sums runners, names skips and failures, and ends with the plain line", () => {
  const sum = sumTallies([
    { passed: 3, failed: ["a > b"], skipped: [{ name: "c", reason: "no tifffile" }] },
    { passed: 4, failed: [], skipped: [] },
  ]);
  expect(tallyLines(sum)).toEqual(["skipped: c: no tifffile", "failed: a > b", "7 passed, 1 failed, 1 skipped"]);
});

it("counts a runner that broke off as a failure", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "kl-tally-"));
  try {
    expect(tallyLines(await readTally(path.join(folder, "none"), "vitest")).at(-1)).toBe(
      "0 passed, 1 failed, 0 skipped",
    );
    await writeFile(path.join(folder, "half"), '{"passed": 7');
    expect((await readTally(path.join(folder, "half"), "vitest")).failed).toHaveLength(1);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it("says the first words of a failure on one line, without the colours of a terminal", () => {
  expect(namedFailure("a > b", "expect(\u001b[31mreceived\u001b[39m)\n\n  Expected: []")).toBe(
    "a > b: expect(received) Expected: []",
  );
  expect(namedFailure("a", undefined)).toBe("a");
  expect(namedFailure("a", "x".repeat(1000)).length).toBeLessThan(310);
});
