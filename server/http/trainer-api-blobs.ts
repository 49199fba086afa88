import { LEASE_TOKEN_HEADER, MAX_BLOB_BYTES, TRAINER_API } from "../../core/contract/trainer-messages.ts";
import { HttpRefusal, type HttpRoute, jobOfDoor, type RouteRequest } from "../entrance/route.ts";
import type { JobRow } from "../jobs/claim-job.ts";
import { jobFolder, mayRead, writableBytes } from "../jobs/job-blobs.ts";
import { assertLease, requireLease } from "../jobs/lease.ts";
import { assertBlobKey } from "../storage/blob-store.ts";

function jobOf(request: RouteRequest): JobRow {
  const job = jobOfDoor(request);
  return assertLease(job, Number(request.request.headers[LEASE_TOKEN_HEADER]));
}

function checkedKey(key: string): string {
  try {
    assertBlobKey(key);
  } catch {
    throw new HttpRefusal(400, "This is no name of a blob.");
  }
  if (key.endsWith("/")) throw new HttpRefusal(400, "This is a folder.");
  return key;
}

/** Bytes that go with a job: read what the job names, write below the holder's own folder. */
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
      const bytes = await request.services.blobs.get(key);
      if (!bytes) throw new HttpRefusal(404, "There is no such blob.");
      request.response.writeHead(200, { "content-type": "application/octet-stream", "content-length": bytes.length });
      request.response.end(bytes);
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
];
