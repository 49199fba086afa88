import { eq } from "drizzle-orm";
import { z } from "zod";
import type { Database } from "../../../db/client.ts";
import { user } from "../../../db/schema/index.ts";
import { auditedPerson, recordAudit } from "../../audit/record-audit.ts";
import { accountFieldsSchema, passwordSchema, tokenSchema } from "../../auth/account-fields.ts";
import { assertGoodPassword } from "../../auth/good-password.ts";
import { deadLink, findLiveLink, type LinkPurpose, takeLink } from "../../auth/one-time-link.ts";
import { replacePassword } from "../../auth/password-account.ts";
import { networkOf, publicProcedure, type RequestContext } from "../../trpc.ts";

/** The token is looked at before anything costly is done for who holds it. */
const findLink = (ctx: RequestContext, purpose: LinkPurpose, token: string) =>
  ctx.services.authentication.guard.openLink(networkOf(ctx), () => findLiveLink(ctx.services.db, purpose, token));

/** Whether a one-time link would still work. Asking does not use it up. */
export const isLinkLive = publicProcedure
  .input(z.object({ purpose: z.enum(["administrator", "reset"]), token: tokenSchema }))
  .query(async ({ ctx, input }) => (await findLink(ctx, input.purpose, input.token)) !== null);

/** Uses up the link that the server printed. */
export const createAdministrator = publicProcedure
  .input(accountFieldsSchema.extend({ token: tokenSchema }))
  .mutation(async ({ ctx, input: { token, password, ...fields } }) => {
    const { db, authentication } = ctx.services;
    if (!(await findLink(ctx, "administrator", token))) throw deadLink();
    await authentication.guard.withLink(token, async () => {
      await authentication.refuseTakenEmail(fields.email);
      assertGoodPassword(password, [fields.name, fields.email]);
      const passwordHash = await authentication.hashPassword(password);
      await db.transaction(async (tx) => {
        await takeLink(tx, "administrator", token);
        const { id: by } = await authentication.insertUser({ ...fields, passwordHash, isAdministrator: true }, tx);
        const person = await auditedPerson(tx, by);
        await recordAudit(tx, { act: "link.used", by, details: { purpose: "administrator", person } });
        await recordAudit(tx, { act: "account.created", by, details: { person, through: "first-link" } });
        await recordAudit(tx, { act: "administrator.made", by, details: { person } });
      });
    });
  });

/** Uses up a reset link that an administrator made. A second factor stays on. */
export const resetPassword = publicProcedure
  .input(z.object({ token: tokenSchema, password: passwordSchema }))
  .mutation(async ({ ctx, input: { token, password } }) => {
    const { db, events, authentication } = ctx.services;
    const link = await findLink(ctx, "reset", token);
    if (!link) throw deadLink();
    await authentication.guard.withLink(token, async () => {
      assertGoodPassword(password, await namesOf(db, link.userId));
      const passwordHash = await authentication.hashPassword(password);
      const { userId } = await db.transaction(async (tx) => {
        const taken = await takeLink(tx, "reset", token);
        if (!taken.userId) return taken;
        const sessionsEnded = await replacePassword(tx, taken.userId, passwordHash);
        // Whoever holds the link: nobody is signed in.
        const person = await auditedPerson(tx, taken.userId);
        await recordAudit(tx, { act: "link.used", by: null, details: { purpose: "reset", person } });
        await recordAudit(tx, { act: "account.password-reset", by: null, details: { person, sessionsEnded } });
        return taken;
      });
      if (userId) events.publish({ topic: "account", userId });
    });
  });

async function namesOf(db: Database, userId: string | null): Promise<string[]> {
  const [person] = await db
    .select({ name: user.name, email: user.email })
    .from(user)
    .where(eq(user.id, userId ?? ""));
  return person ? [person.name, person.email] : [];
}
