import { asc, eq } from "drizzle-orm";
import { isProblem, type ProblemFields } from "../../core/problem.ts";
import { datasetVersion } from "../../db/schema/index.ts";
import type { Services } from "../services.ts";
import { freezeDataset } from "./freeze-dataset.ts";

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

type VersionRow = typeof datasetVersion.$inferSelect;

/** The page needs no finer steps. */
const PROGRESS_STEP = 0.02;

function createDatasetFreezer(services: Services): DatasetFreezer {
  const { db, events } = services;
  let running: { readonly versionId: string; readonly abort: AbortController; readonly ended: Promise<void> } | null =
    null;
  let draining: Promise<void> | null = null;
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

  async function update(row: VersionRow, change: Partial<typeof datasetVersion.$inferInsert>): Promise<void> {
    await db.update(datasetVersion).set(change).where(eq(datasetVersion.id, row.id));
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
    try {
      const description = await freezeDataset(services, row, signal, onProgress);
      await saying;
      await update(row, { state: "ready", progress: 1, description, problem: null });
    } catch (error) {
      await saying;
      if (signal.aborted) return;
      if (!isProblem(error)) console.error(`dataset version ${row.id} could not be frozen`, error);
      await update(row, { state: "failed", problem: problemFor(error) });
    }
  }

  async function drain(): Promise<void> {
    for (let row = await nextVersion(); row && !closed; row = await nextVersion()) {
      const abort = new AbortController();
      const ended = freeze(row, abort.signal);
      running = { versionId: row.id, abort, ended };
      await ended;
      running = null;
      // A stopped version waits for its row to go: without that it would be taken up again at once.
      if (abort.signal.aborted) return;
    }
  }

  function nudge(): void {
    draining ??= drain()
      .catch((error) => console.error("freezing of dataset versions stopped", error))
      .finally(() => {
        draining = null;
      });
  }

  return {
    resume: nudge,
    nudge,
    async stop(versionId) {
      if (running?.versionId !== versionId) return;
      running.abort.abort();
      await running.ended;
    },
    async close() {
      closed = true;
      running?.abort.abort();
      await draining;
    },
  };
}

const problemFor = (error: unknown): ProblemFields =>
  isProblem(error)
    ? error.toJSON()
    : {
        tag: "freeze-failed",
        what: "The dataset version could not be made.",
        hint: "Try again; the server's log says more.",
      };
