import { Problem } from "../../../core/problem.ts";

export interface QueueBounds {
  /** Works at once, of all people together and of one of them. */
  readonly atOnce: number;
  readonly atOncePerPerson: number;
  /** Works that wait. */
  readonly waiting: number;
  readonly waitingPerPerson: number;
}

export interface FairQueue {
  /**
   * Runs `work` when it is this person's turn: people take turns, each one's works keep their order. Rejects at once with the
   * Problem `queue-full`, and with the signal's reason where it aborts before its turn; `work` sees to the signal itself.
   */
  run<T>(person: string, work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

interface Waiting {
  readonly person: string;
  readonly start: () => Promise<unknown>;
}

export function createFairQueue(bounds: QueueBounds): FairQueue {
  /** In the order in which they came. */
  const waiting: Waiting[] = [];
  const running = new Map<string, number>();
  /** A turn is a number that rises: who had none has the lowest. */
  const lastTurn = new Map<string, number>();
  let turns = 0;

  const runningOf = (person: string): number => running.get(person) ?? 0;
  const runningInAll = (): number => [...running.values()].reduce((a, b) => a + b, 0);

  const next = (): Waiting | undefined => {
    let best: Waiting | undefined;
    for (const one of waiting) {
      if (runningOf(one.person) >= bounds.atOncePerPerson) continue;
      if (!best || (lastTurn.get(one.person) ?? 0) < (lastTurn.get(best.person) ?? 0)) best = one;
    }
    return best;
  };

  const startDue = (): void => {
    while (runningInAll() < bounds.atOnce) {
      const one = next();
      if (!one) return;
      waiting.splice(waiting.indexOf(one), 1);
      const { person } = one;
      lastTurn.set(person, ++turns);
      running.set(person, runningOf(person) + 1);
      void one.start().finally(() => {
        const left = runningOf(person) - 1;
        if (left > 0) running.set(person, left);
        else running.delete(person);
        if (waiting.length === 0 && running.size === 0) lastTurn.clear();
        startDue();
      });
    }
  };

  return {
    run(person, work, signal) {
      const ofPerson = waiting.filter((one) => one.person === person).length;
      if (ofPerson >= bounds.waitingPerPerson || waiting.length >= bounds.waiting)
        return Promise.reject(
          new Problem({
            tag: "queue-full",
            what:
              ofPerson >= bounds.waitingPerPerson
                ? `${ofPerson} of your files wait to be read already.`
                : `${waiting.length} files wait to be read on this server.`,
            hint: "Wait until some of them have been read, then try again.",
          }),
        );
      return new Promise((resolve, reject) => {
        const onAbort = () => {
          const at = waiting.indexOf(one);
          if (at < 0) return;
          waiting.splice(at, 1);
          reject(signal.reason);
        };
        const one: Waiting = {
          person,
          start: () => {
            signal.removeEventListener("abort", onAbort);
            return work().then(resolve, reject);
          },
        };
        if (signal.aborted) return reject(signal.reason);
        signal.addEventListener("abort", onAbort, { once: true });
        waiting.push(one);
        startDue();
      });
    },
  };
}
