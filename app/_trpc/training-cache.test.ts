import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";
import type { TrainingEvent } from "../../server/index.ts";
import { isStaleBy } from "./topic-queries.ts";
import { patchTraining } from "./training-cache.ts";

const keys = {
  state: (projectId: string) => [["training", "state"], { input: { projectId } }],
  activity: (projectId: string) => [["training", "activity"], { input: { projectId } }],
  metrics: (projectId: string, jobId: string) => [["training", "metrics"], { input: { projectId, jobId } }],
};
const job = { id: "j", progress: 0, phase: "", cancelRequested: false, orphaned: true, kind: "train" };
const point = (step: number, loss: number | null, validationAp50: number | null = null) => ({
  step,
  elapsedSeconds: step,
  loss,
  validationAp50,
  validationAp75: null,
});
const beat = (jobId: string, progress: number): TrainingEvent => ({
  topic: "training",
  projectId: "p",
  progress: { jobId, progress, phase: "learns", cancelRequested: false },
});

function openPage() {
  const cache = new QueryClient();
  cache.setQueryData(keys.state("p"), { jobs: [job, { ...job, id: "other" }], trainMinutes: 4 });
  cache.setQueryData(keys.activity("p"), { job });
  cache.setQueryData(keys.metrics("p", "j"), [point(1, 0.9), point(3, 0.7)]);
  cache.setQueryData([["project", "byId"], {}], {});
  /** As useProjectEvents does. */
  const hear = (event: TrainingEvent) => {
    patchTraining(cache, keys, event);
    void cache.invalidateQueries({ predicate: ({ queryKey }) => isStaleBy(event, queryKey) });
  };
  const stale = () =>
    cache
      .getQueryCache()
      .getAll()
      .filter(({ state }) => state.isInvalidated)
      .map(({ queryKey }) => (queryKey[0] as string[]).join("."));
  return { cache, hear, stale };
}

it("a trainer that gets on changes what a page shows, without a question", () => {
  const { cache, hear, stale } = openPage();
  hear(beat("j", 0.25));
  hear({ topic: "training", projectId: "p", metrics: { jobId: "j", points: [point(2, 0.8), point(3, null, 0.5)] } });
  expect(stale()).toEqual([]);
  expect(cache.getQueryData(keys.state("p"))).toMatchObject({
    jobs: [
      { id: "j", progress: 0.25, phase: "learns", orphaned: false },
      { id: "other", progress: 0 },
    ],
    trainMinutes: 4,
  });
  expect(cache.getQueryData(keys.activity("p"))).toMatchObject({ job: { id: "j", progress: 0.25 } });
  expect(cache.getQueryData(keys.metrics("p", "j"))).toEqual([point(1, 0.9), point(2, 0.8), point(3, 0.7, 0.5)]);
});

it("a job that the page has not heard of, and one that began or ended, make it ask", () => {
  const one = openPage();
  one.hear(beat("new", 0.1));
  expect(one.stale()).toEqual(["training.state"]);
  const two = openPage();
  two.hear({ topic: "training", projectId: "p" });
  expect(two.stale()).toEqual(["training.state", "training.activity", "training.metrics", "project.byId"]);
});

it("a claim makes the queue stale, a decision also what counts decisions", () => {
  const stale = (decided: boolean) =>
    ["queue", "training", "project", "nucleus"].filter((router) =>
      isStaleBy({ topic: "queue", projectId: "p", ...(decided && { decided }) }, [[router, "x"], {}]),
    );
  expect(stale(false)).toEqual(["queue"]);
  expect(stale(true)).toEqual(["queue", "training", "project"]);
});
