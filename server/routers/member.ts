import { and, asc, eq } from "drizzle-orm";
import { z } from "zod";
import { roles } from "../../core/roles.ts";
import { projectMember, user } from "../../db/schema/index.ts";
import { removeMember, setMemberRole } from "../projects/membership.ts";
import { announceSeats } from "../studies/seat-people.ts";
import { projectProcedure, router } from "../trpc.ts";

const personSchema = z.object({ userId: z.string().min(1).max(100) });

export const memberRouter = router({
  /** Emails are shown to owners only: others know each other by name. */
  list: projectProcedure("viewer").query(async ({ ctx }) => {
    const rows = await ctx.services.db
      .select({
        userId: user.id,
        name: user.name,
        email: user.email,
        role: projectMember.role,
        exportAs: projectMember.exportAs,
        pseudonym: projectMember.pseudonym,
        joinedAt: projectMember.joinedAt,
      })
      .from(projectMember)
      .innerJoin(user, eq(user.id, projectMember.userId))
      .where(eq(projectMember.projectId, ctx.projectId))
      .orderBy(asc(projectMember.joinedAt), asc(user.name));
    return rows.map((row) => ({
      ...row,
      email: ctx.role === "owner" || row.userId === ctx.user.id ? row.email : null,
    }));
  }),

  setRole: projectProcedure("owner")
    .input(personSchema.extend({ role: z.enum(roles) }))
    .mutation(async ({ ctx, input }) => {
      const seats = await ctx.services.db.transaction((tx) => setMemberRole(tx, { ...input, by: ctx.user.id }));
      announceSeats(ctx.services, seats);
      ctx.services.events.publish({ topic: "members", projectId: ctx.projectId, userId: input.userId });
    }),

  remove: projectProcedure("owner")
    .input(personSchema)
    .mutation(async ({ ctx, input }) => {
      const seats = await ctx.services.db.transaction((tx) => removeMember(tx, { ...input, by: ctx.user.id }));
      announceSeats(ctx.services, seats);
      ctx.services.events.publish({ topic: "members", projectId: ctx.projectId, userId: input.userId });
    }),

  /** Anybody may go; the last owner cannot. */
  leave: projectProcedure("viewer").mutation(async ({ ctx }) => {
    const { projectId } = ctx;
    const leaving = { projectId, userId: ctx.user.id, by: ctx.user.id };
    announceSeats(ctx.services, await ctx.services.db.transaction((tx) => removeMember(tx, leaving)));
    ctx.services.events.publish({ topic: "members", projectId: ctx.projectId, userId: ctx.user.id });
  }),

  /** How exports name me: each person's own choice. */
  setExportAs: projectProcedure("viewer")
    .input(z.object({ exportAs: z.enum(["name", "pseudonym"]) }))
    .mutation(async ({ ctx, input }) => {
      await ctx.services.db
        .update(projectMember)
        .set({ exportAs: input.exportAs })
        .where(and(eq(projectMember.projectId, ctx.projectId), eq(projectMember.userId, ctx.user.id)));
      ctx.services.events.publish({ topic: "members", projectId: ctx.projectId, userId: ctx.user.id });
    }),
});
