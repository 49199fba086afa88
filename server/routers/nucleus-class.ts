import { and, asc, eq } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../core/problem.ts";
import { nameSchema } from "../../core/text/name.ts";
import { nucleusClass } from "../../db/schema/index.ts";
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
      await ctx.services.db
        .insert(nucleusClass)
        .values({ ...input.fields, projectId: ctx.projectId })
        .catch(taken);
      ctx.services.events.publish({ topic: "project", projectId: ctx.projectId });
    }),

  update: projectProcedure("owner")
    .input(z.object({ classId: z.uuid(), fields: classFieldsSchema }))
    .mutation(async ({ ctx, input }) => {
      const changed = await ctx.services.db
        .update(nucleusClass)
        .set(input.fields)
        .where(and(eq(nucleusClass.id, input.classId), eq(nucleusClass.projectId, ctx.projectId)))
        .returning({ id: nucleusClass.id })
        .catch(taken);
      if (changed.length === 0) throw unknownClass();
      ctx.services.events.publish({ topic: "project", projectId: ctx.projectId });
    }),

  remove: projectProcedure("owner")
    .input(z.object({ classId: z.uuid() }))
    .mutation(async ({ ctx, input }) => {
      const removed = await ctx.services.db
        .delete(nucleusClass)
        .where(and(eq(nucleusClass.id, input.classId), eq(nucleusClass.projectId, ctx.projectId)))
        .returning({ id: nucleusClass.id });
      if (removed.length === 0) throw unknownClass();
      ctx.services.events.publish({ topic: "project", projectId: ctx.projectId });
    }),
});
