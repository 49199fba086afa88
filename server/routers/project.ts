import { and, asc, count, countDistinct, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../core/problem.ts";
import { nucleusClass, project, projectMember, volume } from "../../db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { costlyCall } from "../call-rate.ts";
import { forgetVersions } from "../export/freezing/dataset-freezer.ts";
import { announce } from "../notifications/notify.ts";
import { changeProject } from "../projects/change-project.ts";
import { deleteProject } from "../projects/delete-project.ts";
import { addMember } from "../projects/membership.ts";
import { projectFieldsSchema } from "../projects/project-fields.ts";
import { assertMayMakeProjects, whyNoProjects } from "../projects/project-makers.ts";
import { readProjectProgress } from "../projects/project-progress.ts";
import { starterClasses } from "../projects/starter-classes.ts";
import { readInstallationSettings } from "../settings/installation-settings.ts";
import { removeScheduledBlobs } from "../storage/blob-removal.ts";
import { atMost, projectProcedure, router, signedInProcedure } from "../trpc.ts";
import { stopDeposits } from "../zenodo/deposit-queue.ts";

export const projectRouter = router({
  /** The projects this person is a member of. */
  list: signedInProcedure.query(({ ctx }) =>
    ctx.services.db
      .select({
        id: project.id,
        name: project.name,
        description: project.description,
        createdAt: project.createdAt,
        role: projectMember.role,
        volumes: countDistinct(volume.id),
      })
      .from(projectMember)
      .innerJoin(project, eq(project.id, projectMember.projectId))
      .leftJoin(volume, eq(volume.projectId, project.id))
      .where(and(eq(projectMember.userId, ctx.user.id), isNull(project.deskOf)))
      .groupBy(project.id, projectMember.role)
      .orderBy(asc(project.name)),
  ),

  byId: projectProcedure("viewer").query(async ({ ctx }) => {
    const { db } = ctx.services;
    const [row] = await db.select().from(project).where(eq(project.id, ctx.projectId));
    const [{ members }] = await db
      .select({ members: count() })
      .from(projectMember)
      .where(eq(projectMember.projectId, ctx.projectId));
    return { ...row, members, role: ctx.role };
  }),

  progress: projectProcedure("viewer").query(({ ctx }) => readProjectProgress(ctx.services.db, ctx.projectId)),

  /** Whether this person may make projects; if not, a sentence on who may. */
  making: signedInProcedure.query(async ({ ctx }) => ({ refusal: await whyNoProjects(ctx.services.db, ctx.user) })),

  /** Its maker owns it. It starts with three classes, which the owner may change. */
  create: signedInProcedure
    .use(atMost(costlyCall("project.create", 50, 30)))
    .input(
      projectFieldsSchema
        .pick({ name: true })
        .extend({ description: projectFieldsSchema.shape.description.default("") }),
    )
    .mutation(({ ctx, input }) =>
      ctx.services.db.transaction(async (tx) => {
        await assertMayMakeProjects(tx, ctx.user);
        const [{ id }] = await tx
          .insert(project)
          .values({ ...input, createdBy: ctx.user.id, autoBegin: (await readInstallationSettings(tx)).autoBegin })
          .returning({ id: project.id });
        await recordAudit(tx, {
          act: "project.created",
          by: ctx.user.id,
          projectId: id,
          details: { name: input.name },
        });
        await addMember(tx, id, ctx.user.id, "owner");
        await tx.insert(nucleusClass).values(starterClasses.map((one) => ({ ...one, projectId: id })));
        return { projectId: id };
      }),
    ),

  update: projectProcedure("owner")
    .input(z.object({ fields: projectFieldsSchema.partial() }))
    .mutation(async ({ ctx, input }) => {
      const { services, user } = ctx;
      const told = await services.db.transaction((tx) => changeProject(services, tx, { ...input, by: user.id }));
      announce(services, told);
      ctx.services.events.publish({ topic: "project", projectId: ctx.projectId });
    }),

  /** The page asks twice; so does this: the name must be given. */
  delete: projectProcedure("owner")
    .input(z.object({ name: z.string().max(200) }))
    .mutation(async ({ ctx, input }) => {
      const { db, blobs, events } = ctx.services;
      const [named] = await db
        .select({ id: project.id })
        .from(project)
        .where(and(eq(project.id, ctx.projectId), eq(project.name, input.name.trim())));
      if (!named)
        throw new Problem({
          tag: "name-differs",
          what: "The name does not match, so nothing was deleted.",
          hint: "Type the project's name as it is shown.",
        });
      const members = await db
        .select({ userId: projectMember.userId })
        .from(projectMember)
        .where(eq(projectMember.projectId, ctx.projectId));
      await deleteProject(ctx.services, ctx.projectId, ctx.user.id);
      // Sockets of open editors check their person's role again, and find none.
      for (const { userId } of members) events.publish({ topic: "members", projectId: ctx.projectId, userId });
      await stopDeposits(ctx.services, ctx.projectId);
      await forgetVersions(ctx.services, ctx.projectId);
      await removeScheduledBlobs(db, blobs);
    }),
});
