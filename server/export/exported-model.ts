import { and, eq } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { checkpoint, project } from "../../db/schema/index.ts";
import type { ExportedModel } from "./model-files.ts";
import { software } from "./software-version.ts";

/** A checkpoint of a project as it leaves the platform; null where there is none. */
export async function findExportedModel(
  db: Database,
  projectId: string,
  checkpointId: string,
): Promise<ExportedModel | null> {
  const [row] = await db
    .select({ checkpoint, projectName: project.name })
    .from(checkpoint)
    .innerJoin(project, eq(project.id, checkpoint.projectId))
    .where(and(eq(checkpoint.id, checkpointId), eq(checkpoint.projectId, projectId)));
  if (!row) return null;
  const { id, snapshotId, parentId, createdAt, nucleiLabelled, metrics, configuration, blobPrefix } = row.checkpoint;
  return {
    checkpointId: id,
    snapshotId,
    parentCheckpointId: parentId,
    projectName: row.projectName,
    createdAt: createdAt.toISOString(),
    nucleiLabelled,
    metrics,
    software,
    configuration,
    blobPrefix,
  };
}
