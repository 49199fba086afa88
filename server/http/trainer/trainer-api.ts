import type { z } from "zod";
import { blockTurnSchema, sharePlanSchema } from "../../../core/contract/shared-blocks.ts";
import type { ClaimedJob } from "../../../core/contract/trainer-job.ts";
import {
  type ClaimRequest,
  claimRequestSchema,
  failSchema,
  heartbeatSchema,
  helloSchema,
  leaseOnlySchema,
  metricsSchema,
  predictedSchema,
  resumePointSchema,
  trainedSchema,
} from "../../../core/contract/trainer-messages.ts";
import { isProblem } from "../../../core/problem.ts";
import type { ClaimedBlockRow } from "../../auth/block-token.ts";
import { noteTokenSeen } from "../../auth/trainer-token.ts";
import type { HttpRoute } from "../../entrance/route.ts";
import { claimJob, type JobRow } from "../../jobs/claim-job.ts";
import { describeClaimedJob } from "../../jobs/describe-claimed-job.ts";
import { failJob, finishPrediction, releaseJob } from "../../jobs/end-job.ts";
import { finishTraining } from "../../jobs/finish-training.ts";
import { renewLease, requireLease } from "../../jobs/lease.ts";
import { noteTrainer } from "../../jobs/note-trainer.ts";
import { isOvertaken, OVERTAKEN_PRIORITY } from "../../jobs/overtake.ts";
import { setResumePoint } from "../../jobs/set-resume-point.ts";
import { releaseBlock, renewBlock } from "../../jobs/shared-blocks/block-lease.ts";
import { claimBlock } from "../../jobs/shared-blocks/claim-block.ts";
import { sharePlan } from "../../jobs/shared-blocks/share-plan.ts";
import { takeTurn } from "../../jobs/shared-blocks/take-turn.ts";
import { storeMetrics } from "../../jobs/store-metrics.ts";
import { takePrediction } from "../../jobs/take-prediction.ts";
import type { Services } from "../../services.ts";
import { trainerBlobRoutes } from "./trainer-api-blobs.ts";
import {
  PREDICTION_BYTES,
  postAsTrainer,
  postToBlock,
  postToJob,
  REPORT_BYTES,
  SMALL_BYTES,
} from "./trainer-routes.ts";

const tellTraining = (services: Services, projectId: string): void =>
  services.events.publish({ topic: "training", projectId });

/**
 * Null when there is nothing to do, or when what there was cannot be done: that job has then failed, and says why. Who finds no
 * job helps with one that is running.
 */
async function claim(services: Services, tokenHash: string, request: ClaimRequest): Promise<ClaimedJob | null> {
  await noteTrainer(services, request, tokenHash);
  const claimed = await claimJob(services.db, request, tokenHash);
  if (!claimed) {
    const { maxBlockVoxels } = request;
    return maxBlockVoxels ? claimBlock(services.db, { ...request, maxBlockVoxels }, tokenHash) : null;
  }
  const lease = { jobId: claimed.id, leaseToken: claimed.leaseToken };
  const job = await requireLease(services.db, lease);
  tellTraining(services, job.projectId);
  try {
    return await describeClaimedJob(services.db, job, claimed.jobToken);
  } catch (error) {
    if (!isProblem(error)) throw error;
    await failJob(services, lease, error.toJSON(), true);
    return null;
  }
}

async function beat(services: Services, job: JobRow, { leaseToken, progress, phase }: z.infer<typeof heartbeatSchema>) {
  const giveWay = job.kind === "predict" && (await isOvertaken(services.db, job));
  const lowered = giveWay && { priority: OVERTAKEN_PRIORITY };
  const renewed = await renewLease(services.db, { jobId: job.id, leaseToken }, { progress, phase, ...lowered });
  if (job.claimedWith) await noteTokenSeen(services.db, job.claimedWith);
  const { projectId, cancelRequested } = renewed;
  const told = { jobId: job.id, progress: renewed.progress, phase: renewed.phase, cancelRequested };
  services.events.publish({ topic: "training", projectId, progress: told });
  return { cancelRequested, giveWay };
}

async function beatOfBlock(services: Services, row: ClaimedBlockRow, leaseToken: number) {
  await renewBlock(services.db, row, leaseToken);
  if (row.block.claimedWith) await noteTokenSeen(services.db, row.block.claimedWith);
  return { cancelRequested: false };
}

/** The routes of trainers. Shapes: core/contract. Every write names the lease; a lost lease is 409. */
export const trainerRoutes: readonly HttpRoute[] = [
  postAsTrainer("/hello", helloSchema, (services, tokenHash, said) => noteTrainer(services, said, tokenHash)),
  postAsTrainer("/claim", claimRequestSchema, claim),

  postToJob("/heartbeat", SMALL_BYTES, heartbeatSchema, (services, _jobId, body, job) => beat(services, job, body)),

  postToJob("/metrics", REPORT_BYTES, metricsSchema, async (services, jobId, { leaseToken, metrics }) => {
    const projectId = await storeMetrics(services.db, { jobId, leaseToken }, metrics);
    services.events.publish({ topic: "training", projectId, metrics: { jobId, points: metrics } });
  }),

  postToJob("/resume-point", SMALL_BYTES, resumePointSchema, (services, jobId, { leaseToken, step, folder }) =>
    setResumePoint(services, { jobId, leaseToken }, step, folder),
  ),

  postToJob("/trained", REPORT_BYTES, trainedSchema, finishTraining),
  postToJob("/predicted", PREDICTION_BYTES, predictedSchema, takePrediction),
  postToJob("/finish", SMALL_BYTES, leaseOnlySchema, (services, jobId, { leaseToken }, job) =>
    finishPrediction(services, job, { jobId, leaseToken }),
  ),
  postToJob("/release", SMALL_BYTES, leaseOnlySchema, (services, jobId, { leaseToken }) =>
    releaseJob(services, { jobId, leaseToken }),
  ),
  postToJob("/fail", SMALL_BYTES, failSchema, (services, jobId, { leaseToken, problem, final }) =>
    failJob(services, { jobId, leaseToken }, problem, final),
  ),

  postToJob("/block-plan", SMALL_BYTES, sharePlanSchema, (services, _jobId, body, job) =>
    sharePlan(services, job, body),
  ),
  postToJob("/block-turn", SMALL_BYTES, blockTurnSchema, ({ db }, _jobId, body, job) => takeTurn(db, job, body)),
  postToBlock("/heartbeat", heartbeatSchema, (services, row, { leaseToken }) => beatOfBlock(services, row, leaseToken)),
  postToBlock("/release", leaseOnlySchema, ({ db }, row, { leaseToken }) => releaseBlock(db, row, leaseToken)),

  ...trainerBlobRoutes,
];
