import { eq } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { PASSWORD_MAX_LENGTH } from "../../../core/text/password-rules.ts";
import { session, user } from "../../../db/schema/index.ts";
import { administratorProblem } from "../../access.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { passwordSchema, personNameSchema } from "../../auth/account-fields.ts";
import type { SignedInUser } from "../../auth/authentication.ts";
import { assertFreeName } from "../../auth/free-name.ts";
import { assertGoodPassword } from "../../auth/good-password.ts";
import { passkeyPlace } from "../../auth/second-factor/passkeys.ts";
import { networkOf, publicProcedure, type RequestContext, signedInProcedure } from "../../trpc.ts";

/** The person signed in, or null. Never an error: the page decides where to go. */
export const me = publicProcedure.query(async ({ ctx }) => {
  if (!ctx.user) return null;
  const { id, name, email, isAdministrator } = ctx.user;
  const held = isAdministrator && (await administratorProblem(ctx.services.db, ctx.user)) !== null;
  /** Nothing of an administrator's is open to them before they set up a second factor. */
  return { id, name, email, isAdministrator, needsSecondFactor: held };
});

/** What the sign-in page offers beside a password. */
export const signInWays = publicProcedure.query(({ ctx }) => ({
  /** The one address at which this server takes passkeys; null where it cannot. */
  passkeyOrigin: passkeyPlace(ctx.services.publicUrl()).bound?.origin ?? null,
  /** The name of the institution on its button, and the one address from which its sign-in comes back. */
  institution: ctx.services.authentication.institution && {
    name: ctx.services.authentication.institution.name,
    origin: new URL(ctx.services.publicUrl()).origin,
  },
}));

export const rename = signedInProcedure.input(z.object({ name: personNameSchema })).mutation(({ ctx, input }) =>
  ctx.services.db.transaction(async (tx) => {
    await assertFreeName(tx, input.name, ctx.user.id);
    const details = { from: ctx.user.name, to: input.name };
    await recordAudit(tx, { act: "account.renamed", by: ctx.user.id, details });
    await tx.update(user).set({ name: input.name, updatedAt: new Date() }).where(eq(user.id, ctx.user.id));
  }),
);

const typedPassword = z.string().max(PASSWORD_MAX_LENGTH);

/** Counted like a guess at the sign-in page: who finds an open browser has no free tries either. */
async function assertPassword(ctx: RequestContext & { user: SignedInUser }, password: string): Promise<void> {
  const { authentication } = ctx.services;
  const right = await authentication.guard.guess("password", ctx.user.email, networkOf(ctx), () =>
    authentication.isPassword(ctx.user.id, password),
  );
  if (!right) throw new Problem({ tag: "wrong-password", what: "The current password is wrong." });
}

/** Ends every other session of the person, with what is open in it. */
export const changePassword = signedInProcedure
  .input(z.object({ current: typedPassword, password: passwordSchema }))
  .mutation(async ({ ctx, input }) => {
    const { authentication } = ctx.services;
    await assertPassword(ctx, input.current);
    assertGoodPassword(input.password, [ctx.user.name, ctx.user.email]);
    const passwordHash = await authentication.hashPassword(input.password);
    await authentication.setPasswordHash(ctx.user.id, passwordHash, ctx.user.sessionId);
  });

/** Before what a stranger at an open browser must not do: the session counts as confirmed for a few minutes. */
export const confirm = signedInProcedure
  .input(z.object({ password: typedPassword }))
  .mutation(async ({ ctx, input }) => {
    await assertPassword(ctx, input.password);
    await ctx.services.db.update(session).set({ confirmedAt: new Date() }).where(eq(session.id, ctx.user.sessionId));
  });
