import { and, eq } from "drizzle-orm";
import { Problem } from "../../../core/problem.ts";
import type { Database } from "../../../db/client.ts";
import { account } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { hasPassword } from "../password-account.ts";
import { INSTITUTION } from "./institution-plugin.ts";

const ofPerson = (userId: string) => and(eq(account.userId, userId), eq(account.providerId, INSTITUTION));

/** What the institution calls this person, such as an ORCID iD; null where nothing is linked. */
export async function institutionIdentity(db: Database, userId: string): Promise<{ subject: string } | null> {
  const [row] = await db.select({ subject: account.accountId }).from(account).where(ofPerson(userId));
  return row ?? null;
}

export async function unlinkInstitution(db: Database, userId: string): Promise<void> {
  if (!(await hasPassword(db, userId)))
    throw new Problem({
      tag: "only-way-in",
      what: "Without a password you could not sign in any more.",
      hint: "Ask an administrator for a reset link: it gives you a password.",
    });
  await db.transaction(async (tx) => {
    await tx.delete(account).where(ofPerson(userId));
    await recordAudit(tx, { act: "institution.unlinked", by: userId, details: {} });
  });
}
