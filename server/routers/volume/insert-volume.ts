import type { ImportRequest } from "../../../core/import/import-request.ts";
import { Problem } from "../../../core/problem.ts";
import { importJob, volume } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { importQueueOf } from "../../ingest/jobs/import-queue.ts";
import type { Services } from "../../services.ts";

type NewVolume = Pick<
  typeof volume.$inferInsert,
  | "projectId"
  | "name"
  | "specimen"
  | "shapeZyx"
  | "voxelSizeZyx"
  | "voxelSizeFrom"
  | "pixelType"
  | "sourceFileName"
  | "createdBy"
>;

/** The row of a volume that is being imported, and its job; both or neither. */
export async function insertVolume(
  services: Services,
  values: NewVolume,
  request: ImportRequest,
): Promise<{ volumeId: string }> {
  const { db, events } = services;
  const volumeId = await db.transaction(async (tx) => {
    const [row] = await tx
      .insert(volume)
      .values({ ...values, state: "importing" })
      .onConflictDoNothing({ target: [volume.projectId, volume.name] })
      .returning({ id: volume.id });
    if (!row) throw nameTaken(values.name);
    await tx
      .insert(importJob)
      .values({ projectId: values.projectId, volumeId: row.id, userId: values.createdBy, request });
    await recordAudit(tx, {
      act: "volume.import-started",
      by: values.createdBy,
      projectId: values.projectId,
      details: { volumeId: row.id, name: values.name, source: values.sourceFileName },
    });
    return row.id;
  });
  importQueueOf(services).nudge();
  events.publish({ topic: "project", projectId: values.projectId });
  return { volumeId };
}

export const nameTaken = (name: string): Problem =>
  new Problem({
    tag: "name-taken",
    what: `There is already a volume called “${name}” in this project.`,
    where: "name",
    hint: "Give it another name.",
  });
