import { setTimeout as sleep } from "node:timers/promises";
import type { ClaimedJob } from "../../../core/contract/trainer-job.ts";
import { plainProblem } from "../../../core/plain-problem.ts";
import { plainText } from "../../../core/plain-text.ts";
import { isProblem } from "../../../core/problem.ts";
import { logOf } from "../../log/log.ts";
import type { Engine } from "../engine/start-engine.ts";
import type { TrainerIdentity, TrainSettings } from "../env.ts";
import { Cancelled, Draining, GaveWay, HeldJob } from "../lease/held-job.ts";
import type { ServerClient } from "../lease/server-client.ts";
import { LeaseLost, ServerAway } from "../lease/server-failures.ts";
import { runBlock } from "./run-block.ts";
import { runForestTraining } from "./run-forest-training.ts";
import { runPredictJob } from "./run-predict-job.ts";
import { runTrainJob } from "./run-train-job.ts";

const log = logOf("trainer");
const POLL_MS = 2000;
/** A trainer that is refused asks less and less often. */
const LONGEST_POLL_MS = 60_000;
/** Machines of one kind differ by this much in memory, and shall share their blocks. */
const MEMORY_TOLERANCE = 1.1;
/** Longer than the longest step: wasm predicts one tile, and all engines segment a large volume, without a pause. */
const LEASE_SECONDS: Record<Engine["name"], number> = { "native-gpu": 120, "native-cpu": 120, wasm: 240, forest: 120 };

export interface TrainerRun {
  readonly client: ServerClient;
  readonly engine: Engine;
  readonly identity: TrainerIdentity;
  readonly settings: TrainSettings;
  /** Voxels that are predicted at once. */
  readonly maxBlockVoxels: number;
  /** Give the running job back and return. */
  readonly draining: AbortSignal;
  /** Finish the running job and return. */
  readonly finishing: AbortSignal;
}

/** Takes one job after the other until it is asked to stop. */
export async function runTrainer(run: TrainerRun): Promise<void> {
  const { client, engine, identity, maxBlockVoxels } = run;
  const ending = AbortSignal.any([run.draining, run.finishing]);
  let pauseMs = POLL_MS;
  while (!ending.aborted) {
    try {
      const job = await client.claim({
        trainer: identity.name,
        engine: engine.name,
        words: engine.reason,
        leaseSeconds: identity.leaseSeconds ?? LEASE_SECONDS[engine.name],
        maxBlockVoxels: Math.floor(maxBlockVoxels * MEMORY_TOLERANCE),
      });
      if (job && ((await runJob(run, job)) || job.kind !== "block")) {
        pauseMs = POLL_MS;
        continue;
      }
      // Who fails at a block would be given the next one, while others can do it.
      pauseMs = job ? Math.min(LONGEST_POLL_MS, pauseMs * 2) : POLL_MS;
    } catch (error) {
      // A server that is away comes back, and somebody may wait for it then.
      pauseMs = error instanceof ServerAway ? POLL_MS : Math.min(LONGEST_POLL_MS, pauseMs * 2);
      if (isProblem(error)) log.warn(`The trainer asked for work in vain: ${error.message}`);
      else if (!(error instanceof ServerAway)) log.failed("The trainer asked for work in vain", error);
    }
    await sleep(pauseMs, undefined, { signal: ending }).catch(() => {});
  }
}

/** False where it failed. */
async function runJob(run: TrainerRun, job: ClaimedJob): Promise<boolean> {
  const { client, engine, settings, draining } = run;
  log.info(`a job starts (${job.kind})`, { jobId: job.jobId, attempt: job.attempt });
  try {
    if (job.kind === "train") {
      const held = new HeldJob(job, client, draining);
      await (engine.name === "forest" ? runForestTraining : runTrainJob)(held, engine, settings).finally(() =>
        held.close(),
      );
    } else if (job.kind === "predict") {
      const held = new HeldJob(job, client, draining);
      await runPredictJob(held, run).finally(() => held.close());
    } else {
      const held = new HeldJob(job, client, draining);
      await runBlock(held, engine).finally(() => held.close());
    }
    log.info(`a job is done (${job.kind})`, { jobId: job.jobId });
    return true;
  } catch (error) {
    await tellEnd(client, job, error);
    return error instanceof LeaseLost;
  }
}

/** What the server should know of a job that did not come to its end here. */
async function tellEnd(client: ServerClient, job: ClaimedJob, error: unknown): Promise<void> {
  if (error instanceof LeaseLost) {
    log.info(`a job belongs to another trainer by now, or has ended (${job.kind})`, { jobId: job.jobId });
    return;
  }
  const stopping = [Draining, GaveWay, Cancelled].some((end) => error instanceof end);
  if (isProblem(error)) log.error(`a job failed (${job.kind}): ${error.message}`, { jobId: job.jobId });
  else if (!stopping) log.failed(`a job failed (${job.kind})`, error, { jobId: job.jobId });
  const problem = isProblem(error)
    ? plainProblem(error)
    : {
        tag: "trainer-failed",
        what: plainText(`The trainer met an error: ${error instanceof Error ? error.message : String(error)}`, 2000),
        hint: "The trainer's log says more.",
      };
  try {
    // A block that cannot be done here goes to another trainer; the one that leads does what nobody else could.
    if (stopping || job.kind === "block") await client.tryTell(job, "/release", {});
    // The same labels and weights give the same problem again; anything else may pass.
    else await client.tryTell(job, "/fail", { problem, final: isProblem(error) });
  } catch (failure) {
    // The lease runs out, and another trainer goes on.
    if (!(failure instanceof LeaseLost)) log.failed("The server could not be told", failure, { jobId: job.jobId });
  }
}
