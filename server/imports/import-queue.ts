import { asc, eq, inArray } from "drizzle-orm";
import { importJob } from "../../db/schema/index.ts";
import { countStoredBytes } from "../ingest/quota/count-stored-bytes.ts";
import { failureLog } from "../log/failure-log.ts";
import { QueueRunner } from "../queue-runner.ts";
import { atHolder } from "../servers/at-holder.ts";
import { backgroundOperation } from "../servers/operation.ts";
import type { Services } from "../services.ts";
import { sweepOldScratch, sweepScratch, sweepUploads } from "./clean-up.ts";
import type { ImportJobRow } from "./import-task.ts";
import { runImport } from "./run-import.ts";

/**
 * Imports, one at a time: people take turns, each one's imports keep their order. The queue is the table `import_job`: what is not finished
 * there is done again after a restart. States: queued -> running -> done | failed; cancelled jobs are deleted.
 */
export interface ImportQueue {
  /** Takes up what a stopped server left, and sweeps what belongs to nobody; from then on a few times a day. */
  resume(): Promise<void>;
  /** A job was added. */
  nudge(): void;
  /** Ends the job's process if it runs; resolves when it writes no more. */
  stop(jobId: string): Promise<void>;
  /** Ends the running process; its job is taken up at the next start. */
  close(): Promise<void>;
}

const SWEEP_EVERY_MS = 6 * 3600 * 1000;

const queues = new WeakMap<Services, ImportQueue>();

/** The one queue of a server. */
export function importQueueOf(services: Services): ImportQueue {
  let queue = queues.get(services);
  if (!queue) {
    queue = createImportQueue(services);
    queues.set(services, queue);
  }
  return queue;
}

export const nudgeImportsOperation = backgroundOperation("nudge-imports", async (services, _input: null) =>
  importQueueOf(services).nudge(),
);
export const stopImportOperation = backgroundOperation("stop-import", (services, jobId: string) =>
  importQueueOf(services).stop(jobId),
);

/** A job was added: whoever runs the queue looks; where that cannot be told, it looks by itself after a while. */
export function nudgeImports(services: Services): void {
  atHolder(services, nudgeImportsOperation, "all", null).catch((error) =>
    failureLog.failed("telling the import queue", error),
  );
}

/** Ends the job's process wherever it runs; resolves when it writes no more. */
export const stopImport = (services: Services, jobId: string): Promise<void> =>
  atHolder(services, stopImportOperation, jobId, jobId);

function createImportQueue(services: Services): ImportQueue {
  const { db, environment, cluster } = services;
  let sweeper: NodeJS.Timeout | undefined;
  const counting = new AbortController();

  /** When people had their last turn, as a number that rises; forgotten by a restart. */
  const lastTurn = new Map<string, number>();
  let turns = 0;

  const nextJob = async (): Promise<ImportJobRow | undefined> => {
    const oldestOfEach = await db
      .selectDistinctOn([importJob.userId])
      .from(importJob)
      .where(inArray(importJob.state, ["queued", "running"]))
      .orderBy(asc(importJob.userId), asc(importJob.createdAt));
    const turnOf = ({ userId }: { userId: string }) => lastTurn.get(userId) ?? 0;
    const [job] = oldestOfEach.sort((a, b) => turnOf(a) - turnOf(b) || a.createdAt.getTime() - b.createdAt.getTime());
    if (job) lastTurn.set(job.userId, ++turns);
    return job;
  };

  const runner = new QueueRunner<ImportJobRow>({
    name: "the import queue",
    next: nextJob,
    begin: (job) => runImport(services, job),
  });

  return {
    async resume() {
      await (cluster ? sweepOldScratch(environment.dataRoot) : sweepScratch(environment.dataRoot));
      if (cluster) runner.lookNowAndThen();
      const sweep = () => sweepUploads(db, environment.dataRoot);
      await sweep();
      sweeper = setInterval(() => {
        sweep().catch((error) => failureLog.failed("the removal of old uploads", error));
      }, SWEEP_EVERY_MS).unref();
      countStoredBytes(services, counting.signal).catch((error) => failureLog.failed("counting stored bytes", error));
      await db.update(importJob).set({ state: "queued" }).where(eq(importJob.state, "running"));
      runner.nudge();
    },
    nudge: () => runner.nudge(),
    stop: (jobId) => runner.stop(({ id }) => id === jobId),
    async close() {
      counting.abort();
      clearInterval(sweeper);
      await runner.close();
    },
  };
}
