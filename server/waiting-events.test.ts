import { expect, it } from "vitest";
import { waitingEvents } from "./waiting-events.ts";

it("gives events in their order, the same one once while it waits, and ends with its reader", async () => {
  const gone = new AbortController();
  const waiting = waitingEvents(gone.signal);
  const all = waiting.all();
  const first = all.next();
  waiting.add({ topic: "queue", projectId: "p" });
  expect((await first).value).toEqual({ topic: "queue", projectId: "p" });
  for (let i = 0; i < 1000; i++) {
    waiting.add({ topic: "nuclei", projectId: "p", volumeId: `v${i % 3}` });
    waiting.add({ topic: "queue", projectId: "p" });
  }
  const taken = [];
  for (let i = 0; i < 4; i++) taken.push((await all.next()).value);
  expect(taken.map((event) => JSON.stringify(event))).toEqual([
    '{"topic":"nuclei","projectId":"p","volumeId":"v0"}',
    '{"topic":"queue","projectId":"p"}',
    '{"topic":"nuclei","projectId":"p","volumeId":"v1"}',
    '{"topic":"nuclei","projectId":"p","volumeId":"v2"}',
  ]);
  const last = all.next();
  gone.abort();
  expect((await last).done).toBe(true);
});

it("how far a job has come waits once, its points together, and a page far behind is told to ask again", async () => {
  const waiting = waitingEvents(new AbortController().signal);
  const all = waiting.all();
  const point = (step: number) => ({ step, elapsedSeconds: step, loss: 1, validationAp50: null, validationAp75: null });
  const training = { topic: "training", projectId: "p" } as const;
  const hear = (jobId: string, step: number) => {
    waiting.add({ ...training, progress: { jobId, progress: step / 5000, phase: "", cancelRequested: false } });
    waiting.add({ ...training, metrics: { jobId, points: [point(step)] } });
  };
  for (let step = 1; step <= 400; step++) hear("a", step);
  expect((await all.next()).value).toMatchObject({ progress: { jobId: "a", progress: 400 / 5000 } });
  const chart = (await all.next()).value;
  expect(chart).toMatchObject({ metrics: { jobId: "a" } });
  expect(chart.metrics.points.map(({ step }: { step: number }) => step)).toEqual(
    Array.from({ length: 400 }, (_, i) => i + 1),
  );
  for (let step = 1; step <= 1200; step++) hear("b", step);
  await all.next();
  expect((await all.next()).value).toEqual(training);
});
