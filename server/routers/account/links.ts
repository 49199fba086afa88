import { eq } from "drizzle-orm";
import { z } from "zod";
import { user } from "../../../db/schema/index.ts";
import { accountFieldsSchema, passwordSchema, tokenSchema } from "../../auth/account-fields.ts";
import { assertGoodPassword } from "../../auth/good-password.ts";
import { assertLinkLive, isLinkLive as isLive, takeLink } from "../../auth/one-time-link.ts";
import { replacePassword } from "../../auth/password-account.ts";
import { hashPassword } from "../../auth/password-hash.ts";
import { publicProcedure } from "../../trpc.ts";

/** Whether a one-time link would still work. Asking does not use it up. */
export const isLinkLive = publicProcedure
  .input(z.object({ purpose: z.enum(["administrator", "reset"]), token: tokenSchema }))
  .query(({ ctx, input }) => isLive(ctx.services.db, input.purpose, input.token));

/** Uses up the link that the server printed. */
export const createAdministrator = publicProcedure
  .input(accountFieldsSchema.extend({ token: tokenSchema }))
  .mutation(async ({ ctx: { services }, input: { token, password, ...fields } }) => {
    await assertLinkLive(services.db, "administrator", token);
    assertGoodPassword(password, [fields.name, fields.email]);
    const hash = await hashPassword(password);
    await services.db.transaction(async (tx) => {
      await takeLink(tx, "administrator", token);
      await services.authentication.createUser({ ...fields, password: { hash }, isAdministrator: true }, tx);
    });
  });

/** Uses up a reset link that an administrator made. A second factor stays on. */
export const resetPassword = publicProcedure
  .input(z.object({ token: tokenSchema, password: passwordSchema }))
  .mutation(async ({ ctx: { services }, input }) => {
    const { db, events } = services;
    const owner = await assertLinkLive(db, "reset", input.token);
    const [person] = await db
      .select({ name: user.name, email: user.email })
      .from(user)
      .where(eq(user.id, owner.userId ?? ""));
    assertGoodPassword(input.password, person ? [person.name, person.email] : []);
    const hash = await hashPassword(input.password);
    const { userId } = await db.transaction(async (tx) => {
      const taken = await takeLink(tx, "reset", input.token);
      if (taken.userId) await replacePassword(tx, taken.userId, hash);
      return taken;
    });
    if (userId) events.publish({ topic: "account", userId });
  });
