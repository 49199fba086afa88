import { setTimeout as sleep } from "node:timers/promises";
import type { ClaimedJob } from "../../core/contract/trainer-job.ts";
import { isProblem } from "../../core/problem.ts";
import { logOf } from "../log/log.ts";
import type { Engine } from "./engine/start-engine.ts";
import type { TrainerEnvironment } from "./env.ts";
import { Draining, HeldJob } from "./held-job.ts";
import { runPredictJob } from "./run-predict-job.ts";
import { runTrainJob } from "./run-train-job.ts";
import { isServerAway, LeaseLost, type ServerClient } from "./server-client.ts";

const log = logOf("trainer");
const POLL_MS = 2000;
/** Longer than the longest step: wasm predicts one tile, and all engines segment a large volume, without a pause. */
const LEASE_SECONDS: Record<Engine["name"], number> = { "native-gpu": 120, "native-cpu": 120, wasm: 240 };

export interface TrainerRun {
  readonly client: ServerClient;
  readonly engine: Engine;
  readonly environment: TrainerEnvironment;
  /** Give the running job back and return. */
  readonly draining: AbortSignal;
  /** Finish the running job and return. */
  readonly finishing: AbortSignal;
}

/** Takes one job after the other until it is asked to stop. */
export async function runTrainer(run: TrainerRun): Promise<void> {
  const { client, engine, environment } = run;
  const ending = AbortSignal.any([run.draining, run.finishing]);
  while (!ending.aborted) {
    try {
      const job = await client.claim({
        trainer: environment.name,
        engine: engine.name,
        words: engine.reason,
        leaseSeconds: environment.leaseSeconds ?? LEASE_SECONDS[engine.name],
      });
      if (job) {
        await runJob(run, job);
        continue;
      }
    } catch (error) {
      if (!isServerAway(error)) log.failed("The trainer asked for work in vain", error);
    }
    await sleep(POLL_MS, undefined, { signal: ending }).catch(() => {});
  }
}

async function runJob({ client, engine, environment, draining }: TrainerRun, job: ClaimedJob): Promise<void> {
  log.info(`a job starts (${job.kind})`, { jobId: job.jobId, attempt: job.attempt });
  try {
    if (job.kind === "train") {
      const held = new HeldJob(job, client, draining);
      await runTrainJob(held, engine, environment).finally(() => held.close());
    } else {
      const held = new HeldJob(job, client, draining);
      await runPredictJob(held, engine).finally(() => held.close());
    }
    log.info(`a job is done (${job.kind})`, { jobId: job.jobId });
  } catch (error) {
    await tellEnd(client, job, error);
  }
}

/** What the server should know of a job that did not come to its end here. */
async function tellEnd(client: ServerClient, job: ClaimedJob, error: unknown): Promise<void> {
  if (error instanceof LeaseLost) {
    log.info(`a job belongs to another trainer by now, or has ended (${job.kind})`, { jobId: job.jobId });
    return;
  }
  const stopping = error instanceof Draining;
  if (!stopping) log.failed(`a job failed (${job.kind})`, error, { jobId: job.jobId });
  const problem = isProblem(error)
    ? error.toJSON()
    : {
        tag: "trainer-failed",
        what: `The trainer met an error: ${error instanceof Error ? error.message : String(error)}`.slice(0, 2000),
        hint: "The trainer's log says more.",
      };
  try {
    if (stopping) await client.tryTell(job, "/release", {});
    // The same labels and weights give the same problem again; anything else may pass.
    else await client.tryTell(job, "/fail", { problem, final: isProblem(error) });
  } catch (failure) {
    // The lease runs out, and another trainer goes on.
    if (!(failure instanceof LeaseLost)) log.failed("The server could not be told", failure, { jobId: job.jobId });
  }
}
