import { eq } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { session, user } from "../../../db/schema/index.ts";
import { passwordSchema, personNameSchema } from "../../auth/account-fields.ts";
import { assertFreeName } from "../../auth/free-name.ts";
import { assertGoodPassword } from "../../auth/good-password.ts";
import { publicProcedure, signedInProcedure } from "../../trpc.ts";

/** The person signed in, or null. Never an error: the page decides where to go. */
export const me = publicProcedure.query(({ ctx }) => ctx.user);

export const rename = signedInProcedure.input(z.object({ name: personNameSchema })).mutation(({ ctx, input }) =>
  ctx.services.db.transaction(async (tx) => {
    await assertFreeName(tx, input.name, ctx.user.id);
    await tx.update(user).set({ name: input.name, updatedAt: new Date() }).where(eq(user.id, ctx.user.id));
  }),
);

const wrongPassword = () => new Problem({ tag: "wrong-password", what: "The current password is wrong." });
const typedPassword = z.string().max(1024);

/** Ends every other session of the person, with what is open in it. */
export const changePassword = signedInProcedure
  .input(z.object({ current: typedPassword, password: passwordSchema }))
  .mutation(async ({ ctx, input }) => {
    const { authentication } = ctx.services;
    if (!(await authentication.isPassword(ctx.user.id, input.current))) throw wrongPassword();
    assertGoodPassword(input.password, [ctx.user.name, ctx.user.email]);
    await authentication.setPassword(ctx.user.id, input.password, ctx.user.sessionId);
  });

/** Before what a stranger at an open browser must not do: the session counts as confirmed for a few minutes. */
export const confirm = signedInProcedure
  .input(z.object({ password: typedPassword }))
  .mutation(async ({ ctx, input }) => {
    if (!(await ctx.services.authentication.isPassword(ctx.user.id, input.password))) throw wrongPassword();
    await ctx.services.db.update(session).set({ confirmedAt: new Date() }).where(eq(session.id, ctx.user.sessionId));
  });
