import { asc, inArray } from "drizzle-orm";
import type { DepositState } from "../../core/publication/deposit.ts";
import { deposit } from "../../db/schema/index.ts";
import { failureLog } from "../log/failure-log.ts";
import { QueueRunner } from "../queue-runner.ts";
import { atHolder } from "../servers/at-holder.ts";
import { backgroundOperation } from "../servers/operation.ts";
import type { Services } from "../services.ts";
import { type DepositRow, runDeposit } from "./run-deposit.ts";

/**
 * Works off the table `deposit`: what is `uploading`, `publishing` or `discarding` there when a server starts is gone on with. One upload
 * at a time; what takes seconds does not wait behind one that takes hours.
 */
interface DepositQueue {
  resume(): void;
  nudge(): void;
  /** Resolves when nothing more is sent for it; for a row that is in another state already. */
  stop(isMeant: (row: DepositRow) => boolean): Promise<void>;
  close(): Promise<void>;
}

const queues = new WeakMap<Services, DepositQueue>();

/** The one queue of a server. */
export function depositQueueOf(services: Services): DepositQueue {
  let queue = queues.get(services);
  if (!queue) {
    queue = createDepositQueue(services);
    queues.set(services, queue);
  }
  return queue;
}

export const nudgeDepositsOperation = backgroundOperation("nudge-deposits", async (services, _input: null) =>
  depositQueueOf(services).nudge(),
);
export const stopDepositOperation = backgroundOperation("stop-deposit", (services, depositId: string) =>
  depositQueueOf(services).stop(({ id }) => id === depositId),
);
export const stopDepositsOperation = backgroundOperation("stop-deposits", (services, projectId: string) =>
  depositQueueOf(services).stop((row) => row.projectId === projectId),
);

/** Something is to be done: whoever does it looks; where that cannot be told, it looks by itself after a while. */
export function nudgeDeposits(services: Services): void {
  atHolder(services, nudgeDepositsOperation, "all", null).catch((error) =>
    failureLog.failed("telling the deposits", error),
  );
}

/** Stops the work on a deposit, or on all of a project, wherever it is done. */
export const stopDeposit = (services: Services, depositId: string): Promise<void> =>
  atHolder(services, stopDepositOperation, depositId, depositId);
export const stopDeposits = (services: Services, projectId: string): Promise<void> =>
  atHolder(services, stopDepositsOperation, projectId, projectId);

function createDepositQueue(services: Services): DepositQueue {
  const { db, cluster } = services;

  const runnerOf = (name: string, states: DepositState[]): QueueRunner<DepositRow> =>
    new QueueRunner<DepositRow>({
      name,
      async next() {
        const rows = await db
          .select()
          .from(deposit)
          .where(inArray(deposit.state, states))
          .orderBy(asc(deposit.createdAt), asc(deposit.id))
          .limit(1);
        return rows[0];
      },
      begin(row) {
        const abort = new AbortController();
        const ended = runDeposit(services, row, abort.signal);
        return {
          ended,
          async stop() {
            abort.abort();
            await ended.catch(() => {}); // the queue says so
          },
        };
      },
    });
  const runners = [
    runnerOf("sending deposits", ["uploading"]),
    runnerOf("publishing deposits", ["publishing", "discarding"]),
  ];

  return {
    resume() {
      for (const runner of runners) {
        if (cluster) runner.lookNowAndThen();
        runner.nudge();
      }
    },
    nudge() {
      for (const runner of runners) runner.nudge();
    },
    async stop(isMeant) {
      await Promise.all(runners.map((runner) => runner.stop(isMeant)));
    },
    async close() {
      await Promise.all(runners.map((runner) => runner.close()));
    },
  };
}
