import type { QueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter, TrainingEvent } from "../../server/index.ts";

type Outputs = inferRouterOutputs<AppRouter>["training"];
type Point = Outputs["metrics"][number];

/** Keys as `trpc.training.….queryKey(input)` gives them. */
export interface TrainingKeys {
  state(projectId: string): readonly unknown[];
  activity(projectId: string): readonly unknown[];
  metrics(projectId: string, jobId: string): readonly unknown[];
}

/** What a page holds of a job, with how far it has come: nothing is asked for because a trainer gets on. */
export function patchTraining(cache: QueryClient, keys: TrainingKeys, event: TrainingEvent): void {
  const { projectId, progress, metrics } = event;
  if (progress) {
    const { jobId, ...now } = progress;
    change<Outputs["state"]>(cache, keys.state(projectId), (held) =>
      held.jobs.some(({ id }) => id === jobId)
        ? { ...held, jobs: held.jobs.map((job) => (job.id === jobId ? { ...job, ...now, orphaned: false } : job)) }
        : null,
    );
    change<Outputs["activity"]>(cache, keys.activity(projectId), (held) =>
      held.job?.id === jobId ? { job: { ...held.job, ...now } } : held.job ? held : null,
    );
  }
  if (metrics)
    change<Outputs["metrics"]>(cache, keys.metrics(projectId, metrics.jobId), (held) =>
      withPoints(held, metrics.points),
    );
}

/** `next` gives null where this page has missed something: it asks again. */
function change<T>(cache: QueryClient, queryKey: readonly unknown[], next: (held: T) => T | null): void {
  const apply = () => {
    const held = cache.getQueryData<T>(queryKey);
    if (held === undefined) return;
    const changed = next(held);
    if (changed === null) void cache.invalidateQueries({ queryKey });
    else if (changed !== held) cache.setQueryData(queryKey, changed);
  };
  const query = cache.getQueryCache().find({ queryKey });
  // An answer that is on its way may be from before this change.
  if (query?.state.fetchStatus === "fetching" && query.promise) void query.promise.then(apply, apply);
  else apply();
}

/** As the server keeps them: loss and AP of one step come apart, and what is there stays. Ascending by step. */
function withPoints(held: readonly Point[], points: readonly Point[]): Point[] {
  const byStep = new Map(held.map((point) => [point.step, point]));
  for (const point of points) {
    const before = byStep.get(point.step);
    byStep.set(point.step, {
      ...point,
      loss: point.loss ?? before?.loss ?? null,
      validationAp50: point.validationAp50 ?? before?.validationAp50 ?? null,
      validationAp75: point.validationAp75 ?? before?.validationAp75 ?? null,
    });
  }
  return [...byStep.values()].sort((a, b) => a.step - b.step);
}
