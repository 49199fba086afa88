import { asc, eq } from "drizzle-orm";
import type { Transaction } from "../../../db/client.ts";
import { datasetVersion } from "../../../db/schema/index.ts";
import { failureLog } from "../../log/failure-log.ts";
import { QueueRunner } from "../../queue-runner.ts";
import { atHolder } from "../../servers/at-holder.ts";
import { BACKGROUND, backgroundOperation } from "../../servers/operation.ts";
import type { Services } from "../../services.ts";
import { nudgeDeliveries } from "../../webhooks/delivery-queue.ts";
import { namedProject, putMessages } from "../../webhooks/webhooks.ts";
import { datasetFolder } from "../frozen/dataset-blobs.ts";
import type { DatasetDescription } from "../frozen/dataset-description.ts";
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

async function tellFrozen(tx: Transaction, row: VersionRow, { volumes }: DatasetDescription): Promise<void> {
  const nuclei = volumes.reduce((sum, volume) => sum + volume.nuclei, 0);
  await putMessages(tx, row.projectId, {
    type: "version.frozen",
    data: {
      project: await namedProject(tx, row.projectId),
      version: { id: row.id, number: row.version, nuclei, volumes: volumes.length },
    },
  });
}

type VersionRow = typeof datasetVersion.$inferSelect;

/** The page needs no finer steps. */
const PROGRESS_STEP = 0.02;

function createDatasetFreezer(services: Services): DatasetFreezer {
  const { db, blobs, events, environment, cluster } = services;
  /** About to be deleted: not to be taken up, or, once stopped, taken up again. */
  const unwanted = new Set<string>();

  async function nextVersion(): Promise<VersionRow | undefined> {
    const rows = await db
      .select()
      .from(datasetVersion)
      .where(eq(datasetVersion.state, "freezing"))
      .orderBy(asc(datasetVersion.createdAt));
    return rows.find(({ id }) => !unwanted.has(id));
  }

  async function isThere(row: VersionRow): Promise<boolean> {
    const found = await db.select({ id: datasetVersion.id }).from(datasetVersion).where(eq(datasetVersion.id, row.id));
    return found.length > 0;
  }

  async function update(
    row: VersionRow,
    change: Partial<typeof datasetVersion.$inferInsert>,
    also: (tx: Transaction) => Promise<void> = async () => {},
  ): Promise<void> {
    await db.transaction(async (tx) => {
      await cluster?.leases.assertHeld(tx, BACKGROUND);
      const there = await tx
        .update(datasetVersion)
        .set(change)
        .where(eq(datasetVersion.id, row.id))
        .returning({ id: datasetVersion.id });
      if (there.length > 0) await also(tx);
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
      await update(row, { state: "ready", progress: 1, description, problem: null }, (tx) =>
        tellFrozen(tx, row, description),
      );
      nudgeDeliveries(services);
    } catch (error) {
      await saying;
      if (!signal.aborted) await update(row, { state: "failed", problem: freezeProblem(error) });
    } finally {
      await process.end();
      // Whoever deleted the row may have removed the blobs before the last of them was written.
      if (!(await isThere(row))) await blobs.remove(datasetFolder(row.id));
    }
  }

  const runner = new QueueRunner<VersionRow>({
    name: "freezing dataset versions",
    next: nextVersion,
    begin(row) {
      const abort = new AbortController();
      const ended = freeze(row, abort.signal);
      return {
        ended,
        async stop() {
          abort.abort();
          await ended.catch(() => {}); // the queue says so
        },
      };
    },
  });

  function nudge(): void {
    unwanted.clear();
    runner.nudge();
  }

  return {
    resume() {
      if (cluster) runner.lookNowAndThen();
      nudge();
    },
    nudge,
    async stop(versionId) {
      unwanted.add(versionId);
      await runner.stop(({ id }) => id === versionId);
    },
    async forget(projectId) {
      await runner.stop((row) => row.projectId === projectId);
      nudge();
    },
    close: () => runner.close(),
  };
}
