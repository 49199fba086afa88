import { eq, sql } from "drizzle-orm";
import type { Database } from "../../../db/client.ts";
import { datasetVersion, project, snapshot, study, upload, volume } from "../../../db/schema/index.ts";
import type { BytesOwner, MeasuredBytes, StorageKind } from "./measured-bytes.ts";
import { storageKinds } from "./measured-bytes.ts";

type BytesByKind = Readonly<Record<StorageKind, number>>;

export interface StorageUsage {
  readonly measuredAt: Date;
  readonly total: BytesByKind;
  /** The database as a whole: strokes, accounts, the audit log. */
  readonly databaseBytes: number;
  /** Largest first. */
  readonly projects: readonly { readonly projectId: string; readonly name: string; readonly bytes: BytesByKind }[];
  /** What no project owns: mostly blobs of deleted things that are just being removed. */
  readonly ownerlessBytes: number;
}

const nothing = (): Record<StorageKind, number> =>
  Object.fromEntries(storageKinds.map((kind) => [kind, 0])) as Record<StorageKind, number>;
export const sumOf = (bytes: BytesByKind): number => storageKinds.reduce((sum, kind) => sum + bytes[kind], 0);

export async function sumByProject(db: Database, measured: readonly MeasuredBytes[]): Promise<StorageUsage> {
  const all = await db
    .select({ id: project.id, name: project.name, studyOf: study.projectId })
    .from(project)
    .leftJoin(study, eq(study.id, project.deskOf));
  // What is drawn in a blind study is its project's.
  const studyOf = new Map(all.flatMap(({ id, studyOf }) => (studyOf ? [[id, studyOf] as const] : [])));
  const projects = all.filter(({ studyOf }) => studyOf === null);
  const owners: Readonly<Record<BytesOwner, ReadonlyMap<string, string>>> = {
    volume: toMap(await db.select({ id: volume.id, projectId: volume.projectId }).from(volume)),
    snapshot: toMap(await db.select({ id: snapshot.id, projectId: snapshot.projectId }).from(snapshot)),
    version: toMap(
      await db.select({ id: datasetVersion.id, projectId: datasetVersion.projectId }).from(datasetVersion),
    ),
    upload: toMap(await db.select({ id: upload.id, projectId: upload.projectId }).from(upload)),
    project: new Map(all.map(({ id }) => [id, id])),
  };
  const total = nothing();
  const byProject = new Map(projects.map(({ id }) => [id, nothing()]));
  let ownerlessBytes = 0;
  for (const { kind, owner, ownerId, bytes } of measured) {
    total[kind] += bytes;
    const projectId = owners[owner].get(ownerId) ?? "";
    const sum = byProject.get(studyOf.get(projectId) ?? projectId);
    if (sum) sum[kind] += bytes;
    else ownerlessBytes += bytes;
  }
  const { rows } = await db.execute<{ bytes: string }>(sql`select pg_database_size(current_database()) as bytes`);
  return {
    measuredAt: new Date(),
    total,
    databaseBytes: Number(rows[0].bytes),
    projects: projects
      .map(({ id, name }) => ({ projectId: id, name, bytes: byProject.get(id) ?? nothing() }))
      .sort((a, b) => sumOf(b.bytes) - sumOf(a.bytes)),
    ownerlessBytes,
  };
}

const toMap = (rows: readonly { id: string; projectId: string }[]): ReadonlyMap<string, string> =>
  new Map(rows.map(({ id, projectId }) => [id, projectId]));
