import { and, eq, isNull } from "drizzle-orm";
import type { Database, Transaction } from "../../db/client.ts";
import { trainerToken } from "../../db/schema/index.ts";
import { createToken, hashToken } from "./token-hash.ts";

export async function isTrainerToken(db: Database, authorization: string | undefined): Promise<boolean> {
  if (!authorization?.startsWith("Bearer ")) return false;
  const tokenHash = hashToken(authorization.slice("Bearer ".length));
  const found = await db
    .update(trainerToken)
    .set({ lastSeenAt: new Date() })
    .where(and(eq(trainerToken.tokenHash, tokenHash), isNull(trainerToken.revokedAt)))
    .returning({ name: trainerToken.name });
  return found.length > 0;
}

/** Shown once; only its hash is kept. */
export async function issueTrainerToken(
  db: Database | Transaction,
  name: string,
  createdBy: string | null,
): Promise<string> {
  const token = createToken();
  await db.insert(trainerToken).values({ tokenHash: hashToken(token), name, createdBy });
  return token;
}
