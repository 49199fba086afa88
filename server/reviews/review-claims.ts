import { and, eq, gte, sql } from "drizzle-orm";
import type { Database, Transaction } from "../../db/client.ts";
import { reviewClaim, user } from "../../db/schema/index.ts";
import type { Services } from "../services.ts";

/** A page that goes away without a word loses its claim after this; its heartbeats come at a third. */
const CLAIM_SECONDS = 45;
/** Pages that can hold one at a time; more are not shown. */
const MOST_HOLDERS = 500;

export interface ReviewPage {
  readonly volumeId: string;
  readonly userId: string;
  readonly pageId: string;
}

const ofPage = ({ volumeId, userId, pageId }: ReviewPage) =>
  and(eq(reviewClaim.volumeId, volumeId), eq(reviewClaim.userId, userId), eq(reviewClaim.pageId, pageId));

const until = sql`now() + make_interval(secs => ${CLAIM_SECONDS})`;

/** The claim's primary key makes a second holder impossible; one that has lapsed passes on. */
export async function takeClaim(db: Database | Transaction, page: ReviewPage, label: number): Promise<boolean> {
  const taken = await db
    .insert(reviewClaim)
    .values({ ...page, label, expiresAt: until })
    .onConflictDoUpdate({
      target: [reviewClaim.volumeId, reviewClaim.label],
      set: { userId: page.userId, pageId: page.pageId, expiresAt: until },
      setWhere: sql`${reviewClaim.expiresAt} < now()`,
    })
    .returning({ label: reviewClaim.label });
  return taken.length > 0;
}

/** The labels that the page held. */
export async function dropClaims(db: Database | Transaction, page: ReviewPage): Promise<number[]> {
  const gone = await db.delete(reviewClaim).where(ofPage(page)).returning({ label: reviewClaim.label });
  return gone.map(({ label }) => label);
}

/** False when the claim has lapsed: the page must ask for another nucleus. */
export async function prolongReview({ db }: Services, page: ReviewPage & { readonly label: number }): Promise<boolean> {
  const kept = await db
    .update(reviewClaim)
    .set({ expiresAt: until })
    .where(and(ofPage(page), eq(reviewClaim.label, page.label)))
    .returning({ label: reviewClaim.label });
  return kept.length > 0;
}

export interface ReviewHolder {
  readonly label: number;
  readonly userId: string;
  readonly name: string;
}

export const reviewHolders = (db: Database | Transaction, volumeId: string): Promise<ReviewHolder[]> =>
  db
    .select({ label: reviewClaim.label, userId: reviewClaim.userId, name: user.name })
    .from(reviewClaim)
    .innerJoin(user, eq(user.id, reviewClaim.userId))
    .where(and(eq(reviewClaim.volumeId, volumeId), gte(reviewClaim.expiresAt, sql`now()`)))
    .orderBy(reviewClaim.label)
    .limit(MOST_HOLDERS);

export function tellHeld(
  { events }: Services,
  of: { readonly projectId: string; readonly volumeId: string },
  label: number,
  heldBy: { readonly userId: string; readonly name: string } | null,
): void {
  const { projectId, volumeId } = of;
  events.publish({ topic: "review", projectId, volumeId, label, heldBy });
}

/** Forgets claims whose holders went away, and tells the pages. */
export async function sweepReviewClaims(services: Services): Promise<void> {
  const { rows } = await services.db.execute<{ project_id: string; volume_id: string; label: string }>(sql`
    with gone as (delete from review_claim where expires_at < now() returning volume_id, label)
    select volume.project_id, gone.volume_id, gone.label from gone join volume on volume.id = gone.volume_id`);
  for (const { project_id: projectId, volume_id: volumeId, label } of rows)
    tellHeld(services, { projectId, volumeId }, Number(label), null);
}
