import { and, asc, eq } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../core/problem.ts";
import { nameSchema } from "../../core/text/name.ts";
import { nucleusClass } from "../../db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { isUniqueViolation } from "../database/unique-violation.ts";
import { projectProcedure, router } from "../trpc.ts";

const classFieldsSchema = z.object({
  name: nameSchema(40),
  /** The key that paints it. */
  numberKey: z.number().int().min(1).max(9),
  color: z.string().regex(/^#[0-9a-f]{6}$/i, "a colour such as #56b4e9"),
});

const taken = (error: unknown): never => {
  if (isUniqueViolation(error))
    throw new Problem({
      tag: "class-taken",
      what: "Another class of this project has this name or number key.",
      hint: "Choose a free one: 1 to 9.",
    });
  throw error;
};

const unknownClass = () => new Problem({ tag: "class-unknown", what: "This project has no such class." });

export const nucleusClassRouter = router({
  list: projectProcedure("viewer").query(({ ctx }) =>
    ctx.services.db
      .select({
        id: nucleusClass.id,
        name: nucleusClass.name,
        numberKey: nucleusClass.numberKey,
        color: nucleusClass.color,
      })
      .from(nucleusClass)
      .where(eq(nucleusClass.projectId, ctx.projectId))
      .orderBy(asc(nucleusClass.numberKey)),
  ),

  create: projectProcedure("owner")
    .input(z.object({ fields: classFieldsSchema }))
    .mutation(async ({ ctx, input }) => {
      const { projectId } = ctx;
      await ctx.services.db.transaction(async (tx) => {
        await tx
          .insert(nucleusClass)
          .values({ ...input.fields, projectId })
          .catch(taken);
        const details = { name: input.fields.name };
        await recordAudit(tx, { act: "class.made", by: ctx.user.id, projectId, details });
      });
      ctx.services.events.publish({ topic: "project", projectId: ctx.projectId });
    }),

  update: projectProcedure("owner")
    .input(z.object({ classId: z.uuid(), fields: classFieldsSchema }))
    .mutation(async ({ ctx, input }) => {
      const { projectId } = ctx;
      await ctx.services.db.transaction(async (tx) => {
        const itsRow = and(eq(nucleusClass.id, input.classId), eq(nucleusClass.projectId, projectId));
        const [before] = await tx.select({ name: nucleusClass.name }).from(nucleusClass).where(itsRow).for("update");
        if (!before) throw unknownClass();
        await tx.update(nucleusClass).set(input.fields).where(itsRow).catch(taken);
        const details = { from: before.name, to: input.fields.name };
        await recordAudit(tx, { act: "class.changed", by: ctx.user.id, projectId, details });
      });
      ctx.services.events.publish({ topic: "project", projectId: ctx.projectId });
    }),

  remove: projectProcedure("owner")
    .input(z.object({ classId: z.uuid() }))
    .mutation(async ({ ctx, input }) => {
      const { projectId } = ctx;
      await ctx.services.db.transaction(async (tx) => {
        const [removed] = await tx
          .delete(nucleusClass)
          .where(and(eq(nucleusClass.id, input.classId), eq(nucleusClass.projectId, projectId)))
          .returning({ name: nucleusClass.name });
        if (!removed) throw unknownClass();
        await recordAudit(tx, { act: "class.removed", by: ctx.user.id, projectId, details: removed });
      });
      ctx.services.events.publish({ topic: "project", projectId: ctx.projectId });
    }),
});
