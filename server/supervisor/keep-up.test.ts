import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { EXIT_CONFIGURATION } from "./exit-codes.mjs";
import { keepUp } from "./keep-up.mjs";

const MINUTE_MS = 60_000;

/** Runs that end after `upMs` with `code`, on a clock of its own; the last one is asked to stop. */
async function kept(runs: readonly { readonly upMs: number; readonly code: number | null }[]) {
  const stopping = new AbortController();
  const said: string[] = [];
  const pauses: number[] = [];
  let nowMs = 0;
  let started = 0;
  const code = await keepUp({
    async run() {
      const { upMs, code } = runs[started++];
      nowMs += upMs;
      if (started === runs.length) stopping.abort();
      return code;
    },
    say: (sentence) => said.push(sentence),
    async pause(milliseconds) {
      pauses.push(milliseconds / 1000);
      nowMs += milliseconds;
    },
    now: () => nowMs,
    stopping: stopping.signal,
  });
  return { code, said, pauses, started };
}
const crash = { upMs: 500, code: 1 };

it("starts again after pauses that grow to a minute, and never gives up", async () => {
  const { pauses, started, code } = await kept([...Array(200).fill(crash), { upMs: 1, code: 0 }]);
  expect(pauses.slice(0, 9)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  expect(started).toBe(201);
  expect(code).toBe(0);
});

it("begins with a short pause anew after ten minutes without a crash", async () => {
  const steady = { upMs: 10 * MINUTE_MS, code: 137 };
  const almost = { upMs: 10 * MINUTE_MS - 1, code: 137 };
  const { pauses } = await kept([crash, crash, almost, steady, crash, crash]);
  expect(pauses).toEqual([1, 2, 4, 1, 2]);
});

it.each([
  [1, "exit code 1"],
  [137, "SIGKILL"],
  [134, "SIGABRT: out of memory, as a rule"],
  [139, "SIGSEGV"],
  [null, "it could not be started"],
])("says how it ended: %j is %s", async (code, words) => {
  const { said } = await kept([{ upMs: 1, code }, crash]);
  expect(said).toEqual([`The server ended (${words}). It is started again in 1 s.`]);
});

it("does not start again what said that it is set wrongly, unless it ran before", async () => {
  const refusal = { upMs: 100, code: EXIT_CONFIGURATION };
  expect(await kept([refusal, crash])).toMatchObject({ code: EXIT_CONFIGURATION, started: 1, said: [] });
  expect(await kept([crash, refusal, refusal, crash])).toMatchObject({ started: 4, pauses: [1, 2, 4] });
});

it("does not start again what was asked to stop, and stops in the middle of a pause", async () => {
  expect(await kept([{ upMs: 1, code: 0 }, crash])).toMatchObject({ code: 0, started: 1, said: [] });
  const stopping = new AbortController();
  let started = 0;
  const code = await keepUp({
    async run() {
      started++;
      return 1;
    },
    say: () => setImmediate(() => stopping.abort()),
    pause: (_milliseconds, signal) => sleep(MINUTE_MS, undefined, { signal }),
    now: () => 0,
    stopping: stopping.signal,
  });
  expect({ code, started }).toEqual({ code: 0, started: 1 });
});
