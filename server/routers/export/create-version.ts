import { and, count, eq, max } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { datasetVersion, project, volume } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { costlyCall } from "../../call-rate.ts";
import { nudgeFreezer } from "../../export/freezing/dataset-freezer.ts";
import { changeProject } from "../../projects/change-project.ts";
import { assertOriginsAllow } from "../../publication/describe-publication.ts";
import { atMost, projectProcedure } from "../../trpc.ts";

/** Starts to freeze the project as it is now. The licence is the project's: it is set here as in the settings. */
export const createVersion = projectProcedure("owner")
  .use(atMost(costlyCall("export.create", 20, 60)))
  .input(z.object({ licence: z.string().trim().max(500), approvedOnly: z.boolean().default(false) }))
  .mutation(async ({ ctx, input }) => {
    const { db, events } = ctx.services;
    const { projectId } = ctx;
    const id = await db.transaction(async (tx) => {
      // Locks the project's row: two people pressing at once get two numbers.
      const [of] = await tx.select().from(project).where(eq(project.id, projectId)).for("update");
      const [{ ready }] = await tx
        .select({ ready: count() })
        .from(volume)
        .where(and(eq(volume.projectId, projectId), eq(volume.state, "ready")));
      if (ready === 0)
        throw new Problem({
          tag: "nothing-to-export",
          what: "No volume of this project is ready yet.",
          hint: "Import one, or wait until its import is done, and label some nuclei.",
        });
      await assertOriginsAllow(tx, projectId, input.licence);
      if (input.licence !== of.dataLicence)
        await changeProject(ctx.services, tx, { projectId, fields: { dataLicence: input.licence }, by: ctx.user.id });
      const [{ last }] = await tx
        .select({ last: max(datasetVersion.version) })
        .from(datasetVersion)
        .where(eq(datasetVersion.projectId, projectId));
      const version = (last ?? 0) + 1;
      const [row] = await tx
        .insert(datasetVersion)
        .values({
          projectId,
          version,
          approvedOnly: input.approvedOnly,
          checkpointId: of.currentCheckpointId,
          createdBy: ctx.user.id,
        })
        .returning({ id: datasetVersion.id });
      const details = { versionId: row.id, version, ...(input.approvedOnly && { approvedOnly: true }) };
      await recordAudit(tx, { act: "export.version-frozen", by: ctx.user.id, projectId, details });
      return row.id;
    });
    nudgeFreezer(ctx.services);
    events.publish({ topic: "export", projectId });
    events.publish({ topic: "project", projectId });
    return { id };
  });
