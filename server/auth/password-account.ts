import { randomUUID } from "node:crypto";
import { and, eq, like } from "drizzle-orm";
import { Problem } from "../../core/problem.ts";
import type { Database, Transaction } from "../../db/client.ts";
import { account, user, verification } from "../../db/schema/index.ts";
import { assertFreeName } from "./free-name.ts";
import { isOutdatedHash } from "./password-hash.ts";
import { passwordHashing } from "./password-hashing.ts";
import { deleteSessions } from "./sessions/sessions.ts";

export interface NewAccount {
  readonly name: string;
  readonly email: string;
  readonly passwordHash: string;
  readonly isAdministrator?: boolean;
}

/** better-auth's name for accounts with a password. */
const CREDENTIAL = "credential";
const normalEmail = (email: string): string => email.trim().toLowerCase();

const emailTaken = () =>
  new Problem({
    tag: "email-taken",
    what: "There is an account with this email already.",
    hint: "Sign in with it, then open the link again.",
  });

/** For those who hold a live link: strangers must not learn which addresses have accounts. */
export async function refuseTakenEmail(db: Database, email: string): Promise<void> {
  const found = await db
    .select({ id: user.id })
    .from(user)
    .where(eq(user.email, normalEmail(email)));
  if (found.length > 0) throw emailTaken();
}

const ofPerson = (userId: string) => and(eq(account.userId, userId), eq(account.providerId, CREDENTIAL));

/** The rows that better-auth's sign-up would write, in a transaction of ours. */
export async function insertAccount(db: Database | Transaction, fields: NewAccount): Promise<{ id: string }> {
  const id = randomUUID();
  const email = normalEmail(fields.email);
  return db.transaction(async (tx) => {
    await assertFreeName(tx, fields.name, null);
    const inserted = await tx
      .insert(user)
      .values({ id, name: fields.name, email, isAdministrator: fields.isAdministrator ?? false })
      .onConflictDoNothing({ target: user.email })
      .returning({ id: user.id });
    if (inserted.length === 0) throw emailTaken();
    await insertPassword(tx, id, fields.passwordHash);
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
  return hash !== null && passwordHashing.verify(hash, password);
}

/** Ends the sessions but `except`, and what browsers were trusted. How many ended; publish `account` when the transaction is through. */
export async function replacePassword(tx: Transaction, userId: string, hash: string, except?: string): Promise<number> {
  await insertPassword(tx, userId, hash);
  const ended = await deleteSessions(tx, { userId, except });
  await forgetTrustedBrowsers(tx, userId);
  return ended;
}

/** Browsers that a person told better-auth to trust are asked for a code again. */
export const forgetTrustedBrowsers = (db: Database | Transaction, userId: string) =>
  db.delete(verification).where(and(eq(verification.value, userId), like(verification.identifier, "trust-device-%")));

/** Once its password has proved right, a hash of an earlier cost is written anew. A hash names its row: its salt is random. */
export async function renewHash(db: Database, hash: string, password: string): Promise<void> {
  if (!isOutdatedHash(hash)) return;
  const renewed = await passwordHashing.hash(password);
  await db.update(account).set({ password: renewed }).where(eq(account.password, hash));
}
