import { LEASE_TOKEN_HEADER, MAX_BLOB_BYTES, TRAINER_API } from "../../../core/contract/trainer-messages.ts";
import { blockOfRoute, HttpRefusal, type HttpRoute, jobOfRoute, type RouteRequest } from "../../entrance/route.ts";
import type { JobRow } from "../../jobs/claim-job.ts";
import { jobFolder, mayRead, mayReadForBlock, writableBytes } from "../../jobs/job-blobs.ts";
import { assertLease, requireLease } from "../../jobs/lease.ts";
import { assertBlockLease } from "../../jobs/shared-blocks/block-lease.ts";
import { takeFindings } from "../../jobs/shared-blocks/take-findings.ts";
import { assertBlobKey } from "../../storage/blob-store.ts";

const leaseTokenOf = ({ request }: RouteRequest): number => Number(request.headers[LEASE_TOKEN_HEADER]);

const jobOf = (request: RouteRequest): JobRow => assertLease(jobOfRoute(request), leaseTokenOf(request));

function checkedKey(key: string): string {
  try {
    assertBlobKey(key);
  } catch {
    throw new HttpRefusal(400, "This is no name of a blob.");
  }
  if (key.endsWith("/")) throw new HttpRefusal(400, "This is a folder.");
  return key;
}

async function sendBlob({ services, response }: RouteRequest, key: string): Promise<void> {
  const bytes = await services.blobs.get(key);
  if (!bytes) throw new HttpRefusal(404, "There is no such blob.");
  response.writeHead(200, { "content-type": "application/octet-stream", "content-length": bytes.length });
  response.end(bytes);
}

/** Bytes that go with a job, or a block of one: read what the job names, write below the holder's own folder, or the block's findings. */
export const trainerBlobRoutes: readonly HttpRoute[] = [
  {
    method: "GET",
    path: `${TRAINER_API}/jobs/:jobId/blobs/*`,
    access: { kind: "job" },
    maxBodyBytes: 0,
    async handle(request) {
      const key = checkedKey(request.parameters["*"]);
      const job = jobOf(request);
      if (!(await mayRead(request.services.db, job, key)))
        throw new HttpRefusal(403, "This is none of the job's files.");
      await sendBlob(request, key);
    },
  },
  {
    method: "PUT",
    path: `${TRAINER_API}/jobs/:jobId/files/*`,
    access: { kind: "job" },
    maxBodyBytes: MAX_BLOB_BYTES,
    async handle(request) {
      const name = checkedKey(request.parameters["*"]);
      const job = jobOf(request);
      const maxBytes = writableBytes(job, name);
      if (maxBytes === null) throw new HttpRefusal(400, "This job has no file of this name.");
      const body = await request.readBody();
      if (body.length > maxBytes) throw new HttpRefusal(413, `At most ${maxBytes} bytes.`);
      // The upload may have outlived the lease.
      await requireLease(request.services.db, { jobId: job.id, leaseToken: job.leaseToken });
      await request.services.blobs.put(`${jobFolder(job)}${name}`, body);
      request.response.writeHead(204).end();
    },
  },
  {
    method: "GET",
    path: `${TRAINER_API}/blocks/:blockId/blobs/*`,
    access: { kind: "block" },
    maxBodyBytes: 0,
    async handle(request) {
      const key = checkedKey(request.parameters["*"]);
      const row = blockOfRoute(request);
      assertBlockLease(row, leaseTokenOf(request));
      if (!(await mayReadForBlock(request.services.db, row.job, row.plan.volumeId, key)))
        throw new HttpRefusal(403, "This is none of the block's files.");
      await sendBlob(request, key);
    },
  },
  {
    method: "PUT",
    path: `${TRAINER_API}/blocks/:blockId/findings`,
    access: { kind: "block" },
    maxBodyBytes: MAX_BLOB_BYTES,
    async handle(request) {
      await takeFindings(request.services, blockOfRoute(request), leaseTokenOf(request), () => request.readBody());
      request.response.writeHead(204).end();
    },
  },
];
