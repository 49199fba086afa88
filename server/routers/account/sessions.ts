import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { browserWords } from "../../auth/sessions/browser-words.ts";
import { listSessions } from "../../auth/sessions/sessions.ts";
import { signedInProcedure } from "../../trpc.ts";

/** Where the person is signed in, newest use first. */
export const sessions = signedInProcedure.query(async ({ ctx }) => {
  const rows = await listSessions(ctx.services.db, ctx.user.id);
  return rows.map(({ userAgent, ...row }) => ({
    ...row,
    browser: browserWords(userAgent),
    isThis: row.sessionId === ctx.user.sessionId,
  }));
});

/** One of one's own; what is open in it ends at once. */
export const endSession = signedInProcedure
  .input(z.object({ sessionId: z.string().min(1).max(100) }))
  .mutation(async ({ ctx, input }) => {
    const ended = await ctx.services.authentication.endSessions(
      { userId: ctx.user.id, only: input.sessionId },
      ctx.user.id,
    );
    if (ended === 0)
      throw new Problem({ tag: "session-unknown", what: "There is no such session of yours.", hint: "It has ended." });
  });

export const endOtherSessions = signedInProcedure.mutation(async ({ ctx }) => ({
  ended: await ctx.services.authentication.endSessions(
    { userId: ctx.user.id, except: ctx.user.sessionId },
    ctx.user.id,
  ),
}));
