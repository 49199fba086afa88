import type { ImportRequest } from "../../../core/import/import-request.ts";
import { Problem } from "../../../core/problem.ts";
import type { Transaction } from "../../../db/client.ts";
import { importJob, volume } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { nudgeImports } from "../../imports/import-queue.ts";
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
  | "origin"
>;

/** The row of a volume that is being imported, and its job; both or neither. */
export async function insertVolume(
  services: Services,
  values: NewVolume,
  request: ImportRequest,
): Promise<{ volumeId: string }> {
  const [volumeId] = await insertVolumes(services, [{ values, request }]);
  return { volumeId };
}

/** Several of one project, all or none: no import is over, and its file gone, before the others wait for the same file. */
export async function insertVolumes(
  services: Services,
  several: readonly { values: NewVolume; request: ImportRequest }[],
): Promise<string[]> {
  const { db, events } = services;
  const volumeIds = await db.transaction(async (tx) => {
    const ids: string[] = [];
    for (const { values, request } of several) ids.push(await insertIn(tx, values, request));
    return ids;
  });
  nudgeImports(services);
  events.publish({ topic: "project", projectId: several[0].values.projectId });
  return volumeIds;
}

async function insertIn(tx: Transaction, values: NewVolume, request: ImportRequest): Promise<string> {
  const { projectId, name, createdBy } = values;
  const [row] = await tx
    .insert(volume)
    .values({ ...values, state: "importing" })
    .onConflictDoNothing({ target: [volume.projectId, volume.name] })
    .returning({ id: volume.id });
  if (!row) throw nameTaken(name);
  await tx.insert(importJob).values({ projectId, volumeId: row.id, userId: createdBy, request });
  const details = { volumeId: row.id, name, source: values.sourceFileName };
  await recordAudit(tx, { act: "volume.import-started", by: createdBy, projectId, details });
  return row.id;
}

export const nameTaken = (name: string): Problem =>
  new Problem({
    tag: "name-taken",
    what: `There is already a volume called “${name}” in this project.`,
    where: "name",
    hint: "Give it another name.",
  });
