import type { z } from "zod";
import type { ClaimedJob } from "../../core/contract/trainer-job.ts";
import {
  type ClaimRequest,
  claimRequestSchema,
  failSchema,
  heartbeatSchema,
  helloSchema,
  leaseOnlySchema,
  MAX_BLOB_BYTES,
  metricsSchema,
  predictedSchema,
  resumePointSchema,
  TRAINER_API,
  trainedSchema,
} from "../../core/contract/trainer-messages.ts";
import { plainText } from "../../core/plain-text.ts";
import { isProblem } from "../../core/problem.ts";
import { noteTokenSeen } from "../auth/trainer-token.ts";
import { HttpRefusal, type HttpRoute, jobOfDoor, type RouteRequest, sendJson } from "../entrance/route.ts";
import { claimJob, type JobRow } from "../jobs/claim-job.ts";
import { describeClaimedJob } from "../jobs/describe-claimed-job.ts";
import { failJob, finishPrediction, releaseJob } from "../jobs/end-job.ts";
import { finishTraining } from "../jobs/finish-training.ts";
import { renewLease, requireLease } from "../jobs/lease.ts";
import { noteTrainer } from "../jobs/note-trainer.ts";
import { setResumePoint } from "../jobs/set-resume-point.ts";
import { storeMetrics } from "../jobs/store-metrics.ts";
import { takePrediction } from "../jobs/take-prediction.ts";
import type { Services } from "../services.ts";
import { trainerBlobRoutes } from "./trainer-api-blobs.ts";

/** What a trainer says of itself or of one moment. */
const SMALL_BYTES = 64 << 10;
/** A thousand points of a chart; scores of ten thousand places. */
const REPORT_BYTES = 4 << 20;
/** Instances of a volume with half a million nuclei. */
const PREDICTION_BYTES = MAX_BLOB_BYTES;

/** A door that takes JSON of one shape; what does not fit is refused with the place that is wrong. */
function post<T>(
  path: string,
  access: HttpRoute["access"],
  maxBodyBytes: number,
  schema: z.ZodType<T>,
  answer: (request: RouteRequest, body: T) => Promise<unknown>,
): HttpRoute {
  return {
    method: "POST",
    path: `${TRAINER_API}${path}`,
    access,
    maxBodyBytes,
    async handle(request) {
      let json: unknown;
      try {
        json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(await request.readBody()));
      } catch (cause) {
        if (cause instanceof HttpRefusal) throw cause;
        throw new HttpRefusal(400, "The body is not JSON.");
      }
      const parsed = schema.safeParse(json);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        throw new HttpRefusal(400, plainText(`${issue.path.join(".") || "body"}: ${issue.message}`, 500));
      }
      const result = await answer(request, parsed.data);
      if (result === null) request.response.writeHead(204).end();
      else sendJson(request.response, 200, result ?? {});
    },
  };
}

/** A door of trainers: only here their own token counts. */
const postAsTrainer = <T>(
  path: string,
  schema: z.ZodType<T>,
  answer: (services: Services, tokenHash: string, body: T) => Promise<unknown>,
): HttpRoute =>
  post(path, { kind: "trainer" }, SMALL_BYTES, schema, ({ services, trainerTokenHash }, body) => {
    if (!trainerTokenHash) throw new Error("this door is no trainer's");
    return answer(services, trainerTokenHash, body);
  });

/** A door of one job. */
const postToJob = <T extends { leaseToken: number }>(
  path: string,
  maxBodyBytes: number,
  schema: z.ZodType<T>,
  answer: (services: Services, jobId: string, body: T, job: JobRow) => Promise<unknown>,
): HttpRoute =>
  post(`/jobs/:jobId${path}`, { kind: "job" }, maxBodyBytes, schema, (request, body) => {
    const job = jobOfDoor(request);
    return answer(request.services, job.id, body, job);
  });

const tellTraining = (services: Services, projectId: string): void =>
  services.events.publish({ topic: "training", projectId });

/** Null when there is nothing to do, or when what there was cannot be done: that job has then failed, and says why. */
async function claim(services: Services, tokenHash: string, request: ClaimRequest): Promise<ClaimedJob | null> {
  await noteTrainer(services, request, tokenHash);
  const claimed = await claimJob(services.db, request, tokenHash);
  if (!claimed) return null;
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
  const renewed = await renewLease(services.db, { jobId: job.id, leaseToken }, { progress, phase });
  if (job.claimedWith) await noteTokenSeen(services.db, job.claimedWith);
  const { projectId, cancelRequested } = renewed;
  const told = { jobId: job.id, progress: renewed.progress, phase: renewed.phase, cancelRequested };
  services.events.publish({ topic: "training", projectId, progress: told });
  return { cancelRequested };
}

/** The doors of trainers. Shapes: core/contract. Every write names the lease; a lost lease is 409. */
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

  ...trainerBlobRoutes,
];
