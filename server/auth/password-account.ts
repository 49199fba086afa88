import { randomUUID } from "node:crypto";
import { and, eq } from "drizzle-orm";
import { Problem } from "../../core/problem.ts";
import type { Database, Transaction } from "../../db/client.ts";
import { account, session, user } from "../../db/schema/index.ts";
import { passwordHashing } from "./password-hashing.ts";

export interface NewAccount {
  readonly name: string;
  readonly email: string;
  readonly passwordHash: string;
  readonly isAdministrator?: boolean;
}

export const PASSWORD_MIN_LENGTH = 10;
/** scrypt reads all of it: bounded. */
export const PASSWORD_MAX_LENGTH = 128;

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

/** The rows that better-auth's sign-up would write, in a transaction of ours. */
export async function insertAccount(db: Database | Transaction, fields: NewAccount): Promise<{ id: string }> {
  const id = randomUUID();
  const email = normalEmail(fields.email);
  return db.transaction(async (tx) => {
    const inserted = await tx
      .insert(user)
      .values({ id, name: fields.name.trim(), email, isAdministrator: fields.isAdministrator ?? false })
      .onConflictDoNothing({ target: user.email })
      .returning({ id: user.id });
    if (inserted.length === 0) throw emailTaken();
    await tx
      .insert(account)
      .values({ id: randomUUID(), accountId: id, providerId: CREDENTIAL, userId: id, password: fields.passwordHash });
    return { id };
  });
}

export async function isPasswordOf(db: Database, userId: string, password: string): Promise<boolean> {
  const [row] = await db
    .select({ hash: account.password })
    .from(account)
    .where(and(eq(account.userId, userId), eq(account.providerId, CREDENTIAL)));
  return row?.hash ? passwordHashing.verify(row.hash, password) : false;
}

export async function replacePassword(db: Database | Transaction, userId: string, passwordHash: string): Promise<void> {
  await db.transaction(async (tx) => {
    await tx
      .update(account)
      .set({ password: passwordHash, updatedAt: new Date() })
      .where(and(eq(account.userId, userId), eq(account.providerId, CREDENTIAL)));
    await tx.delete(session).where(eq(session.userId, userId));
  });
}
