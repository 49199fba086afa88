import { and, eq, isNull, or, sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { trainerToken, trainingJob } from "../../db/schema/index.ts";
import { hashOfBearer } from "./token-hash.ts";

/**
 * How long a job's token is known after its lease has run out while nobody else took the job: the server may have been
 * away for an update, and hours of learning are not thrown away for that.
 */
export const GRACE_SECONDS = 600;

/**
 * The job whose token this is; null for every other token. It ends when the job passes to another holder, when its lease
 * has run out for good, and at once when the trainer's own token is taken back. Whether the lease is held is not asked
 * here: the holder of a job that has ended is known, and told so by 409.
 */
export async function findJobOfToken(
  db: Database,
  jobId: string,
  authorization: string | undefined,
): Promise<typeof trainingJob.$inferSelect | null> {
  const tokenHash = hashOfBearer(authorization);
  if (!tokenHash) return null;
  const [row] = await db
    .select({ job: trainingJob })
    .from(trainingJob)
    .innerJoin(trainerToken, eq(trainerToken.tokenHash, trainingJob.claimedWith))
    .where(
      and(
        eq(trainingJob.id, jobId),
        eq(trainingJob.jobTokenHash, tokenHash),
        isNull(trainerToken.revokedAt),
        or(
          isNull(trainingJob.leaseExpiresAt),
          sql`${trainingJob.leaseExpiresAt} > now() - make_interval(secs => ${GRACE_SECONDS})`,
        ),
      ),
    );
  return row?.job ?? null;
}
