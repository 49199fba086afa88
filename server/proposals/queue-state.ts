import { and, desc, eq, gte, inArray, sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { checkpoint, claim, prediction, user, volume } from "../../db/schema/index.ts";
import { isOpenQuestion } from "./may-be-asked.ts";

export interface QueueState {
  /** Open questions of this volume, those that others look at included. */
  readonly waiting: number;
  /** Proposals of this volume that its border cuts: nobody is asked about them. */
  readonly cutByBorder: number;
  readonly elsewhere: readonly { readonly volumeId: string; readonly name: string; readonly waiting: number }[];
  readonly holders: readonly { readonly labelValue: number; readonly userId: string; readonly name: string }[];
  readonly prediction: {
    readonly id: string;
    readonly source: "model" | "import";
    readonly checkpointId: string | null;
    /** By the weights that come with the product. */
    readonly isGuess: boolean;
    /** People's outlines lie so far outside (+) or inside (−) of the model's, and its proposals were moved by it; null: unknown. */
    readonly outlineUm: number | null;
    readonly createdAt: Date;
  } | null;
}

/** What the queue's panel says beside the question. */
export async function queueState(db: Database, projectId: string, volumeId: string): Promise<QueueState> {
  const counts = await db.execute<{ id: string; name: string; waiting: string; cut: string }>(sql`
    select v.id, v.name, count(*) filter (where not p.touches_border) as waiting, count(*) filter (where p.touches_border) as cut
    from volume v
    join proposal p on p.volume_id = v.id and ${isOpenQuestion}
    where v.project_id = ${projectId} and v.state = 'ready'
    group by v.id, v.name order by v.name`);
  const holders = await db
    .select({ labelValue: claim.labelValue, userId: claim.userId, name: user.name })
    .from(claim)
    .innerJoin(user, eq(user.id, claim.userId))
    .where(and(eq(claim.volumeId, volumeId), gte(claim.expiresAt, sql`now()`)))
    .orderBy(claim.claimedAt);
  const [current] = await db
    .select({
      id: prediction.id,
      source: prediction.source,
      checkpointId: prediction.checkpointId,
      outlineUm: prediction.outlineUm,
      isGuess: sql<boolean>`coalesce(${checkpoint.origin} = 'product', false)`,
      createdAt: prediction.createdAt,
    })
    .from(prediction)
    .leftJoin(checkpoint, eq(checkpoint.id, prediction.checkpointId))
    .where(and(eq(prediction.volumeId, volumeId), eq(prediction.current, true)));
  const rows = counts.rows.map((row) => ({ volumeId: row.id, name: row.name, waiting: Number(row.waiting) }));
  return {
    waiting: rows.find((row) => row.volumeId === volumeId)?.waiting ?? 0,
    cutByBorder: Number(counts.rows.find(({ id }) => id === volumeId)?.cut ?? 0),
    elsewhere: rows.filter((row) => row.volumeId !== volumeId && row.waiting > 0),
    holders,
    prediction: current ?? null,
  };
}

/** Predictions of a project's volumes that are shown now. */
export const currentPredictions = (db: Database, projectId: string) =>
  db
    .select({ volumeId: prediction.volumeId, checkpointId: prediction.checkpointId, createdAt: prediction.createdAt })
    .from(prediction)
    .where(
      and(
        eq(prediction.current, true),
        inArray(prediction.volumeId, db.select({ id: volume.id }).from(volume).where(eq(volume.projectId, projectId))),
      ),
    )
    .orderBy(desc(prediction.createdAt));
