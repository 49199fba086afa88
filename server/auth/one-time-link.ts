import { and, eq, isNull } from "drizzle-orm";
import { Problem } from "../../core/problem.ts";
import type { Database, Transaction } from "../../db/client.ts";
import { oneTimeLink, user } from "../../db/schema/index.ts";
import { auditedPerson, recordAudit } from "../audit/record-audit.ts";
import { createToken, hashToken } from "./token-hash.ts";

export type LinkPurpose = "administrator" | "reset";
/** How long a link works, of either kind. */
export const LINK_HOURS = 24;

/**
 * Opening a link changes nothing; `takeLink` uses it up, in the transaction that makes the account or sets the password.
 * The token stands behind the `#`, so that no server log and no Referer header ever holds it.
 */
export const linkUrl = (publicUrl: string, page: "welcome" | "reset" | "join", token: string): string =>
  `${publicUrl}/${page}#${token}`;

export const deadLink = () =>
  new Problem({
    tag: "link-dead",
    what: "This link does not work any more.",
    hint: "It was used, taken back, or is too old. Ask whoever sent it for a new one.",
  });

const linkEnd = () => new Date(Date.now() + LINK_HOURS * 3_600_000);

/** A fresh link for the first account, while the installation has no administrator; earlier ones stop working. */
export async function renewAdministratorLink(db: Database): Promise<string | null> {
  return db.transaction(async (tx) => {
    const [administrator] = await tx.select({ id: user.id }).from(user).where(eq(user.isAdministrator, true)).limit(1);
    await tx.delete(oneTimeLink).where(and(eq(oneTimeLink.purpose, "administrator"), isNull(oneTimeLink.usedAt)));
    if (administrator) return null;
    const token = createToken();
    await tx
      .insert(oneTimeLink)
      .values({ tokenHash: hashToken(token), purpose: "administrator", expiresAt: linkEnd() });
    await recordAudit(tx, { act: "link.made", by: null, details: { purpose: "administrator", person: null } });
    return token;
  });
}

/** One live link a person: a newer one ends the older. `by` is the administrator who asked. */
export async function createResetLink(db: Database, userId: string, by: string): Promise<string> {
  return db.transaction(async (tx) => {
    const older = await tx
      .delete(oneTimeLink)
      .where(and(eq(oneTimeLink.purpose, "reset"), eq(oneTimeLink.userId, userId), isNull(oneTimeLink.usedAt)))
      .returning({ tokenHash: oneTimeLink.tokenHash });
    const details = { purpose: "reset", person: await auditedPerson(tx, userId) } as const;
    if (older.length > 0) await recordAudit(tx, { act: "link.revoked", by, details });
    await recordAudit(tx, { act: "link.made", by, details });
    const token = createToken();
    await tx
      .insert(oneTimeLink)
      .values({ tokenHash: hashToken(token), purpose: "reset", userId, expiresAt: linkEnd() });
    return token;
  });
}

type LinkRow = typeof oneTimeLink.$inferSelect;
const isLive = (row: LinkRow | undefined): row is LinkRow =>
  row !== undefined && row.usedAt === null && row.expiresAt !== null && row.expiresAt > new Date();

/** Whose link it is, or null where it does not work. */
export async function findLiveLink(
  db: Database,
  purpose: LinkPurpose,
  token: string,
): Promise<{ readonly userId: string | null } | null> {
  const [row] = await db
    .select()
    .from(oneTimeLink)
    .where(and(eq(oneTimeLink.tokenHash, hashToken(token)), eq(oneTimeLink.purpose, purpose)));
  return isLive(row) ? { userId: row.userId } : null;
}

/** Uses the link up; the row is locked, so of two at once one finds it used. */
export async function takeLink(
  tx: Transaction,
  purpose: LinkPurpose,
  token: string,
): Promise<{ userId: string | null }> {
  const [row] = await tx
    .select()
    .from(oneTimeLink)
    .where(and(eq(oneTimeLink.tokenHash, hashToken(token)), eq(oneTimeLink.purpose, purpose)))
    .for("update");
  if (!isLive(row)) throw deadLink();
  await tx.update(oneTimeLink).set({ usedAt: new Date() }).where(eq(oneTimeLink.tokenHash, row.tokenHash));
  return { userId: row.userId };
}
