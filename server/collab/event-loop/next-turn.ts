/** Lets everything else that waits in this process go first. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Sockets, requests and timers of the process wait no longer than this. */
const HOLD_MS = 8;

let turnBeganMs = 0;

/** Between the steps of long work: lets others go first when this turn of the event loop has lasted. */
export async function pauseWhenDue(): Promise<void> {
  const now = performance.now();
  if (now - turnBeganMs < HOLD_MS) return;
  await nextTurn();
  turnBeganMs = performance.now();
}

let lastInLine: Promise<void> = Promise.resolve();

/** A turn for each that asks, one after the other: long answers to many pages at once would hold the process as one. */
export function ownTurn(): Promise<void> {
  lastInLine = lastInLine.then(nextTurn);
  return lastInLine;
}
