import { and, desc, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { nameSchema } from "../../../core/text/name.ts";
import { trainerToken } from "../../../db/schema/index.ts";
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
  .mutation(async ({ ctx, input }) => ({
    token: await issueTrainerToken(ctx.services.db, input.name, ctx.user.id),
    url: publicUrlOf(ctx),
  }));

export const revokeTrainerToken = administratorProcedure
  .input(z.object({ tokenId: z.string().length(64) }))
  .mutation(async ({ ctx, input }) => {
    const revoked = await ctx.services.db
      .update(trainerToken)
      .set({ revokedAt: new Date() })
      .where(and(eq(trainerToken.tokenHash, input.tokenId), isNull(trainerToken.revokedAt)))
      .returning({ name: trainerToken.name });
    if (revoked.length === 0) throw new Problem({ tag: "token-unknown", what: "There is no such token." });
  });
