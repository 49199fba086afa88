import type { z } from "zod";
import { MAX_BLOB_BYTES, TRAINER_API } from "../../../core/contract/trainer-messages.ts";
import { plainText } from "../../../core/plain-text.ts";
import type { ClaimedBlockRow } from "../../auth/block-token.ts";
import {
  blockOfRoute,
  HttpRefusal,
  type HttpRoute,
  jobOfRoute,
  type RouteRequest,
  sendJson,
} from "../../entrance/route.ts";
import type { JobRow } from "../../jobs/claim-job.ts";
import type { Services } from "../../services.ts";

/** What a trainer says of itself or of one moment. */
export const SMALL_BYTES = 64 << 10;
/** A thousand points of a chart; scores of ten thousand places. */
export const REPORT_BYTES = 4 << 20;
/** Instances of a volume with half a million nuclei. */
export const PREDICTION_BYTES = MAX_BLOB_BYTES;

/** A route that takes JSON of one shape; what does not fit is refused with the place that is wrong. */
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

/** A route of trainers: only here their own token counts. */
export const postAsTrainer = <T>(
  path: string,
  schema: z.ZodType<T>,
  answer: (services: Services, tokenHash: string, body: T) => Promise<unknown>,
): HttpRoute =>
  post(path, { kind: "trainer" }, SMALL_BYTES, schema, ({ services, trainerTokenHash }, body) => {
    if (!trainerTokenHash) throw new Error("this route is no trainer's");
    return answer(services, trainerTokenHash, body);
  });

/** A route of one job. */
export const postToJob = <T extends { leaseToken: number }>(
  path: string,
  maxBodyBytes: number,
  schema: z.ZodType<T>,
  answer: (services: Services, jobId: string, body: T, job: JobRow) => Promise<unknown>,
): HttpRoute =>
  post(`/jobs/:jobId${path}`, { kind: "job" }, maxBodyBytes, schema, (request, body) => {
    const job = jobOfRoute(request);
    return answer(request.services, job.id, body, job);
  });

/** A route of one block. */
export const postToBlock = <T extends { leaseToken: number }>(
  path: string,
  schema: z.ZodType<T>,
  answer: (services: Services, block: ClaimedBlockRow, body: T) => Promise<unknown>,
): HttpRoute =>
  post(`/blocks/:blockId${path}`, { kind: "block" }, SMALL_BYTES, schema, (request, body) =>
    answer(request.services, blockOfRoute(request), body),
  );
