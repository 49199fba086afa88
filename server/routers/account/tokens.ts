import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { nameSchema } from "../../../core/text/name.ts";
import { TOKEN_DEFAULT_DAYS, TOKEN_MAX_DAYS, tokenScopes } from "../../../core/token-scope.ts";
import { issuePersonalToken, listPersonalTokens, revokePersonalTokens } from "../../auth/personal-token.ts";
import { assertConfirmed } from "../../auth/sessions/confirmed-session.ts";
import { costlyCall } from "../../call-rate.ts";
import { atMost, publicUrlOf, signedInProcedure } from "../../trpc.ts";

const MAX_PROJECTS = 100;

export const tokens = signedInProcedure.query(({ ctx }) => listPersonalTokens(ctx.services.db, ctx.user.id));

/** The token is shown once. It outlasts the session, so the session has to be a confirmed one. */
export const createToken = signedInProcedure
  .use(atMost(costlyCall("account.createToken", 20, 60)))
  .input(
    z.object({
      name: nameSchema(60),
      scope: z.enum(tokenScopes),
      /** Null: all projects of the person, also those to come. */
      projectIds: z.array(z.uuid()).min(1).max(MAX_PROJECTS).nullable(),
      days: z.int().min(1).max(TOKEN_MAX_DAYS).default(TOKEN_DEFAULT_DAYS),
    }),
  )
  .mutation(async ({ ctx, input }) => {
    assertConfirmed(ctx.user);
    const made = await issuePersonalToken(ctx.services.db, { ...input, userId: ctx.user.id });
    return { ...made, url: publicUrlOf(ctx) };
  });

/** One of one's own; what is open by it ends at once. */
export const revokeToken = signedInProcedure.input(z.object({ tokenId: z.uuid() })).mutation(async ({ ctx, input }) => {
  const { db, events } = ctx.services;
  const which = { userId: ctx.user.id, only: input.tokenId };
  const gone = await db.transaction((tx) => revokePersonalTokens(tx, which, ctx.user.id));
  if (gone === 0)
    throw new Problem({ tag: "token-unknown", what: "There is no such token of yours.", hint: "It is gone." });
  events.publish({ topic: "account", userId: ctx.user.id });
});
