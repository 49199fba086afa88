import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { changedFields } from "../../../core/publication/publication.ts";
import { project, publication, user } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { readPublication } from "../../publication/describe-publication.ts";
import { publicationSchema } from "../../publication/publication-schema.ts";
import { projectProcedure } from "../../trpc.ts";

/** Saves the whole form. `revision` is that of the form when it was opened: two people do not overwrite each other unseen. */
export const savePublication = projectProcedure("owner")
  .input(z.object({ fields: publicationSchema, revision: z.int().min(0) }))
  .mutation(async ({ ctx, input: { fields, revision } }) => {
    const { db, events } = ctx.services;
    const { projectId } = ctx;
    const saved = await db.transaction(async (tx) => {
      // Locks the project's row: there may be none of the form's own yet.
      await tx.select({ id: project.id }).from(project).where(eq(project.id, projectId)).for("update");
      const before = await readPublication(tx, projectId);
      if (before.revision !== revision) throw await savedMeanwhile(tx, projectId);
      const changed = changedFields(before.fields, fields);
      if (changed.length === 0) return revision;
      const values = { fields, revision: revision + 1, savedBy: ctx.user.id, savedAt: sql`now()` };
      await tx
        .insert(publication)
        .values({ projectId, ...values })
        .onConflictDoUpdate({ target: publication.projectId, set: values });
      await recordAudit(tx, { act: "publication.changed", by: ctx.user.id, projectId, details: { fields: changed } });
      return revision + 1;
    });
    events.publish({ topic: "publication", projectId });
    return { revision: saved };
  });

async function savedMeanwhile(tx: Parameters<typeof readPublication>[0], projectId: string): Promise<Problem> {
  const [row] = await tx
    .select({ name: user.name })
    .from(publication)
    .leftJoin(user, eq(user.id, publication.savedBy))
    .where(eq(publication.projectId, projectId));
  return new Problem({
    tag: "saved-meanwhile",
    what: `${row?.name ?? "Somebody"} has saved this form since you opened it, so yours was not saved.`,
    hint: "Copy what you wrote, load the page again, and put it in.",
  });
}
