import { and, desc, eq, gte, inArray, ne, sql } from "drizzle-orm";
import { isTruth, labelStatuses } from "../../core/labels/label-status.ts";
import { Problem } from "../../core/problem.ts";
import { type ReviewVerdict, reviewStates } from "../../core/review/review-state.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import type { Transaction } from "../../db/client.ts";
import { nucleusAuthor, nucleusReview, reviewClaim, reviewDecision, user } from "../../db/schema/index.ts";
import { inRoom, roomOperation } from "../collab/live/in-room.ts";
import type { LiveVolume } from "../collab/live/live-volume.ts";
import type { LookedAt } from "../collab/nuclei/live-nuclei.ts";
import { countIsStale } from "../collab/nuclei/nucleus-count.ts";
import { announce, notify } from "../notifications/notify.ts";
import type { Services } from "../services.ts";
import { tellHeld } from "./review-claims.ts";

interface Person {
  readonly volumeId: string;
  readonly userId: string;
  readonly label: number;
}

interface Judging extends Person {
  readonly verdict: ReviewVerdict;
  /** Of what the person looked at. */
  readonly fingerprint: string;
  readonly note: string;
}

/** A second person's word on a nucleus, as they saw it. Rejects with a Problem where it is their own, changed, or looked at by another. */
export const judgeNucleus = (services: Services, given: Judging): Promise<null> =>
  inRoom(services, judgeOperation, given.volumeId, given);

export const judgeOperation = roomOperation("judge-nucleus", async (live, services, given: Judging) => {
  const seen = await lookAgain(live, given.label);
  if (seen.fingerprint !== given.fingerprint) throw changedMeanwhile(given.label);
  const { verdict, fingerprint, note } = given;
  const { label } = seen.row;
  let told: readonly string[] = [];
  await live.judge(label, { verdict, fingerprint }, async (tx) => {
    await refuseOwn(tx, given, seen);
    await refuseIfHeldByAnother(tx, given);
    const said = { verdict, fingerprint, note, userId: given.userId, createdAt: new Date() };
    await tx
      .insert(nucleusReview)
      .values({ volumeId: given.volumeId, label, ...said })
      .onConflictDoUpdate({ target: [nucleusReview.volumeId, nucleusReview.label], set: said });
    await writeDecision(tx, live, { ...given, label, kind: verdict });
    await tx.delete(reviewClaim).where(one(reviewClaim, { ...given, label }));
    if (verdict === "sent-back") told = await notifyAuthors(services, tx, live, given, seen);
  });
  announce(services, told);
  tellHeld(services, live, label, null);
  return null;
});

/** Everybody who had a hand in it. */
async function notifyAuthors(
  services: Services,
  tx: Transaction,
  { projectId }: LiveVolume,
  { volumeId, userId }: Judging,
  { row, members }: LookedAt,
): Promise<readonly string[]> {
  const authors = await tx
    .selectDistinct({ userId: nucleusAuthor.userId })
    .from(nucleusAuthor)
    .where(and(eq(nucleusAuthor.volumeId, volumeId), inArray(nucleusAuthor.label, [...members])));
  const [{ name }] = await tx.select({ name: user.name }).from(user).where(eq(user.id, userId));
  const [z, y, x] = row.centroidZyx;
  const placeZyx: Zyx = [z, y, x];
  return notify(
    tx,
    services,
    authors.map((one) => one.userId),
    {
      facts: { kind: "sent-back", by: name, nuclei: 1, label: row.label, placeZyx },
      ...{ projectId, volumeId, subject: volumeId },
    },
  );
}

/** Whoever gave the verdict takes it back: the nucleus waits again. */
export const takeBack = (services: Services, given: Person): Promise<null> =>
  inRoom(services, takeBackOperation, given.volumeId, given);

export const takeBackOperation = roomOperation("take-verdict-back", async (live, services, given: Person) => {
  const { row, fingerprint } = await lookAgain(live, given.label);
  await live.judge(row.label, null, async (tx) => {
    const gone = await tx
      .delete(nucleusReview)
      .where(and(one(nucleusReview, { ...given, label: row.label }), eq(nucleusReview.userId, given.userId)))
      .returning({ label: nucleusReview.label });
    if (gone.length === 0)
      throw new Problem({
        tag: "no-own-verdict",
        what: "The last word on this nucleus is not yours.",
        where: `nucleus ${row.label}`,
        hint: "Whoever gave it can take it back; or look at the nucleus yourself, and give another.",
      });
    await writeDecision(tx, live, { ...given, label: row.label, kind: "taken-back", fingerprint, note: "" });
  });
  tellHeld(services, live, row.label, null);
  return null;
});

/** What was sent back is right as it is, says somebody who made it: it waits for a reviewer again, with these words. */
export const answerReview = (services: Services, given: Person & { readonly note: string }): Promise<null> =>
  inRoom(services, answerOperation, given.volumeId, given);

export const answerOperation = roomOperation(
  "answer-review",
  async (live, services, given: Person & { readonly note: string }) => {
    const seen = await lookAgain(live, given.label);
    const { row, fingerprint } = seen;
    if (reviewStates[row.review] !== "sent-back")
      throw new Problem({
        tag: "not-sent-back",
        what: "This nucleus has not been sent back, or was changed since.",
        where: `nucleus ${row.label}`,
      });
    await live.judge(row.label, null, async (tx) => {
      if (!(await isOwn(tx, given, seen)))
        throw new Problem({
          tag: "not-own-nucleus",
          what: "Only somebody who drew, corrected or accepted this nucleus answers for it.",
          where: `nucleus ${row.label}`,
          hint: "Look at it yourself and approve of it, or correct it.",
        });
      await tx.delete(nucleusReview).where(one(nucleusReview, { ...given, label: row.label }));
      await writeDecision(tx, live, { ...given, label: row.label, kind: "answered", fingerprint });
    });
    tellHeld(services, live, row.label, null);
    return null;
  },
);

/** With everything in it that was durable when it was asked for. */
async function lookAgain(live: LiveVolume, label: number): Promise<LookedAt> {
  await live.authorsAreWritten();
  const seen = live.nuclei.lookAt(label);
  if (seen && isTruth(labelStatuses[seen.row.status])) return seen;
  throw new Problem({
    tag: "nothing-to-review",
    what: "This nucleus is gone, or is not finished.",
    where: `nucleus ${label}`,
    hint: "Take the next one.",
  });
}

const changedMeanwhile = (label: number): Problem =>
  new Problem({
    tag: "nucleus-changed",
    what: "This nucleus was changed while you looked at it.",
    where: `nucleus ${label}`,
    hint: "Look at it again as it is now, and then answer.",
  });

async function isOwn(tx: Transaction, { volumeId, userId }: Person, { members }: LookedAt): Promise<boolean> {
  const [own] = await tx
    .select({ label: nucleusAuthor.label })
    .from(nucleusAuthor)
    .where(
      and(
        eq(nucleusAuthor.volumeId, volumeId),
        eq(nucleusAuthor.userId, userId),
        inArray(nucleusAuthor.label, [...members]),
      ),
    )
    .limit(1);
  return own !== undefined;
}

async function refuseOwn(tx: Transaction, given: Person, seen: LookedAt): Promise<void> {
  if (await isOwn(tx, given, seen))
    throw new Problem({
      tag: "own-nucleus",
      what: "You drew, corrected or accepted this nucleus: somebody else has to look at it.",
      where: `nucleus ${seen.row.label}`,
    });
}

async function refuseIfHeldByAnother(tx: Transaction, given: Person): Promise<void> {
  const [holder] = await tx
    .select({ name: user.name })
    .from(reviewClaim)
    .innerJoin(user, eq(user.id, reviewClaim.userId))
    .where(and(one(reviewClaim, given), ne(reviewClaim.userId, given.userId), gte(reviewClaim.expiresAt, sql`now()`)));
  if (holder)
    throw new Problem({
      tag: "review-held",
      what: `${holder.name} is looking at this nucleus now.`,
      hint: "Take another one, or talk to them.",
    });
}

const one = (
  table: typeof nucleusReview | typeof reviewClaim,
  { volumeId, label }: { readonly volumeId: string; readonly label: number },
) => and(eq(table.volumeId, volumeId), eq(table.label, label));

async function writeDecision(
  tx: Transaction,
  { projectId }: LiveVolume,
  given: Person & Pick<typeof reviewDecision.$inferInsert, "kind"> & { fingerprint: string; note: string },
): Promise<void> {
  const { volumeId, label, userId, kind, fingerprint, note } = given;
  await tx.insert(reviewDecision).values({ projectId, volumeId, label, userId, kind, fingerprint, note });
  await countIsStale(tx, volumeId);
}

export interface SaidOfNucleus {
  readonly kind: (typeof reviewDecision.$inferSelect)["kind"];
  readonly by: string;
  readonly userId: string;
  readonly note: string;
  readonly at: Date;
}

/** What the card of a nucleus tells a person about its second look. */
export interface NucleusReview {
  readonly fingerprint: string;
  readonly isOwn: boolean;
  /** The newest first, the last few. */
  readonly said: readonly SaidOfNucleus[];
}

const TOLD = 20;

export const reviewOf = (services: Services, given: Person): Promise<NucleusReview | null> =>
  inRoom(services, reviewOfOperation, given.volumeId, given);

export const reviewOfOperation = roomOperation(
  "review-of-nucleus",
  async (live, { db }, given: Person): Promise<NucleusReview | null> => {
    await live.authorsAreWritten();
    const seen = live.nuclei.lookAt(given.label);
    if (!seen) return null;
    const said = await db
      .select({
        kind: reviewDecision.kind,
        by: user.name,
        userId: user.id,
        note: reviewDecision.note,
        at: reviewDecision.createdAt,
      })
      .from(reviewDecision)
      .innerJoin(user, eq(user.id, reviewDecision.userId))
      .where(and(eq(reviewDecision.volumeId, given.volumeId), eq(reviewDecision.label, seen.row.label)))
      .orderBy(desc(reviewDecision.createdAt))
      .limit(TOLD);
    const isTheirs = await db.transaction((tx) => isOwn(tx, given, seen));
    return { fingerprint: seen.fingerprint, isOwn: isTheirs, said };
  },
);
