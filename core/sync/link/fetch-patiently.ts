import { isProblem } from "../../problem.ts";

/** Pauses before each further try: a stumble of a busy server or a lost connection passes in this time. */
const PAUSES_MS = [400, 1200, 4000] as const;

const isOver = (error: unknown, signal?: AbortSignal): boolean =>
  signal?.aborted === true || isProblem(error) || (error instanceof Error && error.name === "AbortError");

/** Tries again what the network lost; what the server decided (a Problem) and what was given up is final. */
export async function fetchPatiently<T>(
  fetchOnce: () => Promise<T>,
  schedule: (task: () => void, delayMs: number) => unknown,
  signal?: AbortSignal,
): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await fetchOnce();
    } catch (error) {
      if (isOver(error, signal)) throw error;
      await new Promise<void>((resolve) => schedule(resolve, pauseMs));
      signal?.throwIfAborted();
    }
  }
  return fetchOnce();
}
