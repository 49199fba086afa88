import { and, eq } from "drizzle-orm";
import type { ListedNucleus } from "../../core/labels/nucleus-columns.ts";
import { reviewStates } from "../../core/review/review-state.ts";
import type { Database } from "../../db/client.ts";
import { nucleusAuthor } from "../../db/schema/index.ts";
import { pauseWhenDue } from "../collab/event-loop/next-turn.ts";
import { inRoom, roomOperation } from "../collab/live/in-room.ts";
import type { LiveVolume } from "../collab/live/live-volume.ts";
import type { Services } from "../services.ts";
import { dropClaims, type ReviewPage, reviewHolders, takeClaim, tellHeld } from "./review-claims.ts";

/** A nucleus that somebody is asked to look at, as it was when they were asked. */
export interface ReviewQuestion {
  readonly label: number;
  readonly boxZyx: readonly number[];
  readonly voxels: number;
  readonly className: string | null;
  readonly status: number;
  /** Who touched it last. */
  readonly by: string | null;
  readonly uncertainty: number | null;
  /** Goes with the answer, so that nobody approves of what they have not seen. */
  readonly fingerprint: string;
}

interface Asking extends ReviewPage {
  readonly userName: string;
  /** Put back by this page: not handed to it again at once. */
  readonly skipped: readonly number[];
}

/**
 * Gives this page the most doubtful nucleus that waits for a second person and is not their own work; what the page held
 * before is free again. Null where nothing is left for them.
 */
export const nextReview = (services: Services, asking: Asking): Promise<ReviewQuestion | null> =>
  inRoom(services, nextReviewOperation, asking.volumeId, asking);

export const nextReviewOperation = roomOperation("next-review", async (live, services, asking: Asking) => {
  const { db } = services;
  for (const label of await dropClaims(db, asking)) tellHeld(services, live, label, null);
  await live.authorsAreWritten();
  const own = await ownLabels(db, asking);
  const held = new Set((await reviewHolders(db, asking.volumeId)).map(({ label }) => label));
  const skipped = new Set(asking.skipped);
  const mayBeAsked = [...live.nuclei.rows()].filter(
    (row) => reviewStates[row.review] === "waiting" && !held.has(row.label) && !skipped.has(row.label),
  );
  for (const { label } of mayBeAsked.sort(byDoubt)) {
    await pauseWhenDue();
    if (live.nuclei.membersOf(label).some((member) => own.has(member))) continue;
    if (!(await takeClaim(db, asking, label))) continue;
    const question = questionOf(live, label);
    if (question) tellHeld(services, live, label, { userId: asking.userId, name: asking.userName });
    return question;
  }
  return null;
});

/** Where a person corrected the model first, then what the model doubted, then what nobody asked about. */
const byDoubt = (a: ListedNucleus, b: ListedNucleus): number =>
  b.status - a.status || (b.uncertainty ?? -1) - (a.uncertainty ?? -1) || a.label - b.label;

function questionOf(live: LiveVolume, label: number): ReviewQuestion | null {
  const seen = live.nuclei.lookAt(label);
  if (!seen) return null;
  const { boxZyx, voxels, className, status, by, uncertainty } = seen.row;
  return { label, boxZyx, voxels, className, status, by: by?.name ?? null, uncertainty, fingerprint: seen.fingerprint };
}

async function ownLabels(db: Database, { volumeId, userId }: ReviewPage): Promise<ReadonlySet<number>> {
  const rows = await db
    .select({ label: nucleusAuthor.label })
    .from(nucleusAuthor)
    .where(and(eq(nucleusAuthor.volumeId, volumeId), eq(nucleusAuthor.userId, userId)));
  return new Set(rows.map(({ label }) => label));
}
