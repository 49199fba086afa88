import { Counter, Histogram, Registry } from "prom-client";
import { failureKinds, failureLog } from "../log/failure-log.ts";

/** What this process has counted since it started. Labels are names out of the program: their number is bounded. */
export const processRegistry = new Registry();

const registers = [processRegistry];
const buckets = [0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10];

export const httpRequests = new Counter({
  name: "karyoloop_http_requests_total",
  help: "Answered HTTP requests by route pattern; status 499 where the client went away first",
  labelNames: ["method", "route", "status"],
  registers,
});

export const httpSeconds = new Histogram({
  name: "karyoloop_http_request_duration_seconds",
  help: "Time from a request's head to the end of its answer, subscriptions left out",
  labelNames: ["route"],
  buckets,
  registers,
});

export const procedureSeconds = new Histogram({
  name: "karyoloop_procedure_duration_seconds",
  help: "Time of a tRPC procedure, subscriptions left out",
  labelNames: ["procedure", "outcome"],
  buckets,
  registers,
});

export const recordsSaved = new Counter({
  name: "karyoloop_records_saved_total",
  help: "Records of strokes and other acts that were made durable",
  registers,
});

new Counter({
  name: "karyoloop_errors_total",
  help: "Failures that the log tells of",
  labelNames: ["kind"],
  registers,
  collect() {
    this.reset();
    for (const kind of failureKinds) this.inc({ kind }, failureLog.counts[kind]);
  },
});
