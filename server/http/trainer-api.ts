import { and, eq } from "drizzle-orm";
import type { z } from "zod";
import {
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
import { trainingJob } from "../../db/schema/index.ts";
import { isUuid } from "../access.ts";
import { claimJob } from "../jobs/claim-job.ts";
import { describeClaimedJob } from "../jobs/describe-claimed-job.ts";
import { failJob, finishPrediction, releaseJob } from "../jobs/end-job.ts";
import { finishTraining } from "../jobs/finish-training.ts";
import { renewLease } from "../jobs/lease.ts";
import { noteTrainer } from "../jobs/note-trainer.ts";
import { setResumePoint } from "../jobs/set-resume-point.ts";
import { storeMetrics } from "../jobs/store-metrics.ts";
import { takePrediction } from "../jobs/take-prediction.ts";
import type { Services } from "../services.ts";
import { HttpRefusal, type HttpRoute, type RouteRequest, sendJson } from "./route.ts";
import { trainerBlobRoutes } from "./trainer-api-blobs.ts";

/** Instances of a volume with half a million nuclei. */
const MAX_JSON_BYTES = MAX_BLOB_BYTES;

/** A door that takes JSON of one shape; what does not fit is refused with the place that is wrong. */
function post<T>(
  path: string,
  schema: z.ZodType<T>,
  answer: (request: RouteRequest, body: T) => Promise<unknown>,
): HttpRoute {
  return {
    method: "POST",
    path: `${TRAINER_API}${path}`,
    access: { kind: "trainer" },
    maxBodyBytes: MAX_JSON_BYTES,
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
        throw new HttpRefusal(400, `${issue.path.join(".") || "body"}: ${issue.message}`);
      }
      const result = await answer(request, parsed.data);
      if (result === null) request.response.writeHead(204).end();
      else sendJson(request.response, 200, result ?? {});
    },
  };
}

/** A door of one job. */
const postToJob = <T extends { leaseToken: number }>(
  path: string,
  schema: z.ZodType<T>,
  answer: (services: Services, jobId: string, body: T) => Promise<unknown>,
): HttpRoute =>
  post(`/jobs/:jobId${path}`, schema, ({ services, parameters }, body) => {
    if (!isUuid(parameters.jobId)) throw new HttpRefusal(404, "There is no such job.");
    return answer(services, parameters.jobId, body);
  });

const tellTraining = (services: Services, projectId: string): void =>
  services.events.publish({ topic: "training", projectId });

/** The doors of trainers. Shapes: core/contract. Every write names the lease; a lost lease is 409. */
export const trainerRoutes: readonly HttpRoute[] = [
  post("/hello", helloSchema, ({ services }, said) => noteTrainer(services, said)),

  post("/claim", claimRequestSchema, async ({ services }, request) => {
    await noteTrainer(services, request);
    const claimed = await claimJob(services.db, request);
    if (!claimed) return null;
    const [job] = await services.db
      .select()
      .from(trainingJob)
      .where(and(eq(trainingJob.id, claimed.id), eq(trainingJob.leaseToken, claimed.leaseToken)));
    tellTraining(services, job.projectId);
    return describeClaimedJob(services.db, job);
  }),

  postToJob("/heartbeat", heartbeatSchema, async (services, jobId, { leaseToken, progress, phase }) => {
    const job = await renewLease(services.db, { jobId, leaseToken }, { progress, phase });
    tellTraining(services, job.projectId);
    return { cancelRequested: job.cancelRequested };
  }),

  postToJob("/metrics", metricsSchema, async (services, jobId, { leaseToken, metrics }) => {
    tellTraining(services, await storeMetrics(services.db, { jobId, leaseToken }, metrics));
  }),

  postToJob("/resume-point", resumePointSchema, (services, jobId, { leaseToken, step, folder }) =>
    setResumePoint(services, { jobId, leaseToken }, step, folder),
  ),

  postToJob("/trained", trainedSchema, finishTraining),
  postToJob("/predicted", predictedSchema, takePrediction),
  postToJob("/finish", leaseOnlySchema, (services, jobId, { leaseToken }) =>
    finishPrediction(services, { jobId, leaseToken }),
  ),
  postToJob("/release", leaseOnlySchema, (services, jobId, { leaseToken }) =>
    releaseJob(services, { jobId, leaseToken }),
  ),
  postToJob("/fail", failSchema, (services, jobId, { leaseToken, problem, final }) =>
    failJob(services, { jobId, leaseToken }, problem, final),
  ),

  ...trainerBlobRoutes,
];
