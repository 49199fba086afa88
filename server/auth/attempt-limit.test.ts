import { expect, it } from "vitest";
import { createAttemptLimit } from "./attempt-limit.ts";

it("blocks one key after its failures, not another, and lets it go after the window", () => {
  let now = 1_000;
  const limit = createAttemptLimit({ failures: 3, windowMs: 500, now: () => now });
  for (let i = 0; i < 3; i++) {
    expect(limit.isBlocked("ada")).toBe(false);
    limit.countFailure("ada");
  }
  expect(limit.isBlocked("ada")).toBe(true);
  expect(limit.isBlocked("bob")).toBe(false);
  now += 499;
  expect(limit.isBlocked("ada")).toBe(true);
  now += 1;
  expect(limit.isBlocked("ada")).toBe(false);
});

it("forgets failures after a success", () => {
  const limit = createAttemptLimit({ failures: 2, windowMs: 500 });
  limit.countFailure("ada");
  limit.forget("ada");
  limit.countFailure("ada");
  expect(limit.isBlocked("ada")).toBe(false);
});
