import { randomUUID } from "node:crypto";
import { and, eq, like } from "drizzle-orm";
import { Problem } from "../../core/problem.ts";
import type { Database, Transaction } from "../../db/client.ts";
import { account, user, verification } from "../../db/schema/index.ts";
import { assertFreeName } from "./free-name.ts";
import { hashPassword, isOutdatedHash, verifyPassword } from "./password-hash.ts";
import { deleteSessions } from "./sessions/sessions.ts";

export interface NewAccount {
  readonly name: string;
  readonly email: string;
  /** Hashed before a transaction begins: no connection of the database waits for it. */
  readonly password: string | { readonly hash: string };
  readonly isAdministrator?: boolean;
}

/** better-auth's name for accounts with a password. */
const CREDENTIAL = "credential";
const ofPerson = (userId: string) => and(eq(account.userId, userId), eq(account.providerId, CREDENTIAL));

/** The rows that better-auth's sign-up would write, in a transaction of ours. */
export async function insertAccount(db: Database | Transaction, fields: NewAccount): Promise<{ id: string }> {
  const id = randomUUID();
  const email = fields.email.trim().toLowerCase();
  const hash = typeof fields.password === "string" ? await hashPassword(fields.password) : fields.password.hash;
  return db.transaction(async (tx) => {
    await assertFreeName(tx, fields.name, null);
    const inserted = await tx
      .insert(user)
      .values({ id, name: fields.name, email, isAdministrator: fields.isAdministrator ?? false })
      .onConflictDoNothing({ target: user.email })
      .returning({ id: user.id });
    if (inserted.length === 0)
      throw new Problem({
        tag: "email-taken",
        what: "There is an account with this email already.",
        hint: "Sign in with it, then open the link again.",
      });
    await insertPassword(tx, id, hash);
    return { id };
  });
}

const insertPassword = (tx: Transaction, userId: string, hash: string) =>
  tx
    .insert(account)
    .values({ id: randomUUID(), accountId: userId, providerId: CREDENTIAL, userId, password: hash })
    .onConflictDoUpdate({
      target: [account.providerId, account.accountId],
      set: { password: hash, updatedAt: new Date() },
    });

async function hashOf(db: Database, userId: string): Promise<string | null> {
  const [row] = await db.select({ hash: account.password }).from(account).where(ofPerson(userId));
  return row?.hash ?? null;
}

/** False for people who sign in without a password, too. */
export const hasPassword = async (db: Database, userId: string): Promise<boolean> =>
  (await hashOf(db, userId)) !== null;

export async function isPasswordOf(db: Database, userId: string, password: string): Promise<boolean> {
  const hash = await hashOf(db, userId);
  return hash !== null && verifyPassword(hash, password);
}

/** Ends the sessions but `except`, and what browsers were trusted; publish `account` when the transaction is through. */
export async function replacePassword(tx: Transaction, userId: string, hash: string, except?: string): Promise<void> {
  await insertPassword(tx, userId, hash);
  await deleteSessions(tx, { userId, except });
  await forgetTrustedBrowsers(tx, userId);
}

/** Browsers that a person told better-auth to trust are asked for a code again. */
export const forgetTrustedBrowsers = (db: Database | Transaction, userId: string) =>
  db.delete(verification).where(and(eq(verification.value, userId), like(verification.identifier, "trust-device-%")));

/** Once its password has proved right, a hash of an earlier cost is written anew. A hash names its row: its salt is random. */
export async function renewHash(db: Database, hash: string, password: string): Promise<void> {
  if (!isOutdatedHash(hash)) return;
  const renewed = await hashPassword(password);
  await db.update(account).set({ password: renewed }).where(eq(account.password, hash));
}
