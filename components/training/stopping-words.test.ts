import { describe, expect, it } from "vitest";
import { auditWords, gainWords } from "./stopping-words.ts";
import type { CurvePoint } from "./training-contract.ts";

const point = (day: number, ap50: number, keptOutNuclei = 40, nucleiLabelled = 10 * day): CurvePoint => ({
  ...{ checkpointId: `c${day}`, snapshotId: null, nucleiLabelled, activeMinutes: day, ap50, ap75: 0, dice: 0 },
  ...{ keptOutNuclei, createdAt: new Date(Date.UTC(2026, 0, day)) },
});

describe("when to stop", () => {
  it("says what a random sample tells of all, with its exact interval", () => {
    expect(auditWords({ accepted: 45, corrected: 3, rejected: 2 })).toBe(
      "45 of 50 proposals drawn at random were right as they were: 78–97 % of all open ones are, with 95 % confidence. 3 needed a correction, 2 were no nucleus.",
    );
    expect(auditWords({ accepted: 1, corrected: 0, rejected: 0 })).toMatch(/^1 of 1 proposal .* was right .* 2–100 %/);
    expect(auditWords({ accepted: 0, corrected: 0, rejected: 0 })).toMatch(/No question was drawn/);
  });

  it("compares models on the same kept-out nuclei only, in the order of time", () => {
    expect(gainWords([point(2, 0.8)])).toBeNull();
    expect(gainWords([point(1, 0.5, 12), point(2, 0.8)])).toBeNull();
    expect(gainWords([point(3, 0.84), point(1, 0.6, 12), point(2, 0.8)])).toBe(
      "The last training changed AP at IoU 0.5 by +0.040 (10 more labelled nuclei in the last), on 40 kept-out nuclei.",
    );
    expect(gainWords([point(1, 0.7), point(2, 0.8), point(3, 0.805), point(4, 0.801)])).toBe(
      "The last two trainings changed AP at IoU 0.5 by +0.005 and then −0.004 (10 more labelled nuclei in the last), on 40 kept-out nuclei. More labels of the same kind change little by now.",
    );
  });
});
