import { and, eq, sql } from "drizzle-orm";
import { Problem } from "../../core/problem.ts";
import { type DepositPlace, placeNames } from "../../core/publication/deposit.ts";
import { repositoryToken } from "../../db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { readOrCreateSecret } from "../secrets/installation-secret.ts";
import { openSealedText, sealText } from "../secrets/sealed-text.ts";
import type { Services } from "../services.ts";

/*
 * Tokens of people for Zenodo. They are kept sealed, opened for the moment in which something is asked there, and stand nowhere else: in
 * no row of a deposit, no log, no answer, no backup.
 */
const secretOf = ({ environment }: Services): string => readOrCreateSecret(environment.dataRoot, "repository-tokens");
const contextOf = (userId: string, place: DepositPlace): string => `repository token of ${userId} for ${place}`;

/** In place of an earlier one. */
export async function keepRepositoryToken(
  services: Services,
  { userId, place, token }: { readonly userId: string; readonly place: DepositPlace; readonly token: string },
): Promise<void> {
  const sealed = sealText(secretOf(services), contextOf(userId, place), token);
  await services.db.transaction(async (tx) => {
    await tx
      .insert(repositoryToken)
      .values({ userId, place, sealed })
      .onConflictDoUpdate({
        target: [repositoryToken.userId, repositoryToken.place],
        set: { sealed, savedAt: sql`now()` },
      });
    await recordAudit(tx, { act: "repository-token.kept", by: userId, details: { place } });
  });
}

export async function removeRepositoryToken({ db }: Services, userId: string, place: DepositPlace): Promise<void> {
  await db.transaction(async (tx) => {
    const gone = await tx
      .delete(repositoryToken)
      .where(and(eq(repositoryToken.userId, userId), eq(repositoryToken.place, place)))
      .returning({ place: repositoryToken.place });
    if (gone.length > 0) await recordAudit(tx, { act: "repository-token.removed", by: userId, details: { place } });
  });
}

/** When each was kept, never what it is. */
export const listRepositoryTokens = ({ db }: Services, userId: string) =>
  db
    .select({ place: repositoryToken.place, savedAt: repositoryToken.savedAt })
    .from(repositoryToken)
    .where(eq(repositoryToken.userId, userId));

/** Throws `zenodo-no-token` where this person has none that can be opened. */
export async function openRepositoryToken(
  services: Services,
  userId: string | null,
  place: DepositPlace,
): Promise<string> {
  const [row] = await services.db
    .select({ sealed: repositoryToken.sealed })
    .from(repositoryToken)
    .where(and(eq(repositoryToken.userId, userId ?? ""), eq(repositoryToken.place, place)));
  const token = row && userId ? openSealedText(secretOf(services), contextOf(userId, place), row.sealed) : null;
  if (token) return token;
  throw new Problem({
    tag: "zenodo-no-token",
    what: `No token for ${placeNames[place]} is kept for the person who made this draft.`,
    hint: "They keep one here, on this page, and go on.",
  });
}
