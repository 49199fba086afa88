import { and, desc, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { nameSchema } from "../../../core/text/name.ts";
import { trainerToken } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { hashToken } from "../../auth/token-hash.ts";
import { issueTrainerToken } from "../../auth/trainer-token.ts";
import { administratorProcedure, publicUrlOf } from "../../trpc.ts";

/** Trainers that may dial in. The hash names a token; nothing can be made of it. */
export const trainerTokens = administratorProcedure.query(({ ctx }) =>
  ctx.services.db
    .select({
      tokenId: trainerToken.tokenHash,
      name: trainerToken.name,
      createdAt: trainerToken.createdAt,
      lastSeenAt: trainerToken.lastSeenAt,
    })
    .from(trainerToken)
    .where(isNull(trainerToken.revokedAt))
    .orderBy(desc(trainerToken.createdAt)),
);

/** The token is shown once. */
export const createTrainerToken = administratorProcedure
  .input(z.object({ name: nameSchema(60) }))
  .mutation(async ({ ctx, input }) => {
    const token = await ctx.services.db.transaction(async (tx) => {
      const made = await issueTrainerToken(tx, input.name, ctx.user.id);
      const details = { name: input.name, tokenId: shownId(hashToken(made)) };
      await recordAudit(tx, { act: "trainer-token.made", by: ctx.user.id, details });
      return made;
    });
    return { token, url: publicUrlOf(ctx) };
  });

/** Enough of the hash to tell tokens of one name apart in the audit log. */
const shownId = (tokenHash: string): string => tokenHash.slice(0, 12);

export const revokeTrainerToken = administratorProcedure
  .input(z.object({ tokenId: z.string().length(64) }))
  .mutation(({ ctx, input }) =>
    ctx.services.db.transaction(async (tx) => {
      const [revoked] = await tx
        .update(trainerToken)
        .set({ revokedAt: new Date() })
        .where(and(eq(trainerToken.tokenHash, input.tokenId), isNull(trainerToken.revokedAt)))
        .returning({ name: trainerToken.name });
      if (!revoked) throw new Problem({ tag: "token-unknown", what: "There is no such token." });
      const details = { name: revoked.name, tokenId: shownId(input.tokenId) };
      await recordAudit(tx, { act: "trainer-token.revoked", by: ctx.user.id, details });
    }),
  );
