import { count } from "drizzle-orm";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { datasetVersion, importJob, importJobStates, trainingJob, trainingJobStates } from "../../db/schema/index.ts";
import { liveVolumesOf } from "../collab/live/live-volumes.ts";
import { software } from "../export/software-version.ts";
import { createProbe } from "../health/probe.ts";
import { partsNotReady, readinessParts } from "../health/readiness.ts";
import { failureLog } from "../log/failure-log.ts";
import { processRegistry } from "../process/process-metrics.ts";
import type { Services } from "../services.ts";
import { diskSpace } from "../storage/disk-room.ts";

const LOOK_WITHIN_MS = 2_000;

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Everything that is looked up when somebody asks. What cannot be had is left out of the answer, and counted. */
function createServerRegistry(services: Services): Registry {
  const { db, connection, environment } = services;
  const registry = new Registry();
  const gauge = (name: string, help: string, labelNames: string[], look: () => Promise<readonly Sample[]>): void => {
    const probe = createProbe(look, LOOK_WITHIN_MS);
    new Gauge({
      name: `karyoloop_${name}`,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        this.reset();
        const samples = await probe().catch((error) => {
          failureLog.failed("a metric", error);
          return [];
        });
        for (const { labels, value } of samples) this.set(labels ?? {}, value);
      },
    });
  };

  gauge("build_info", "The running version", ["version", "node"], async () => [
    { labels: { version: software.version, node: process.versions.node }, value: 1 },
  ]);
  gauge("ready", "1 where this part is ready, as /readyz says it", ["part"], async () => {
    const notReady = await partsNotReady(services);
    return readinessParts.map((part) => ({ labels: { part }, value: notReady.includes(part) ? 0 : 1 }));
  });
  gauge("open_rooms", "Volumes that are live in memory", [], async () => [
    { value: (await liveVolumesOf(services).counts()).rooms },
  ]);
  gauge("open_sockets", "Editors that are connected to a volume", [], async () => [
    { value: (await liveVolumesOf(services).counts()).connections },
  ]);
  gauge("training_jobs", "Trainings and predictions by state", ["kind", "state"], async () => {
    const { kind, state } = trainingJob;
    const rows = await db.select({ kind, state, value: count() }).from(trainingJob).groupBy(kind, state);
    const numberOf = (labels: { kind: string; state: string }): number =>
      rows.find((row) => row.kind === labels.kind && row.state === labels.state)?.value ?? 0;
    return kind.enumValues
      .flatMap((one) => trainingJobStates.map((other) => ({ kind: one, state: other })))
      .map((labels) => ({ labels, value: numberOf(labels) }));
  });
  gauge("imports", "Imports by state", ["state"], async () => {
    const { state } = importJob;
    const rows = await db.select({ state, value: count() }).from(importJob).groupBy(state);
    return byState(importJobStates, rows);
  });
  gauge(
    "dataset_versions",
    "Exported versions by state; `freezing` ones wait or are being made",
    ["state"],
    async () => {
      const { state } = datasetVersion;
      const rows = await db.select({ state, value: count() }).from(datasetVersion).groupBy(state);
      return byState(state.enumValues, rows);
    },
  );
  gauge("database_connections", "Connections to the database by what they do", ["state"], async () => {
    const { idleCount, totalCount } = connection.pool;
    return byState(
      ["busy", "idle"],
      [
        { state: "busy", value: totalCount - idleCount },
        { state: "idle", value: idleCount },
      ],
    );
  });
  gauge("database_waiting", "Queries that wait for a connection", [], async () => [
    { value: connection.pool.waitingCount },
  ]);
  gauge("disk_bytes", "The disk of the data folder: its size, what is free, what is kept free", ["kind"], async () => {
    const { sizeBytes, freeBytes, reserveBytes } = await diskSpace(environment.dataRoot);
    return [
      { labels: { kind: "size" }, value: sizeBytes },
      { labels: { kind: "free" }, value: freeBytes },
      { labels: { kind: "reserve" }, value: reserveBytes },
    ];
  });
  return registry;
}

const byState = (states: readonly string[], rows: readonly { state: string; value: number }[]): readonly Sample[] =>
  states.map((state) => ({ labels: { state }, value: rows.find((row) => row.state === state)?.value ?? 0 }));

const ofServices = new WeakMap<Services, Registry>();
let measuresProcess = false;
/** No number until there was a first delay. */
const WITHOUT_MEANING = ["mean", "min", "stddev"].map((name) => `nodejs_eventloop_lag_${name}_seconds`);

/** Memory, CPU, garbage collection and the event loop's delay, from the first time on that somebody asks. */
function measureProcess(): void {
  if (measuresProcess) return;
  measuresProcess = true;
  collectDefaultMetrics({ register: processRegistry });
  for (const name of WITHOUT_MEANING) processRegistry.removeSingleMetric(name);
}

/** The Prometheus text of one server. */
export async function serverMetrics(services: Services): Promise<{ contentType: string; text: string }> {
  measureProcess();
  let own = ofServices.get(services);
  if (!own) {
    own = createServerRegistry(services);
    ofServices.set(services, own);
  }
  const registry = Registry.merge([processRegistry, own]);
  return { contentType: registry.contentType, text: await registry.metrics() };
}
