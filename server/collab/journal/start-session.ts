import { and, eq, sql } from "drizzle-orm";
import { LABELS_PER_LEASE } from "../../../core/sync/link/label-leases.ts";
import type { Database } from "../../../db/client.ts";
import { volume, volumeSession } from "../../../db/schema/index.ts";
import type { SessionRow } from "./room-store.ts";

export interface StartedSession {
  readonly row: SessionRow;
  readonly sealKey: string;
  readonly epoch: number;
  readonly firstLabel: number;
  readonly labelCount: number;
  readonly labelCounter: number;
  /** As of the lease, in the transaction that makes it. */
  readonly hasBase: boolean;
}

/**
 * Leases a session number and label values for one page load. Both counters are durable before anything is handed out.
 * `after` counts only if it names a session of the same person: a page without its old outbox starts afresh (R40).
 */
export async function startSession(
  db: Database,
  volumeId: string,
  userId: string,
  after: SessionRow["after"],
  labelCount = LABELS_PER_LEASE,
): Promise<StartedSession> {
  return db.transaction(async (tx) => {
    const [counters] = await tx
      .update(volume)
      .set({
        sessionCounter: sql`${volume.sessionCounter} + 1`,
        labelCounter: sql`${volume.labelCounter} + ${labelCount}`,
      })
      .where(eq(volume.id, volumeId))
      .returning({
        session: volume.sessionCounter,
        labelCounter: volume.labelCounter,
        epoch: volume.epoch,
        baseLabels: volume.baseLabels,
      });
    const [named] = after
      ? await tx
          .select({ session: volumeSession.session })
          .from(volumeSession)
          .where(
            and(
              eq(volumeSession.volumeId, volumeId),
              eq(volumeSession.session, after.session),
              eq(volumeSession.userId, userId),
            ),
          )
      : [];
    const row: SessionRow = { session: counters.session, userId, after: named ? after : null };
    const [{ sealKey }] = await tx
      .insert(volumeSession)
      .values({
        volumeId,
        session: row.session,
        userId,
        afterSession: row.after?.session ?? null,
        afterSeq: row.after?.seq ?? null,
      })
      .returning({ sealKey: volumeSession.sealKey });
    return {
      row,
      sealKey,
      epoch: counters.epoch,
      firstLabel: counters.labelCounter - labelCount + 1,
      labelCount,
      labelCounter: counters.labelCounter,
      hasBase: counters.baseLabels !== "none",
    };
  });
}
