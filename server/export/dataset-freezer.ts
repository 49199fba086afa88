import { asc, eq } from "drizzle-orm";
import { datasetVersion } from "../../db/schema/index.ts";
import { failureLog } from "../failure-log.ts";
import { atHolder } from "../servers/at-holder.ts";
import { BACKGROUND, backgroundOperation } from "../servers/operation.ts";
import type { Services } from "../services.ts";
import { datasetFolder } from "./dataset-blobs.ts";
import { freezeDataset } from "./freeze-dataset.ts";
import { freezeProblem } from "./freeze-problem.ts";
import { startFreezeProcess } from "./worker/start-freeze-process.ts";

/**
 * Freezes dataset versions, one at a time, in the order they were asked for. The table `dataset_version` is the queue:
 * what is `freezing` there when a server starts is frozen again.
 */
export interface DatasetFreezer {
  /** Takes up what a stopped server left. */
  resume(): void;
  /** A version was added. */
  nudge(): void;
  /** Resolves when nothing is written for this version any more. */
  stop(versionId: string): Promise<void>;
  /** The project was deleted: resolves when its versions have left nothing behind. */
  forget(projectId: string): Promise<void>;
  close(): Promise<void>;
}

const freezers = new WeakMap<Services, DatasetFreezer>();

/** The one freezer of a server. */
export function datasetFreezerOf(services: Services): DatasetFreezer {
  let freezer = freezers.get(services);
  if (!freezer) {
    freezer = createDatasetFreezer(services);
    freezers.set(services, freezer);
  }
  return freezer;
}

export const nudgeFreezerOperation = backgroundOperation("nudge-freezer", async (services, _input: null) =>
  datasetFreezerOf(services).nudge(),
);
export const stopFreezingOperation = backgroundOperation("stop-freezing", (services, versionId: string) =>
  datasetFreezerOf(services).stop(versionId),
);
export const forgetVersionsOperation = backgroundOperation("forget-versions", (services, projectId: string) =>
  datasetFreezerOf(services).forget(projectId),
);

/** A version was added: whoever freezes looks; where that cannot be told, it looks by itself after a while. */
export function nudgeFreezer(services: Services): void {
  atHolder(services, nudgeFreezerOperation, "all", null).catch((error) =>
    failureLog.failed("telling the freezer", error),
  );
}

/** As `DatasetFreezer.stop` and `forget`, wherever versions are frozen. */
export const stopFreezing = (services: Services, versionId: string): Promise<void> =>
  atHolder(services, stopFreezingOperation, versionId, versionId);
export const forgetVersions = (services: Services, projectId: string): Promise<void> =>
  atHolder(services, forgetVersionsOperation, projectId, projectId);

type VersionRow = typeof datasetVersion.$inferSelect;

/** The page needs no finer steps. */
const PROGRESS_STEP = 0.02;
const RETRY_MS = 5_000;
/** Of several servers, another may have added a version and gone before it could say so. */
const LOOK_EVERY_MS = 30_000;

function createDatasetFreezer(services: Services): DatasetFreezer {
  const { db, blobs, events, environment, cluster } = services;
  let looker: NodeJS.Timeout | undefined;
  let running: { readonly row: VersionRow; readonly abort: AbortController; readonly ended: Promise<void> } | null =
    null;
  let draining: Promise<void> | null = null;
  /** About to be deleted: one that is just being taken up is none to begin with. */
  const unwanted = new Set<string>();
  let closed = false;

  async function nextVersion(): Promise<VersionRow | undefined> {
    const [row] = await db
      .select()
      .from(datasetVersion)
      .where(eq(datasetVersion.state, "freezing"))
      .orderBy(asc(datasetVersion.createdAt))
      .limit(1);
    return row;
  }

  async function isThere(row: VersionRow): Promise<boolean> {
    const found = await db.select({ id: datasetVersion.id }).from(datasetVersion).where(eq(datasetVersion.id, row.id));
    return found.length > 0;
  }

  async function update(row: VersionRow, change: Partial<typeof datasetVersion.$inferInsert>): Promise<void> {
    await db.transaction(async (tx) => {
      await cluster?.leases.assertHeld(tx, BACKGROUND);
      await tx.update(datasetVersion).set(change).where(eq(datasetVersion.id, row.id));
    });
    events.publish({ topic: "export", projectId: row.projectId });
  }

  async function freeze(row: VersionRow, signal: AbortSignal): Promise<void> {
    let said = 0;
    let saying = Promise.resolve();
    const onProgress = (progress: number): void => {
      if (progress - said < PROGRESS_STEP) return;
      said = progress;
      saying = saying.then(() => update(row, { progress })).catch(() => {}); // the last state says all that matters
    };
    const process = startFreezeProcess(environment, signal);
    try {
      await blobs.remove(datasetFolder(row.id)); // what a stopped server wrote
      const description = await freezeDataset(services, row, process, onProgress);
      await saying;
      await update(row, { state: "ready", progress: 1, description, problem: null });
    } catch (error) {
      await saying;
      if (!signal.aborted) await update(row, { state: "failed", problem: freezeProblem(error) });
    } finally {
      await process.end();
      // Whoever deleted the row may have removed the blobs before the last of them was written.
      if (!(await isThere(row))) await blobs.remove(datasetFolder(row.id));
    }
  }

  async function drain(): Promise<void> {
    for (let row = await nextVersion(); row && !closed && !unwanted.has(row.id); row = await nextVersion()) {
      const abort = new AbortController();
      const ended = freeze(row, abort.signal);
      running = { row, abort, ended };
      await ended.finally(() => {
        running = null;
      });
      // A stopped version waits for its row to go: without that it would be taken up again at once.
      if (abort.signal.aborted) return;
    }
  }

  function nudge(): void {
    unwanted.clear();
    draining ??= drain()
      .catch((error) => {
        failureLog.failed("freezing dataset versions", error);
        if (!closed) setTimeout(nudge, RETRY_MS).unref(); // the database was away, and what froze is still in the queue
      })
      .finally(() => {
        draining = null;
      });
  }

  return {
    resume() {
      if (cluster) looker = setInterval(nudge, LOOK_EVERY_MS).unref();
      nudge();
    },
    nudge,
    async stop(versionId) {
      unwanted.add(versionId);
      if (running?.row.id !== versionId) return;
      running.abort.abort();
      await running.ended;
    },
    async forget(projectId) {
      if (running?.row.projectId === projectId) {
        running.abort.abort();
        await draining;
      }
      nudge();
    },
    async close() {
      closed = true;
      clearInterval(looker);
      running?.abort.abort();
      await draining;
    },
  };
}
