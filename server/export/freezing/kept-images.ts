import { and, eq, sql } from "drizzle-orm";
import type { Database, Transaction } from "../../../db/client.ts";
import { datasetVersion } from "../../../db/schema/index.ts";
import { channelsPrefix, imagePrefix, importedLabelsPrefix, volumePrefix } from "../../storage/import-places.ts";

/**
 * A frozen version copies labels and mask, and shares the image and its other channels with its volume. When the volume is
 * deleted, they stay for as long as a version holds it.
 */

/** All that a version shares with its volume. */
export const sharedPrefixes = (volumeId: string): string[] => [imagePrefix(volumeId), channelsPrefix(volumeId)];

/** Prefixes of a volume's blobs beside those. */
const OTHER_PARTS = ["base/", "bricks/", "paint/", "incoming/", "predictions/", "blocks/"];

const holds = (volumeId: string) =>
  sql`${datasetVersion.description} -> 'volumes' @> ${JSON.stringify([{ id: volumeId }])}::jsonb`;

/** Numbers of the ready versions that hold a volume, ascending. */
export async function versionsHolding(db: Database | Transaction, volumeId: string): Promise<number[]> {
  const rows = await db
    .select({ version: datasetVersion.version })
    .from(datasetVersion)
    .where(and(eq(datasetVersion.state, "ready"), holds(volumeId)))
    .orderBy(datasetVersion.version);
  return rows.map(({ version }) => version);
}

/** What goes with a volume's row. */
export async function blobsOfDeletedVolume(tx: Transaction, volumeId: string): Promise<string[]> {
  if ((await versionsHolding(tx, volumeId)).length === 0) return [volumePrefix(volumeId)];
  return [...OTHER_PARTS.map((part) => volumePrefix(volumeId) + part), importedLabelsPrefix(volumeId)];
}

/** Volumes of ready versions that are no longer there themselves. */
export async function volumesKeptByVersions(
  db: Database | Transaction,
  within: { readonly projectId?: string; readonly versionId?: string } = {},
): Promise<string[]> {
  const { projectId = null, versionId = null } = within;
  const { rows } = await db.execute<{ id: string }>(sql`
    select distinct held ->> 'id' as id
    from dataset_version as version, jsonb_array_elements(version.description -> 'volumes') as held
    where version.state = 'ready'
      and (${projectId}::uuid is null or version.project_id = ${projectId}::uuid)
      and (${versionId}::uuid is null or version.id = ${versionId}::uuid)
      and not exists (select 1 from volume where volume.id = (held ->> 'id')::uuid)
    order by 1`);
  return rows.map(({ id }) => id);
}

/** Images of deleted volumes that only this version holds: they go with it. Asked before its row goes. */
export async function imagesKeptFor(tx: Transaction, versionId: string): Promise<string[]> {
  const kept = await volumesKeptByVersions(tx, { versionId });
  const alone: string[] = [];
  for (const id of kept) if ((await versionsHolding(tx, id)).length === 1) alone.push(...sharedPrefixes(id));
  return alone;
}
