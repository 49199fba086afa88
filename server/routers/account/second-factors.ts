import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import type { SignedInUser } from "../../auth/authentication.ts";
import { institutionIdentity, unlinkInstitution as unlink } from "../../auth/institution/institution-link.ts";
import { hasPassword } from "../../auth/password-account.ts";
import {
  listPasskeys,
  passkeyNameSchema,
  removePasskey as remove,
  renamePasskey as rename,
} from "../../auth/second-factor/passkeys.ts";
import { assertConfirmed } from "../../auth/sessions/confirmed-session.ts";
import { networkOf, type RequestContext, signedInProcedure } from "../../trpc.ts";

const codeSchema = z.object({ code: z.string().trim().min(1).max(40) });

const wrongCode = () =>
  new Problem({
    tag: "wrong-code",
    what: "This code is not right.",
    hint: "Each code of the app works once: wait for the next one. Compare the clock of the device, too.",
  });

type Signed = RequestContext & { user: SignedInUser };

/** Wrong codes are counted per person and network, as passwords are. */
async function assertCode(ctx: Signed, isRight: () => Promise<boolean>): Promise<void> {
  if (!(await ctx.services.authentication.guard.guess("code", ctx.user.email, networkOf(ctx), isRight)))
    throw wrongCode();
}

export const secondFactors = signedInProcedure.query(async ({ ctx }) => ({
  app: await ctx.services.authentication.apps.status(ctx.user.id),
  passkeys: await listPasskeys(ctx.services.db, ctx.user.id),
  hasPassword: await hasPassword(ctx.services.db, ctx.user.id),
  institution: await institutionIdentity(ctx.services.db, ctx.user.id),
}));

/** The password remains the way in. */
export const unlinkInstitution = signedInProcedure.mutation(async ({ ctx }) => {
  assertConfirmed(ctx.user);
  await unlink(ctx.services.db, ctx.user.id);
});

const passkeySchema = z.object({ passkeyId: z.string().min(1).max(100) });

export const renamePasskey = signedInProcedure
  .input(passkeySchema.extend({ name: passkeyNameSchema }))
  .mutation(({ ctx, input }) => rename(ctx.services.db, ctx.user.id, input.passkeyId, input.name));

export const removePasskey = signedInProcedure.input(passkeySchema).mutation(async ({ ctx, input }) => {
  assertConfirmed(ctx.user);
  await remove(ctx.services.db, ctx.user.id, input.passkeyId);
});

/** The app reads the address as a picture; it counts for nothing until `confirmApp`. */
export const beginApp = signedInProcedure.mutation(({ ctx }) => {
  assertConfirmed(ctx.user);
  return ctx.services.authentication.apps.begin(ctx.user);
});

/** Turns the app on. The recovery codes are shown this once; other sessions end. */
export const confirmApp = signedInProcedure.input(codeSchema).mutation(async ({ ctx, input }) => {
  assertConfirmed(ctx.user);
  const recoveryCodes: string[] = [];
  await assertCode(ctx, async () => {
    const codes = await ctx.services.authentication.apps.confirm(ctx.user, input.code);
    recoveryCodes.push(...(codes ?? []));
    return codes !== null;
  });
  ctx.services.events.publish({ topic: "account", userId: ctx.user.id });
  return { recoveryCodes };
});

/** The earlier ones stop working. */
export const renewRecoveryCodes = signedInProcedure.input(codeSchema).mutation(async ({ ctx, input }) => {
  const { apps } = ctx.services.authentication;
  assertConfirmed(ctx.user);
  await assertCode(ctx, () => apps.takeAnyCode(ctx.user.id, input.code));
  return { recoveryCodes: await apps.renewRecoveryCodes(ctx.user.id) };
});

export const removeApp = signedInProcedure.input(codeSchema).mutation(async ({ ctx, input }) => {
  const { apps } = ctx.services.authentication;
  assertConfirmed(ctx.user);
  await assertCode(ctx, () => apps.takeAnyCode(ctx.user.id, input.code));
  await ctx.services.db.transaction(async (tx) => {
    await apps.forgetApp(tx, ctx.user.id);
    await recordAudit(tx, { act: "second-factor.switched-off", by: ctx.user.id, details: {} });
  });
});
