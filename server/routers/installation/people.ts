import { asc, count, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { user } from "../../../db/schema/index.ts";
import { auditedPerson, recordAudit } from "../../audit/record-audit.ts";
import { createResetLink, linkUrl, RESET_LINK_HOURS } from "../../auth/one-time-link.ts";
import { administratorProcedure } from "../../trpc.ts";

const personSchema = z.object({ userId: z.string().min(1).max(100) });
const unknownPerson = () => new Problem({ tag: "person-unknown", what: "There is no such person." });

/**
 * When a person last did something that leaves a time: had a session (looked at once a day), opened a volume, or did what
 * the audit log keeps.
 */
const lastSeenAt = sql<Date | null>`greatest(
  (select max(s.updated_at) from session s where s.user_id = "user".id),
  (select max(v.created_at) from volume_session v where v.user_id = "user".id),
  (select a.at from audit_event a where a.actor_id = "user".id order by a.position desc limit 1))`;
const projects = sql<number>`(select count(*) from project_member m where m.user_id = "user".id)`;

/** Everybody with an account. */
export const people = administratorProcedure.query(({ ctx }) =>
  ctx.services.db
    .select({
      userId: user.id,
      name: user.name,
      email: user.email,
      isAdministrator: user.isAdministrator,
      createdAt: user.createdAt,
      lastSeenAt: lastSeenAt.mapWith(user.createdAt),
      projects: projects.mapWith(Number),
    })
    .from(user)
    .orderBy(asc(user.name)),
);

/** Shown once: only its hash is kept. An earlier one of the same person stops working. */
export const makeResetLink = administratorProcedure.input(personSchema).mutation(async ({ ctx, input }) => {
  const [person] = await ctx.services.db.select({ id: user.id }).from(user).where(eq(user.id, input.userId));
  if (!person) throw unknownPerson();
  const token = await createResetLink(ctx.services.db, person.id, ctx.user.id);
  return { url: linkUrl(ctx.services.publicUrl(), "reset", token), hours: RESET_LINK_HOURS };
});

export const setAdministrator = administratorProcedure
  .input(personSchema.extend({ isAdministrator: z.boolean() }))
  .mutation(({ ctx, input }) =>
    ctx.services.db.transaction(async (tx) => {
      // Two administrators who step down at once must not both succeed.
      await tx.select({ id: user.id }).from(user).where(eq(user.isAdministrator, true)).orderBy(user.id).for("update");
      const { userId, isAdministrator } = input;
      const [before] = await tx.select().from(user).where(eq(user.id, userId)).for("update");
      if (!before) throw unknownPerson();
      if (before.isAdministrator === isAdministrator) return;
      await tx.update(user).set({ isAdministrator }).where(eq(user.id, userId));
      const [{ left }] = await tx.select({ left: count() }).from(user).where(eq(user.isAdministrator, true));
      if (left === 0)
        throw new Problem({
          tag: "last-administrator",
          what: "An installation needs an administrator.",
          hint: "Make somebody else one first.",
        });
      await recordAudit(tx, {
        act: isAdministrator ? "administrator.made" : "administrator.unmade",
        by: ctx.user.id,
        details: { person: await auditedPerson(tx, userId) },
      });
    }),
  );
