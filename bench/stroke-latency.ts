import { launchBrowser, openWindow } from "./page/bench-browser.ts";
import { type BenchProduct, joinAsAnnotator, openProduct, poll, untilReady } from "./page/bench-product.ts";
import { serveBlank } from "./page/blank-server.ts";
import { measureStrokes, openSharp } from "./page/measure-strokes.ts";
import { median, quantile } from "./page/quantile.ts";
import { measureRelay } from "./page/relay-latency.ts";
import { ms, numberAfter, report } from "./page/report.ts";
import { addStrokeProbe } from "./page/stroke-probe.ts";

/*
 * A stroke of one browser until it is painted in another, both on this machine: `node --import tsx
 * bench/stroke-latency.ts [--strokes 50]`. Idle, then while the local trainer trains this project; beside each, a plain
 * WebSocket relay between the same two browsers.
 */
const COMMAND = "node --import tsx bench/stroke-latency.ts";
const IDLE_MUST_MS = 150;
const TRAINING_MUST_MS = 300;
/** Longer than 50 strokes take. */
const TRAIN_MINUTES = 10;
/** An engine is chosen, and may be tried out, before the first step. */
const FIRST_STEP_BOUND_MS = 240_000;

const strokes = numberAfter("--strokes", 50);

const summary = (times: readonly number[]) => ({
  medianMs: median(times),
  p95Ms: quantile(times, 0.95),
  maxMs: Math.max(...times),
});

async function createSample(bench: BenchProduct, labels: "none" | "all"): Promise<string> {
  const { volumeId } = await bench.api.volume.createSample.mutate({ projectId: bench.projectId, labels });
  await untilReady(bench, volumeId);
  return volumeId;
}

/** Trains on a labelled sample with boxes, as the product asks for, and resolves at its first steps. */
async function startTraining(bench: BenchProduct): Promise<{ steps(): Promise<number>; cancel(): Promise<void> }> {
  const { api, projectId } = bench;
  const volumeId = await createSample(bench, "all");
  const box = (kind: "validation" | "fully-labelled", x0: number, x1: number) =>
    api.box.create.mutate({ volumeId, kind, minZyx: [0, 0, x0], maxZyx: [48, 256, x1] });
  await box("validation", 0, 80);
  await box("fully-labelled", 80, 256);
  await api.project.update.mutate({ projectId, fields: { trainMinutes: TRAIN_MINUTES } });
  const { jobId } = await api.training.start.mutate({ projectId });
  const steps = async (): Promise<number> => {
    const [{ state, problem }] = (await api.training.state.query({ projectId })).jobs.filter(({ id }) => id === jobId);
    if (state !== "queued" && state !== "leased")
      throw new Error(`the training is ${state}: ${JSON.stringify(problem)}`);
    return (await api.training.metrics.query({ projectId, jobId })).at(-1)?.step ?? 0;
  };
  await poll("the first step of the training", FIRST_STEP_BOUND_MS, async () => (await steps()) > 0);
  return {
    steps,
    async cancel() {
      await api.training.cancel.mutate({ projectId, jobId });
    },
  };
}

const browsers = [await launchBrowser(), await launchBrowser()] as const;
const blank = await serveBlank();
try {
  const bench = await openProduct(browsers[0], { trainer: "local" });
  try {
    const colleague = await openWindow(browsers[1]);
    const painter = bench.page;
    const watcher = await joinAsAnnotator(bench, colleague);
    for (const page of [painter, watcher]) await addStrokeProbe(page);
    const phase = async (volumeId: string) => {
      const url = `${bench.product.address}/volumes/${volumeId}`;
      await openSharp(painter, url);
      await openSharp(watcher, url);
      const times = await measureStrokes(painter, watcher, strokes);
      return { times, relay: await measureRelay(bench.owner, colleague, blank.address, strokes) };
    };
    const idle = await phase(await createSample(bench, "none"));
    const fresh = await createSample(bench, "none");
    const training = await startTraining(bench);
    const stepsBefore = await training.steps();
    const busy = await phase(fresh);
    const steps = (await training.steps()) - stepsBefore;
    const { trainers } = await bench.api.training.state.query({ projectId: bench.projectId });
    await training.cancel();
    if (steps < 1) throw new Error("the training made no step meanwhile");

    const engine = trainers[0]?.engine ?? "unknown";
    const row = (times: readonly number[], relay: readonly number[], more: string) =>
      `median ${ms(median(times))}, 95 % ${ms(quantile(times, 0.95))}; plain WebSocket relay: median ${ms(median(relay))}${more}`;
    report(
      {
        strokes,
        idle: summary(idle.times),
        idleRelay: summary(idle.relay),
        training: summary(busy.times),
        trainingRelay: summary(busy.relay),
        stepsMeanwhile: steps,
        engine,
      },
      [
        {
          what: `a stroke seen in another browser, median of ${strokes}, idle`,
          must: `≤ ${IDLE_MUST_MS} ms`,
          command: COMMAND,
          figure: row(idle.times, idle.relay, ""),
        },
        {
          what: "the same while a training runs",
          must: `≤ ${TRAINING_MUST_MS} ms`,
          command: COMMAND,
          figure: row(busy.times, busy.relay, `; ${steps} steps of ${engine} meanwhile`),
        },
      ],
    );
    process.exitCode = median(idle.times) <= IDLE_MUST_MS && median(busy.times) <= TRAINING_MUST_MS ? 0 : 1;
  } finally {
    await bench.product.stop();
  }
} finally {
  await blank.close();
  await Promise.all(browsers.map((browser) => browser.close()));
}
