import { and, eq } from "drizzle-orm";
import { checkpointMetricsSchema } from "../../core/contract/checkpoint-metrics.ts";
import { namedConfiguration } from "../../core/contract/training-configuration.ts";
import { isForestModel } from "../../core/forest/any-model.ts";
import { Problem } from "../../core/problem.ts";
import { checkpoint, project } from "../../db/schema/index.ts";
import { readStoredModel } from "../checkpoints/read-stored-model.ts";
import type { Services } from "../services.ts";
import type { ExportedModel } from "./model-files.ts";
import { software } from "./software-version.ts";

/**
 * A checkpoint of a project as it leaves the platform; null where there is none. Throws a Problem where its files are
 * not what they should be.
 */
export async function findExportedModel(
  { db, blobs }: Pick<Services, "db" | "blobs">,
  projectId: string,
  checkpointId: string,
): Promise<ExportedModel | null> {
  const [row] = await db
    .select({ checkpoint, projectName: project.name })
    .from(checkpoint)
    .innerJoin(project, eq(project.id, checkpoint.projectId))
    .where(and(eq(checkpoint.id, checkpointId), eq(checkpoint.projectId, projectId)));
  if (!row) return null;
  const trained = await readStoredModel(blobs, row.checkpoint);
  if (isForestModel(trained))
    throw new Problem({
      tag: "model-is-quick-classifier",
      what: "This model is a quick classifier, which other programs cannot read: only networks are exported.",
      hint: "Export the data set without a model, or train where TensorFlow runs.",
    });
  const { id, snapshotId, parentId, createdAt, nucleiLabelled, metrics, configuration } = row.checkpoint;
  return {
    checkpointId: id,
    snapshotId,
    parentCheckpointId: parentId,
    projectName: row.projectName,
    createdAt: createdAt.toISOString(),
    nucleiLabelled,
    metrics: metrics && checkpointMetricsSchema.parse(metrics),
    software,
    configuration: namedConfiguration(configuration),
    trained,
  };
}
