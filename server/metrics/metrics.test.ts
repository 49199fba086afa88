// In a process of its own: it counts what the process has done.
import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { importJob, snapshot, trainingJob } from "../../db/schema/index.ts";
import { hasPythonModule } from "../ingest/testing/python.ts";
import { failureLog } from "../log/failure-log.ts";
import { setScene } from "../security/cast.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";

const METRICS_TOKEN = "a-token-of-the-monitoring-system";
let server: TestServer;
let owner: TestPerson;
beforeAll(async () => {
  server = await startTestServer({ METRICS_TOKEN });
  owner = await server.signUp("owner");
});
afterAll(() => server.close());

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${server.address}${path}`, { headers });
const scrape = async (): Promise<string> =>
  (await get("/metrics", { authorization: `Bearer ${METRICS_TOKEN}` })).text();
/** Of ours; Node adds some for each kind of garbage collection as it meets it. */
const seriesIn = (text: string): number => text.match(/^karyoloop_/gm)?.length ?? 0;
/** The value of one sample, its labels in any order; undefined where it is not there. */
function sampleOf(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
  const line = text.split("\n").find((one) => {
    const [, found, given = ""] = /^([a-z0-9_:]+)(?:\{(.*)\})? /.exec(one) ?? [];
    const pairs = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
    return found === name && pairs.every((pair) => given.split(/,(?=\w+=)/).includes(pair));
  });
  return line === undefined ? undefined : Number(line.split(" ").at(-1));
}

it("is not there without METRICS_TOKEN, and closed without the right one", async () => {
  const without = await startTestServer();
  try {
    for (const headers of [
      { authorization: "" },
      { authorization: "Bearer " },
      { authorization: `Bearer ${METRICS_TOKEN}` },
    ])
      expect((await fetch(`${without.address}/metrics`, { headers })).status).toBe(404);
  } finally {
    await without.close();
  }
  for (const authorization of ["", "Bearer", `Bearer ${METRICS_TOKEN}x`, `Basic ${METRICS_TOKEN}`, METRICS_TOKEN])
    expect((await get("/metrics", { authorization })).status, authorization).toBe(401);
  expect((await get("/metrics", { cookie: owner.cookie })).status).toBe(401);
  expect((await get(`/metrics?token=${METRICS_TOKEN}`)).status).toBe(401);
});

it("counts requests by pattern: whatever strangers ask for, the number of series stays", async () => {
  await scrape();
  for (let i = 0; i < 40; i++) {
    await get(`/nothing-${i}/at/${i}?q=${i}`);
    await get(`/trpc/no.such-${i}`);
    await get(`/api/volumes/${i}/image.ome.zarr/zarr.json`);
    await fetch(`${server.address}/api/${i}`, { method: i % 2 ? "PROPFIND" : "REPORT" });
  }
  const before = seriesIn(await scrape());
  for (let i = 40; i < 80; i++) {
    await get(`/nothing-${i}/at/${i}?q=${i}`);
    await get(`/trpc/no.such-${i}`);
    await get(`/trpc/account.me,volume.list-${i}?batch=1`);
    await get(`/api/volumes/${i}/image.ome.zarr/zarr.json`);
    await fetch(`${server.address}/api/${i}`, { method: i % 2 ? "PROPFIND" : "REPORT" });
  }
  const text = await scrape();
  expect(seriesIn(text) - before).toBeLessThan(20); // account.me, asked for the first time
  expect(text).not.toMatch(/nothing-|no\.such|PROPFIND/);
  expect(sampleOf(text, "karyoloop_http_requests_total", { method: "other", route: "/api/*", status: "405" })).toBe(80);
  const ofRoute = { method: "GET", route: "page", status: "404" };
  expect(sampleOf(text, "karyoloop_http_requests_total", ofRoute)).toBe(80);
});

it("tells what the installation does", async () => {
  const { db } = server.services;
  const { projectId, volumeId } = await setScene(server, [[owner, "owner"]]);
  const [frozen] = await db.insert(snapshot).values({ projectId, reason: "training", createdBy: owner.id }).returning();
  const payload = { kind: "train", snapshotId: frozen.id, parentCheckpointId: null, minutes: 1, seed: 0 } as const;
  for (const state of ["done", "done", "failed"] as const)
    await db.insert(trainingJob).values({ projectId, kind: "train", state, payload });
  await db.insert(importJob).values({
    ...{ projectId, volumeId, userId: owner.id, state: "failed" },
    request: { image: null, labels: null },
  } as unknown as typeof importJob.$inferInsert);
  const errorsBefore = sampleOf(await scrape(), "karyoloop_errors_total", { kind: "other" });
  failureLog.failed("a test", new Error("on purpose"));
  await get("/trpc/project.list", { cookie: owner.cookie });

  const text = await scrape();
  const expected: [string, Record<string, string>, number][] = [
    ["karyoloop_training_jobs", { kind: "train", state: "done" }, 2],
    ["karyoloop_training_jobs", { kind: "train", state: "failed" }, 1],
    ["karyoloop_training_jobs", { kind: "predict", state: "queued" }, 0],
    ["karyoloop_imports", { state: "failed" }, 1],
    ["karyoloop_dataset_versions", { state: "freezing" }, 0],
    ["karyoloop_open_rooms", {}, 0],
    ["karyoloop_open_sockets", {}, 0],
    ["karyoloop_records_saved_total", {}, 0],
    ["karyoloop_ready", { part: "database" }, 1],
    ["karyoloop_ready", { part: "disk" }, 1],
    ["karyoloop_errors_total", { kind: "other" }, (errorsBefore ?? 0) + 1],
    ["karyoloop_procedure_duration_seconds_count", { procedure: "project.list", outcome: "ok" }, 1],
  ];
  for (const [name, labels, value] of expected)
    expect(sampleOf(text, name, labels), `${name} ${JSON.stringify(labels)}`).toBe(value);
  for (const name of [
    "nodejs_eventloop_lag_p50_seconds",
    "nodejs_eventloop_lag_p99_seconds",
    "nodejs_eventloop_lag_max_seconds",
  ])
    expect(sampleOf(text, name), name).toBeGreaterThanOrEqual(0);
  expect(sampleOf(text, "process_resident_memory_bytes")).toBeGreaterThan(1e7);
  expect(sampleOf(text, "karyoloop_disk_bytes", { kind: "free" })).toBeGreaterThan(0);
  // Nothing of people: neither who, nor where.
  expect(text).not.toContain(owner.id);
  expect(text).not.toContain(owner.email);
  expect(text).not.toContain(projectId);
});

it("leaves out what cannot be had, in time, and says the rest", async () => {
  const { db } = server.services;
  const real = db.select;
  db.select = (() => {
    throw new Error("the database is away");
  }) as typeof db.select;
  try {
    const text = await scrape();
    expect(sampleOf(text, "karyoloop_imports", { state: "failed" })).toBeUndefined();
    expect(sampleOf(text, "karyoloop_open_rooms")).toBe(0);
  } finally {
    db.select = real;
  }
});

/** https://prometheus.io/docs/instrumenting/exposition_formats: text format 0.0.4, line by line. */
const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
const VALUE = "(?:[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d+)?|[+-]Inf|NaN)";
const LINE = new RegExp(
  `^(?:# HELP ${NAME} [^\\n]+|# TYPE ${NAME} (?:counter|gauge|histogram|summary|untyped)|${NAME}(?:\\{${LABEL}(?:,${LABEL})*\\})? ${VALUE}(?: -?\\d+)?|)$`,
);

it("is the text that Prometheus reads, by its grammar", async () => {
  const response = await get("/metrics", { authorization: `Bearer ${METRICS_TOKEN}` });
  expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  expect(text.endsWith("\n")).toBe(true);
  for (const line of text.split("\n")) expect(line).toMatch(LINE);
  const samples = text.split("\n").filter((line) => line && !line.startsWith("#"));
  expect(new Set(samples.map((line) => line.slice(0, line.lastIndexOf(" ")))).size).toBe(samples.length);
});

const PARSE = `
import json, sys
from prometheus_client.parser import text_string_to_metric_families as parse
families = {f.name: [f.type, f.documentation, len(f.samples)] for f in parse(sys.stdin.read())}
print(json.dumps(families))`;
const python = hasPythonModule("prometheus_client");

it.skipIf(!python)(
  `is read by Prometheus's own Python parser${python ? "" : ": apt-get install python3-prometheus-client"}`,
  async () => {
    const read = execFileSync("/usr/bin/python3", ["-c", PARSE], { input: await scrape(), encoding: "utf8" });
    const families = JSON.parse(read) as Record<string, [type: string, help: string, samples: number]>;
    expect(Object.keys(families).length).toBeGreaterThan(30);
    for (const [name, [type, help]] of Object.entries(families)) {
      expect(["counter", "gauge", "histogram", "summary"], name).toContain(type);
      expect(help, name).not.toBe("");
    }
    expect(families.karyoloop_http_requests[0]).toBe("counter");
    expect(families.karyoloop_http_request_duration_seconds[0]).toBe("histogram");
    expect(families.karyoloop_training_jobs[2]).toBe(10);
  },
);
