import { and, desc, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../core/problem.ts";
import { roles } from "../../core/roles.ts";
import { invitation } from "../../db/schema/index.ts";
import { auditedPerson, recordAudit } from "../audit/record-audit.ts";
import { accountFieldsSchema, emailSchema, tokenSchema } from "../auth/account-fields.ts";
import { assertGoodPassword } from "../auth/good-password.ts";
import { linkUrl } from "../auth/one-time-link.ts";
import { createToken, hashToken } from "../auth/token-hash.ts";
import { costlyCall } from "../call-rate.ts";
import { announce, notify } from "../notifications/notify.ts";
import {
  acceptInvitation,
  acceptOwnInvitation,
  deadInvitation,
  findOpenInvitation,
  findUninvolved,
} from "../projects/invitation.ts";
import {
  atMost,
  networkOf,
  projectProcedure,
  publicProcedure,
  publicUrlOf,
  type RequestContext,
  router,
  signedInProcedure,
} from "../trpc.ts";

const DAY_MS = 86_400_000;
const MAX_DAYS = 90;

/** A dead token costs one query: nothing costly is done before. */
const findInvitation = (ctx: RequestContext, token: string) =>
  ctx.services.authentication.guard.openLink(networkOf(ctx), () => findOpenInvitation(ctx.services.db, token));

export const invitationRouter = router({
  /** Links that nobody has used yet, newest first; also those that ran out, so that an owner sees why one fails. */
  list: projectProcedure("owner").query(({ ctx }) =>
    ctx.services.db
      .select({
        id: invitation.id,
        role: invitation.role,
        createdAt: invitation.createdAt,
        expiresAt: invitation.expiresAt,
      })
      .from(invitation)
      .where(and(eq(invitation.projectId, ctx.projectId), isNull(invitation.usedAt), isNull(invitation.revokedAt)))
      .orderBy(desc(invitation.createdAt)),
  ),

  /**
   * The link is shown once: only its hash is kept. Where an account has the address `email`, its person is told too; the answer is the
   * same where none has, so that nobody learns here who has an account.
   */
  create: projectProcedure("owner")
    .use(atMost(costlyCall("invitation.create", 60, 10)))
    .input(
      z.object({
        role: z.enum(roles),
        days: z.number().int().min(1).max(MAX_DAYS),
        email: emailSchema.nullish(),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const token = createToken();
      const { projectId, services } = ctx;
      const { role, days } = input;
      const told = await services.db.transaction(async (tx) => {
        const forUserId = input.email ? await findUninvolved(tx, projectId, input.email) : null;
        const [{ invitationId }] = await tx
          .insert(invitation)
          .values({
            projectId,
            role,
            forUserId,
            tokenHash: hashToken(token),
            createdBy: ctx.user.id,
            expiresAt: new Date(Date.now() + days * DAY_MS),
          })
          .returning({ invitationId: invitation.id });
        const details = { invitationId, role, days };
        await recordAudit(tx, { act: "invitation.made", by: ctx.user.id, projectId, details });
        const facts = { kind: "invitation", by: ctx.user.name, role } as const;
        return notify(tx, services, forUserId ? [forUserId] : [], { facts, projectId, subject: invitationId });
      });
      announce(services, told);
      return { url: linkUrl(publicUrlOf(ctx), "join", token) };
    }),

  revoke: projectProcedure("owner")
    .input(z.object({ invitationId: z.uuid() }))
    .mutation(({ ctx, input: { invitationId } }) =>
      ctx.services.db.transaction(async (tx) => {
        const { projectId } = ctx;
        const itsRow = and(
          eq(invitation.id, invitationId),
          eq(invitation.projectId, projectId),
          isNull(invitation.usedAt),
          isNull(invitation.revokedAt),
        );
        const [revoked] = await tx
          .update(invitation)
          .set({ revokedAt: new Date() })
          .where(itsRow)
          .returning({ role: invitation.role });
        if (!revoked)
          throw new Problem({ tag: "invitation-unknown", what: "There is no such unused invitation in this project." });
        const details = { invitationId, role: revoked.role };
        await recordAudit(tx, { act: "invitation.revoked", by: ctx.user.id, projectId, details });
      }),
    ),

  /** What an invitation link invites to, or null where it does not work. Asking does not use it up. */
  lookUp: publicProcedure
    .input(z.object({ token: tokenSchema }))
    .query(({ ctx, input }) => findInvitation(ctx, input.token)),

  /** For people who have an account. */
  accept: signedInProcedure.input(z.object({ token: tokenSchema })).mutation(async ({ ctx, input: { token } }) => {
    const { db, events } = ctx.services;
    if (!(await findInvitation(ctx, token))) throw deadInvitation();
    const joined = await db.transaction((tx) => acceptInvitation(tx, token, ctx.user.id));
    events.publish({ topic: "members", projectId: joined.projectId, userId: ctx.user.id });
    return joined;
  }),

  /** For the person whom its maker named: they need no link. */
  acceptOwn: signedInProcedure.input(z.object({ invitationId: z.uuid() })).mutation(async ({ ctx, input }) => {
    const { db, events } = ctx.services;
    const joined = await db.transaction((tx) => acceptOwnInvitation(tx, input.invitationId, ctx.user.id));
    events.publish({ topic: "members", projectId: joined.projectId, userId: ctx.user.id });
    announce(ctx.services, [ctx.user.id]);
    return joined;
  }),

  /** For people without one: makes the account and uses the invitation up, both or neither. */
  acceptWithNewAccount: publicProcedure
    .input(accountFieldsSchema.extend({ token: tokenSchema }))
    .mutation(async ({ ctx, input: { token, ...fields } }) => {
      const { db, events, authentication } = ctx.services;
      if (!(await findInvitation(ctx, token))) throw deadInvitation();
      const joined = await authentication.guard.withLink(token, async () => {
        await authentication.refuseTakenEmail(fields.email);
        assertGoodPassword(fields.password, [fields.name, fields.email]);
        const passwordHash = await authentication.hashPassword(fields.password);
        return db.transaction(async (tx) => {
          const { id } = await authentication.insertUser({ ...fields, passwordHash }, tx);
          const details = { person: await auditedPerson(tx, id), through: "invitation" } as const;
          await recordAudit(tx, { act: "account.created", by: id, details });
          return { userId: id, ...(await acceptInvitation(tx, token, id)) };
        });
      });
      events.publish({ topic: "members", projectId: joined.projectId, userId: joined.userId });
      return { projectId: joined.projectId };
    }),
});
