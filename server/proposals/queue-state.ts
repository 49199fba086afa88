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
    readonly source: "model" | "import" | "study";
    readonly checkpointId: string | null;
    /** By the weights that come with the product. */
    readonly isGuess: boolean;
    /** People's outlines lie so far outside (+) or inside (−) of the model's, and its proposals were moved by it; null: unknown. */
    readonly outlineUm: number | null;
    readonly createdAt: Date;
  } | null;
}

/** Of the volumes of a project that have any. */
export async function openQuestions(
  db: Database,
  projectId: string,
): Promise<{ volumeId: string; name: string; waiting: number; cutByBorder: number }[]> {
  const { rows } = await db.execute<{ id: string; name: string; waiting: string; cut: string }>(sql`
    select v.id, v.name, count(*) filter (where not p.touches_border) as waiting, count(*) filter (where p.touches_border) as cut
    from volume v
    join proposal p on p.volume_id = v.id and ${isOpenQuestion}
    where v.project_id = ${projectId} and v.state = 'ready'
    group by v.id, v.name order by v.name`);
  return rows.map(({ id, name, waiting, cut }) => ({
    volumeId: id,
    name,
    waiting: Number(waiting),
    cutByBorder: Number(cut),
  }));
}

/** What the queue's panel says beside the question. */
export async function queueState(db: Database, projectId: string, volumeId: string): Promise<QueueState> {
  const volumes = await openQuestions(db, projectId);
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
  const here = volumes.find((row) => row.volumeId === volumeId);
  return {
    waiting: here?.waiting ?? 0,
    cutByBorder: here?.cutByBorder ?? 0,
    elsewhere: volumes
      .filter((row) => row.volumeId !== volumeId && row.waiting > 0)
      .map(({ cutByBorder: _, ...row }) => row),
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
