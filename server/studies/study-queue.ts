import { and, asc, eq, isNull } from "drizzle-orm";
import { isProblem, type ProblemFields } from "../../core/problem.ts";
import { study } from "../../db/schema/index.ts";
import { failureLog } from "../log/failure-log.ts";
import { QueueRunner } from "../queue-runner.ts";
import { atHolder } from "../servers/at-holder.ts";
import { BACKGROUND, backgroundOperation } from "../servers/operation.ts";
import type { Services } from "../services.ts";
import { announceStudy } from "./announce-study.ts";
import { describeLayers } from "./closed-layers.ts";
import { askToCompare } from "./comparison/ask-study-process.ts";
import { nextUnseeded, seedLayer } from "./seed-layers.ts";

/**
 * What is done behind a study: proposals to begin with are laid into its layers, and closed layers are compared. The tables are the
 * queue: what a stopped server left is taken up again, from the start, as nobody changes a closed layer.
 */
export interface StudyQueue {
  resume(): void;
  nudge(): void;
  /** Resolves when it has found nothing more to do. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

const queues = new WeakMap<Services, StudyQueue>();

/** The one queue of a server. */
export function studyQueueOf(services: Services): StudyQueue {
  let queue = queues.get(services);
  if (!queue) {
    queue = createStudyQueue(services);
    queues.set(services, queue);
  }
  return queue;
}

export const nudgeStudiesOperation = backgroundOperation("nudge-studies", async (services, _input: null) =>
  studyQueueOf(services).nudge(),
);

/** There is something to do: whoever does it looks; where that cannot be told, it looks by itself after a while. */
export function nudgeStudies(services: Services): void {
  atHolder(services, nudgeStudiesOperation, "all", null).catch((error) =>
    failureLog.failed("telling of a study", error),
  );
}

type StudyRow = typeof study.$inferSelect;
type Work =
  | { readonly kind: "seed"; readonly study: StudyRow; readonly layerId: string }
  | { readonly kind: "compare"; readonly study: StudyRow };

/** The page needs no finer steps. */
const PROGRESS_STEP = 0.02;

function createStudyQueue(services: Services): StudyQueue {
  const { db, cluster } = services;

  async function next(): Promise<Work | undefined> {
    const unseeded = await nextUnseeded(db);
    if (unseeded) return { kind: "seed", ...unseeded };
    const [row] = await db
      .select()
      .from(study)
      .where(and(eq(study.state, "comparing"), isNull(study.problem)))
      .orderBy(asc(study.closedAt))
      .limit(1);
    return row && { kind: "compare", study: row };
  }

  async function update(row: StudyRow, change: Partial<typeof study.$inferInsert>): Promise<void> {
    await db.transaction(async (tx) => {
      await cluster?.leases.assertHeld(tx, BACKGROUND);
      await tx.update(study).set(change).where(eq(study.id, row.id));
    });
    await announceStudy(services, row.projectId, row.id);
  }

  async function compare(row: StudyRow, signal: AbortSignal): Promise<void> {
    let said = 0;
    let saying = Promise.resolve();
    const onProgress = (progress: number): void => {
      if (progress - said < PROGRESS_STEP) return;
      said = progress;
      saying = saying.then(() => update(row, { progress })).catch(() => {}); // the last state says all that matters
    };
    try {
      const { result } = await askToCompare(services, await describeLayers(services, row), signal, onProgress);
      await saying;
      await update(row, { state: "compared", progress: 1, result, problem: null });
    } catch (error) {
      await saying;
      if (signal.aborted) return;
      failureLog.failed("comparing the layers of a study", error);
      await update(row, { problem: problemOf(error) });
    }
  }

  async function seed(row: StudyRow, layerId: string): Promise<void> {
    try {
      await seedLayer(services, row, layerId);
    } catch (error) {
      failureLog.failed("laying proposals into a layer", error);
      await update(row, { problem: problemOf(error) });
    }
  }

  const runner = new QueueRunner<Work>({
    name: "studies of annotators",
    next,
    begin(work) {
      const abort = new AbortController();
      const ended = work.kind === "seed" ? seed(work.study, work.layerId) : compare(work.study, abort.signal);
      return {
        ended,
        async stop() {
          abort.abort();
          await ended.catch(() => {}); // the queue says so
        },
      };
    },
  });
  return {
    resume() {
      if (cluster) runner.lookNowAndThen();
      runner.nudge();
    },
    nudge: () => runner.nudge(),
    idle: () => runner.idle(),
    close: () => runner.close(),
  };
}

const problemOf = (error: unknown): ProblemFields =>
  isProblem(error)
    ? error.toJSON()
    : {
        tag: "study-not-compared",
        what: "The layers could not be compared.",
        hint: "Try again; the server's log says more.",
      };
