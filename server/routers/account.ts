import { eq } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../core/problem.ts";
import { user } from "../../db/schema/index.ts";
import { accountFieldsSchema, passwordSchema, personNameSchema, tokenSchema } from "../auth/account-fields.ts";
import { deadLink, isLinkLive, type LinkPurpose, takeLink } from "../auth/one-time-link.ts";
import { PASSWORD_MAX_LENGTH } from "../auth/password-account.ts";
import { networkOf, publicProcedure, type RequestContext, router, signedInProcedure } from "../trpc.ts";

/** The token is looked at before anything costly is done for who holds it. */
const findLink = (ctx: RequestContext, purpose: LinkPurpose, token: string): Promise<boolean> =>
  ctx.services.authentication.guard.openLink(networkOf(ctx), () => isLinkLive(ctx.services.db, purpose, token));

export const accountRouter = router({
  /** The person signed in, or null. Never an error: the page decides where to go. */
  me: publicProcedure.query(({ ctx }) => ctx.user),

  /** Whether a one-time link would still work. Asking does not use it up. */
  isLinkLive: publicProcedure
    .input(z.object({ purpose: z.enum(["administrator", "reset"]), token: tokenSchema }))
    .query(({ ctx, input }) => findLink(ctx, input.purpose, input.token)),

  /** Uses up the link that the server printed. */
  createAdministrator: publicProcedure
    .input(accountFieldsSchema.extend({ token: tokenSchema }))
    .mutation(async ({ ctx, input: { token, ...fields } }) => {
      const { db, authentication } = ctx.services;
      if (!(await findLink(ctx, "administrator", token))) throw deadLink();
      await authentication.guard.withLink(token, async () => {
        await authentication.refuseTakenEmail(fields.email);
        const passwordHash = await authentication.hashPassword(fields.password);
        await db.transaction(async (tx) => {
          await takeLink(tx, "administrator", token);
          await authentication.insertUser({ ...fields, passwordHash, isAdministrator: true }, tx);
        });
      });
    }),

  /** Uses up a reset link that an administrator made. */
  resetPassword: publicProcedure
    .input(z.object({ token: tokenSchema, password: passwordSchema }))
    .mutation(async ({ ctx, input: { token, password } }) => {
      const { db, authentication } = ctx.services;
      if (!(await findLink(ctx, "reset", token))) throw deadLink();
      await authentication.guard.withLink(token, async () => {
        const passwordHash = await authentication.hashPassword(password);
        await db.transaction(async (tx) => {
          const { userId } = await takeLink(tx, "reset", token);
          if (userId) await authentication.setPasswordHash(userId, passwordHash, tx);
        });
      });
    }),

  rename: signedInProcedure.input(z.object({ name: personNameSchema })).mutation(async ({ ctx, input }) => {
    await ctx.services.db.update(user).set({ name: input.name, updatedAt: new Date() }).where(eq(user.id, ctx.user.id));
  }),

  /** Ends every session of the person; the page signs in again with the new password. */
  changePassword: signedInProcedure
    .input(z.object({ current: z.string().max(PASSWORD_MAX_LENGTH), password: passwordSchema }))
    .mutation(async ({ ctx, input }) => {
      const { authentication } = ctx.services;
      const right = await authentication.guard.guess("password", ctx.user.email, networkOf(ctx), () =>
        authentication.isPassword(ctx.user.id, input.current),
      );
      if (!right) throw new Problem({ tag: "wrong-password", what: "The current password is wrong." });
      await authentication.setPasswordHash(ctx.user.id, await authentication.hashPassword(input.password));
    }),
});
