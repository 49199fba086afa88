import { and, eq, sql } from "drizzle-orm";
import type { PgUpdateSetSource } from "drizzle-orm/pg-core";
import type { Database, Transaction } from "../../db/client.ts";
import { trainingJob } from "../../db/schema/index.ts";
import { HttpRefusal } from "../entrance/route.ts";
import type { JobRow } from "./claim-job.ts";

/** Proof of who holds a job now: a later holder has a larger token. */
export interface Lease {
  readonly jobId: string;
  readonly leaseToken: number;
}

type LeasedJobFields = PgUpdateSetSource<typeof trainingJob>;

const held = ({ jobId, leaseToken }: Lease) =>
  and(eq(trainingJob.id, jobId), eq(trainingJob.leaseToken, leaseToken), eq(trainingJob.state, "leased"));

/** Trainers stop at the first of these. */
const leaseLost = () =>
  new HttpRefusal(409, "The lease of this job has passed to another trainer, or the job has ended.");

/** The same of a row that was read a moment ago. */
export function assertLease(job: JobRow, leaseToken: number): JobRow {
  if (job.state !== "leased" || job.leaseToken !== leaseToken) throw leaseLost();
  return job;
}

/** The job as its holder sees it, without prolonging the lease. */
export async function requireLease(db: Database | Transaction, lease: Lease): Promise<JobRow> {
  const [job] = await db.select().from(trainingJob).where(held(lease));
  if (!job) throw leaseLost();
  return job;
}

/** Changes the job if its lease is still held, and prolongs the lease; 409 otherwise. */
export async function renewLease(
  db: Database | Transaction,
  lease: Lease,
  change: LeasedJobFields = {},
): Promise<JobRow> {
  const [job] = await db
    .update(trainingJob)
    .set({
      ...change,
      leaseExpiresAt: sql`now() + make_interval(secs => ${trainingJob.leaseSeconds})`,
    })
    .where(held(lease))
    .returning();
  if (!job) throw leaseLost();
  return job;
}

/** Ends or returns the job if its lease is still held; the row stays locked until the transaction ends. */
export async function endLease(tx: Transaction, lease: Lease, change: LeasedJobFields): Promise<JobRow> {
  const [job] = await tx
    .update(trainingJob)
    .set({ ...change, leaseExpiresAt: null })
    .where(held(lease))
    .returning();
  if (!job) throw leaseLost();
  return job;
}
