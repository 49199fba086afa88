import { afterEach, expect, it, vi } from "vitest";
import { RestartPauses } from "./restart-pauses.ts";
import { RoomLog, reasonOf } from "./room-log.ts";

afterEach(() => void vi.useRealTimers());

it("a reason is one short line of what lies at the bottom, without parameters of a query and nothing a terminal obeys", () => {
  const inner = new Error("value too long\u001b[2J\u0007\nDETAIL: \u0000");
  const outer = new Error("Failed query: insert into label_journal values ($1)\nparams: secret", { cause: inner });
  expect(reasonOf(outer)).toBe("value too long?[2J?");
  expect(reasonOf("x".repeat(5000))).toHaveLength(161);
  expect(reasonOf(undefined)).toBe("undefined");
});

it("says the same only once in a while", () => {
  vi.useFakeTimers();
  const lines: string[] = [];
  const log = new RoomLog((line) => lines.push(line));
  for (let i = 0; i < 50; i++) log.trouble("v", new Error("no"));
  log.trouble("w", new Error("no"));
  vi.advanceTimersByTime(31_000);
  log.trouble("v", new Error("no"));
  expect(lines).toHaveLength(3);
});

it("a room that crashes again and again stays away longer each time, up to a minute, and is forgiven", () => {
  vi.useFakeTimers();
  const pauses = new RestartPauses();
  const begun = Array.from({ length: 10 }, () => pauses.crashed("v"));
  expect(begun).toEqual([0, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  expect([pauses.remainingMs("v"), pauses.remainingMs("w")]).toEqual([60_000, 0]);
  vi.advanceTimersByTime(60_000);
  expect(pauses.remainingMs("v")).toBe(0);
  vi.advanceTimersByTime(5 * 60_000 + 1);
  expect(pauses.crashed("v")).toBe(0);
  for (let i = 0; i < 9; i++) pauses.failedToOpen("w");
  expect(pauses.remainingMs("w")).toBe(2000);
});
