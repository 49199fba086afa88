import { eq } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../core/problem.ts";
import { user } from "../../db/schema/index.ts";
import { auditedPerson, recordAudit } from "../audit/record-audit.ts";
import { accountFieldsSchema, passwordSchema, personNameSchema, tokenSchema } from "../auth/account-fields.ts";
import { isLinkLive, takeLink } from "../auth/one-time-link.ts";
import { publicProcedure, router, signedInProcedure } from "../trpc.ts";

export const accountRouter = router({
  /** The person signed in, or null. Never an error: the page decides where to go. */
  me: publicProcedure.query(({ ctx }) => ctx.user),

  /** Whether a one-time link would still work. Asking does not use it up. */
  isLinkLive: publicProcedure
    .input(z.object({ purpose: z.enum(["administrator", "reset"]), token: tokenSchema }))
    .query(({ ctx, input }) => isLinkLive(ctx.services.db, input.purpose, input.token)),

  /** Uses up the link that the server printed. */
  createAdministrator: publicProcedure
    .input(accountFieldsSchema.extend({ token: tokenSchema }))
    .mutation(async ({ ctx: { services }, input: { token, ...fields } }) => {
      await services.db.transaction(async (tx) => {
        await takeLink(tx, "administrator", token);
        const { id: by } = await services.authentication.createUser({ ...fields, isAdministrator: true }, tx);
        const person = await auditedPerson(tx, by);
        await recordAudit(tx, { act: "link.used", by, details: { purpose: "administrator", person } });
        await recordAudit(tx, { act: "account.created", by, details: { person, through: "first-link" } });
        await recordAudit(tx, { act: "administrator.made", by, details: { person } });
      });
    }),

  /** Uses up a reset link that an administrator made. */
  resetPassword: publicProcedure
    .input(z.object({ token: tokenSchema, password: passwordSchema }))
    .mutation(async ({ ctx: { services }, input }) => {
      await services.db.transaction(async (tx) => {
        const { userId } = await takeLink(tx, "reset", input.token);
        if (!userId) return;
        const { sessionsEnded } = await services.authentication.setPassword(userId, input.password, tx);
        // Whoever holds the link: nobody is signed in.
        const person = await auditedPerson(tx, userId);
        await recordAudit(tx, { act: "link.used", by: null, details: { purpose: "reset", person } });
        await recordAudit(tx, { act: "account.password-reset", by: null, details: { person, sessionsEnded } });
      });
    }),

  rename: signedInProcedure.input(z.object({ name: personNameSchema })).mutation(async ({ ctx, input }) => {
    await ctx.services.db.transaction(async (tx) => {
      const by = ctx.user.id;
      const { name: from } = await auditedPerson(tx, by);
      await recordAudit(tx, { act: "account.renamed", by, details: { from, to: input.name } });
      await tx.update(user).set({ name: input.name, updatedAt: new Date() }).where(eq(user.id, by));
    });
  }),

  /** Ends every session of the person; the page signs in again with the new password. */
  changePassword: signedInProcedure
    .input(z.object({ current: z.string().max(1024), password: passwordSchema }))
    .mutation(async ({ ctx, input }) => {
      const { authentication } = ctx.services;
      if (!(await authentication.isPassword(ctx.user.id, input.current)))
        throw new Problem({ tag: "wrong-password", what: "The current password is wrong." });
      await ctx.services.db.transaction(async (tx) => {
        const details = await authentication.setPassword(ctx.user.id, input.password, tx);
        await recordAudit(tx, { act: "account.password-changed", by: ctx.user.id, details });
      });
    }),
});
