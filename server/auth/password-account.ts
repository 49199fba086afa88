import { randomUUID } from "node:crypto";
import { hashPassword, verifyPassword } from "better-auth/crypto";
import { and, eq } from "drizzle-orm";
import { Problem } from "../../core/problem.ts";
import type { Database, Transaction } from "../../db/client.ts";
import { account, session, user } from "../../db/schema/index.ts";

export interface NewAccount {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly isAdministrator?: boolean;
}

export const PASSWORD_MIN_LENGTH = 10;
/** scrypt reads all of it: bounded. */
export const PASSWORD_MAX_LENGTH = 128;

/** better-auth's name for accounts with a password. */
const CREDENTIAL = "credential";

/** The rows that better-auth's sign-up would write, in a transaction of ours. */
export async function insertAccount(db: Database | Transaction, fields: NewAccount): Promise<{ id: string }> {
  const id = randomUUID();
  const email = fields.email.trim().toLowerCase();
  const password = await hashPassword(fields.password);
  return db.transaction(async (tx) => {
    const inserted = await tx
      .insert(user)
      .values({ id, name: fields.name.trim(), email, isAdministrator: fields.isAdministrator ?? false })
      .onConflictDoNothing({ target: user.email })
      .returning({ id: user.id });
    if (inserted.length === 0)
      throw new Problem({
        tag: "email-taken",
        what: "There is an account with this email already.",
        hint: "Sign in with it, then open the link again.",
      });
    await tx.insert(account).values({ id: randomUUID(), accountId: id, providerId: CREDENTIAL, userId: id, password });
    return { id };
  });
}

export async function isPasswordOf(db: Database, userId: string, password: string): Promise<boolean> {
  const [row] = await db
    .select({ hash: account.password })
    .from(account)
    .where(and(eq(account.userId, userId), eq(account.providerId, CREDENTIAL)));
  return row?.hash ? verifyPassword({ hash: row.hash, password }) : false;
}

/** Ends every session of the person, and says how many. */
export async function replacePassword(
  db: Database | Transaction,
  userId: string,
  password: string,
): Promise<{ sessionsEnded: number }> {
  const hash = await hashPassword(password);
  return db.transaction(async (tx) => {
    await tx
      .update(account)
      .set({ password: hash, updatedAt: new Date() })
      .where(and(eq(account.userId, userId), eq(account.providerId, CREDENTIAL)));
    const ended = await tx.delete(session).where(eq(session.userId, userId)).returning({ id: session.id });
    return { sessionsEnded: ended.length };
  });
}
