import { and, asc, count, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import type { Transaction } from "../../../db/client.ts";
import { user } from "../../../db/schema/index.ts";
import { auditedPerson, recordAudit } from "../../audit/record-audit.ts";
import { createResetLink, LINK_HOURS, linkUrl } from "../../auth/one-time-link.ts";
import { revokePersonalTokens } from "../../auth/personal-token.ts";
import { forgetPasskeys } from "../../auth/second-factor/authenticator-app.ts";
import { administratorProcedure, publicUrlOf } from "../../trpc.ts";

const personSchema = z.object({ userId: z.string().min(1).max(100) });
const unknownPerson = () => new Problem({ tag: "person-unknown", what: "There is no such person." });

/**
 * When a person last did something that leaves a time: had a session, opened a volume, or did what
 * the audit log keeps.
 */
const lastSeenAt = sql<Date | null>`greatest(
  (select max(s.last_seen_at) from session s where s.user_id = "user".id),
  (select max(v.created_at) from volume_session v where v.user_id = "user".id),
  (select a.at from audit_event a where a.actor_id = "user".id order by a.position desc limit 1))`;
// Names of tables are written out: in a list from one table, columns stand without theirs.
const passkeys = sql<number>`(select count(*) from passkey p where p.user_id = "user".id)`;
const tokens = sql<number>`(select count(*) from personal_token t where t.user_id = "user".id and t.expires_at > now())`;
const projects = sql<number>`(
  select count(*) from project_member m join project p on p.id = m.project_id where m.user_id = "user".id and p.desk_of is null)`;

/** Everybody with an account. */
export const people = administratorProcedure.query(({ ctx }) =>
  ctx.services.db
    .select({
      userId: user.id,
      name: user.name,
      email: user.email,
      isAdministrator: user.isAdministrator,
      createdAt: user.createdAt,
      switchedOffAt: user.switchedOffAt,
      hasApp: user.twoFactorEnabled,
      passkeys: passkeys.mapWith(Number),
      lastSeenAt: lastSeenAt.mapWith(user.createdAt),
      projects: projects.mapWith(Number),
      tokens: tokens.mapWith(Number),
    })
    .from(user)
    .orderBy(asc(user.name)),
);

/** Shown once: only its hash is kept. An earlier one of the same person stops working. */
export const makeResetLink = administratorProcedure.input(personSchema).mutation(async ({ ctx, input }) => {
  const [person] = await ctx.services.db.select({ id: user.id }).from(user).where(eq(user.id, input.userId));
  if (!person) throw unknownPerson();
  const token = await createResetLink(ctx.services.db, person.id, ctx.user.id);
  return { url: linkUrl(publicUrlOf(ctx), "reset", token), hours: LINK_HOURS };
});

/** Two administrators who step down at once must not both succeed. */
const lockAdministrators = (tx: Transaction) =>
  tx.select({ id: user.id }).from(user).where(eq(user.isAdministrator, true)).orderBy(user.id).for("update");

export const setAdministrator = administratorProcedure
  .input(personSchema.extend({ isAdministrator: z.boolean() }))
  .mutation(({ ctx, input }) =>
    ctx.services.db.transaction(async (tx) => {
      await lockAdministrators(tx);
      const { userId, isAdministrator } = input;
      const [before] = await tx.select().from(user).where(eq(user.id, userId)).for("update");
      if (!before) throw unknownPerson();
      if (before.isAdministrator === isAdministrator) return;
      await tx.update(user).set({ isAdministrator }).where(eq(user.id, userId));
      await refuseWithoutAdministrator(tx);
      await recordAudit(tx, {
        act: isAdministrator ? "administrator.made" : "administrator.unmade",
        by: ctx.user.id,
        details: { person: await auditedPerson(tx, userId) },
      });
    }),
  );

async function refuseWithoutAdministrator(tx: Transaction): Promise<void> {
  const [{ left }] = await tx
    .select({ left: count() })
    .from(user)
    .where(and(eq(user.isAdministrator, true), isNull(user.switchedOffAt)));
  if (left === 0)
    throw new Problem({
      tag: "last-administrator",
      what: "An installation needs an administrator.",
      hint: "Make somebody else one first.",
    });
}

/** Signs a person out everywhere, at once. */
export const endSessions = administratorProcedure.input(personSchema).mutation(async ({ ctx, input }) => ({
  ended: await ctx.services.authentication.endSessions({ userId: input.userId }, ctx.user.id),
}));

/** For who lost the phone and the recovery codes: the password alone lets in again. Ends every session. */
export const resetSecondFactor = administratorProcedure.input(personSchema).mutation(async ({ ctx, input }) => {
  const { db, authentication } = ctx.services;
  await db.transaction(async (tx) => {
    const [person] = await tx.select({ id: user.id }).from(user).where(eq(user.id, input.userId)).for("update");
    if (!person) throw unknownPerson();
    await authentication.apps.forgetApp(tx, person.id);
    await forgetPasskeys(tx, person.id);
    const details = { person: await auditedPerson(tx, person.id) };
    await recordAudit(tx, { act: "second-factor.reset", by: ctx.user.id, details });
  });
  await authentication.endSessions({ userId: input.userId }, ctx.user.id);
});

/** Takes back every token of a person's programs, at once. */
export const revokeTokens = administratorProcedure.input(personSchema).mutation(async ({ ctx, input }) => {
  const { db, events } = ctx.services;
  const revoked = await db.transaction((tx) => revokePersonalTokens(tx, input, ctx.user.id));
  events.publish({ topic: "account", userId: input.userId });
  return { revoked };
});

/** An account that is off lets nobody in, and everything open in it ends at once. What the person made stays. */
export const setAccountOn = administratorProcedure
  .input(personSchema.extend({ isOn: z.boolean() }))
  .mutation(async ({ ctx, input }) => {
    await ctx.services.db.transaction(async (tx) => {
      await lockAdministrators(tx);
      const changed = await tx
        .update(user)
        .set({ switchedOffAt: input.isOn ? null : new Date() })
        .where(eq(user.id, input.userId))
        .returning({ id: user.id });
      if (changed.length === 0) throw unknownPerson();
      await refuseWithoutAdministrator(tx);
      if (!input.isOn) await revokePersonalTokens(tx, { userId: input.userId }, ctx.user.id);
      await recordAudit(tx, {
        act: input.isOn ? "account.switched-on" : "account.switched-off",
        by: ctx.user.id,
        details: { person: await auditedPerson(tx, input.userId) },
      });
    });
    if (!input.isOn) await ctx.services.authentication.endSessions({ userId: input.userId }, ctx.user.id);
  });
