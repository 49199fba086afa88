import { desc, eq } from "drizzle-orm";
import { checkpoint, project, snapshot, trainingJob, user } from "../../../db/schema/index.ts";
import { projectProcedure } from "../../trpc.ts";

/** Newest first. `metrics` is null where nothing was kept out of training: then there is no number. */
export const listCheckpoints = projectProcedure("viewer").query(async ({ ctx }) => {
  const { db } = ctx.services;
  const [{ current }] = await db
    .select({ current: project.currentCheckpointId })
    .from(project)
    .where(eq(project.id, ctx.projectId));
  const rows = await db
    .select({
      id: checkpoint.id,
      origin: checkpoint.origin,
      snapshotId: checkpoint.snapshotId,
      parentId: checkpoint.parentId,
      metrics: checkpoint.metrics,
      classes: checkpoint.classes,
      nucleiLabelled: checkpoint.nucleiLabelled,
      activeMinutes: checkpoint.activeMinutes,
      promoted: checkpoint.promoted,
      createdAt: checkpoint.createdAt,
      engine: trainingJob.engine,
      cancelled: trainingJob.cancelRequested,
      trainedBy: user.name,
      /** What it learned from was approved by a second person; null where its snapshot is not known. */
      approvedOnly: snapshot.approvedOnly,
    })
    .from(checkpoint)
    .leftJoin(trainingJob, eq(trainingJob.id, checkpoint.jobId))
    .leftJoin(snapshot, eq(snapshot.id, checkpoint.snapshotId))
    .leftJoin(user, eq(user.id, trainingJob.createdBy))
    .where(eq(checkpoint.projectId, ctx.projectId))
    .orderBy(desc(checkpoint.createdAt));
  return rows.map((row) => ({ ...row, current: row.id === current }));
});
