// @ts-check
import os from "node:os";
import { EXIT_CONFIGURATION } from "./exit-codes.mjs";

const FIRST_PAUSE_SECONDS = 1;
const LONGEST_PAUSE_SECONDS = 60;
/** One that ran this long was not failing at its start. */
const STEADY_MS = 10 * 60_000;

/** @param {number | null} code as a shell gives it: 128 and the number of the signal that ended it */
function inWords(code) {
  if (code === null) return "it could not be started";
  const signal = Object.entries(os.constants.signals).find(([, number]) => number === code - 128)?.[0];
  if (signal === "SIGABRT") return "SIGABRT: out of memory, as a rule";
  return signal ?? `exit code ${code}`;
}

/**
 * Runs the server again and again until it was asked to stop, or has said that it is set wrongly; after it once ran, even
 * that may pass (a port that is not free again yet), and nobody may be there to start it. Resolves to the exit code.
 *
 * @param {{
 *   run: () => Promise<number | null>,
 *   say: (sentence: string) => void,
 *   pause: (milliseconds: number, signal: AbortSignal) => Promise<unknown>,
 *   now: () => number,
 *   stopping: AbortSignal,
 * }} options `run` resolves to the exit code when the server has ended; null where it could not be started
 * @returns {Promise<number>}
 */
export async function keepUp({ run, say, pause, now, stopping }) {
  let pauseSeconds = FIRST_PAUSE_SECONDS;
  let ranBefore = false;
  for (;;) {
    const startedAt = now();
    const code = await run();
    if (code === 0 || stopping.aborted) return code ?? 0;
    if (code === EXIT_CONFIGURATION && !ranBefore) return code;
    ranBefore = true;
    if (now() - startedAt >= STEADY_MS) pauseSeconds = FIRST_PAUSE_SECONDS;
    say(`The server ended (${inWords(code)}). It is started again in ${pauseSeconds} s.`);
    await pause(pauseSeconds * 1000, stopping).catch(() => {});
    if (stopping.aborted) return 0;
    pauseSeconds = Math.min(pauseSeconds * 2, LONGEST_PAUSE_SECONDS);
  }
}
