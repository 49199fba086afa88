import type { UploadState } from "../../../core/import/upload-state.ts";
import { isProblem, type ProblemFields } from "../../../core/problem.ts";
import { failureLog } from "../../log/failure-log.ts";
import type { Services } from "../../services.ts";
import { createFairQueue } from "../uploads/fair-queue.ts";

/**
 * What the server itself does to an upload before it can be looked into: it fetches it from an address, or converts it. By upload; known
 * to this process only: after a restart it is asked for again, and goes on.
 */
export interface Preparation {
  readonly state: Exclude<UploadState, { kind: "incomplete" }>;
}

type Tell = (phase: string, percent: number | null, bytes: number) => void;

interface Running {
  state: Preparation["state"];
  readonly abort: AbortController;
  ended: Promise<void>;
}

const queue = createFairQueue({ atOnce: 2, atOncePerPerson: 1, waiting: 100, waitingPerPerson: 20 });
const MAX_KEPT = 200;
const registries = new WeakMap<Services, Map<string, Running>>();

function registryOf(services: Services): Map<string, Running> {
  const registry = registries.get(services) ?? new Map<string, Running>();
  registries.set(services, registry);
  return registry;
}

/** Null where nothing is or was done. */
export const preparationOf = (services: Services, uploadId: string): Preparation | null =>
  registryOf(services).get(uploadId) ?? null;

/** Begins `work` in its turn, unless it runs already. It ends with the signal. */
export function prepare(
  services: Services,
  uploadId: string,
  userId: string,
  work: (tell: Tell, signal: AbortSignal) => Promise<void>,
): void {
  const registry = registryOf(services);
  if (registry.get(uploadId)?.state.kind === "working") return;
  const abort = new AbortController();
  const running: Running = {
    state: { kind: "working", phase: "Waiting for its turn", percent: null, bytes: 0 },
    abort,
    ended: Promise.resolve(),
  };
  const tell: Tell = (phase, percent, bytes) => {
    running.state = { kind: "working", phase, percent, bytes };
  };
  registry.delete(uploadId);
  registry.set(uploadId, running);
  running.ended = queue
    .run(userId, () => work(tell, abort.signal), abort.signal)
    .then(() => {
      running.state = { kind: "ready" };
    })
    .catch((error) => {
      running.state = { kind: "failed", problem: abort.signal.aborted ? STOPPED : problemOf(error) };
    });
  for (const [id, { state }] of registry) if (registry.size > MAX_KEPT && state.kind !== "working") registry.delete(id);
}

/** Ends what is done to an upload; resolves when nothing more is written. */
export async function stopPreparation(services: Services, uploadId: string): Promise<void> {
  const running = registryOf(services).get(uploadId);
  running?.abort.abort();
  await running?.ended;
  registryOf(services).delete(uploadId);
}

/** Before the server stops. */
export async function stopPreparations(services: Services): Promise<void> {
  await Promise.all([...registryOf(services).keys()].map((id) => stopPreparation(services, id)));
}

const STOPPED: ProblemFields = { tag: "preparation-stopped", what: "It was stopped.", hint: "Start it again." };

function problemOf(error: unknown): ProblemFields {
  if (isProblem(error)) return error.toJSON();
  failureLog.failed("the preparation of an upload", error);
  return { tag: "preparation-failed", what: "Something went wrong on the server.", hint: "Try again." };
}
