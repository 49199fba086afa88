import { type FileHandle, open } from "node:fs/promises";
import { inArray, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import pg from "pg";
import { Problem } from "../../core/problem.ts";
import type { Database } from "../../db/client.ts";
import { releasedMigrations } from "../../db/migrations.ts";
import * as schema from "../../db/schema/index.ts";
import { holdBlobs } from "../storage/blob-removal.ts";
import { uploadFile, uploadsOf } from "../storage/import-places.ts";
import { type BackedUpTable, listBackedUpTables } from "./backed-up-tables.ts";
import { COPY_SETTINGS } from "./copy-tables.ts";
import { findNamedBlobs, type NamedBlobs } from "./named-blobs.ts";

/** One moment of a database, while people go on working; and the promise that no blob of that moment goes meanwhile. */
export interface Snapshot {
  readonly client: pg.Client;
  readonly migration: number;
  readonly tables: readonly BackedUpTable[];
  readonly named: NamedBlobs;
  /** Files that imports wait for; open, so that they stay readable when the import is done meanwhile. */
  readonly uploads: readonly { readonly id: string; readonly handle: FileHandle }[];
  /** Throws where the connection, and with it the promise, is lost. */
  assertHeld(): Promise<void>;
  /** The tables were read: the database need not keep the moment any longer. */
  endReading(): Promise<void>;
  close(): Promise<void>;
}

export async function takeSnapshot(config: pg.ClientConfig, dataRoot: string): Promise<Snapshot> {
  const client = new pg.Client({ ...config, application_name: "karyoloop-backup", keepAlive: true });
  client.on("error", () => {}); // the next query says it
  await client.connect();
  const uploads: { id: string; handle: FileHandle }[] = [];
  const close = async (): Promise<void> => {
    for (const { handle } of uploads) await handle.close();
    await client.end().catch(() => {});
  };
  try {
    await client.query(COPY_SETTINGS);
    await holdBlobs(client);
    await client.query("begin isolation level repeatable read read only");
    const db = drizzle(client, { schema });
    const migration = await currentMigration(db);
    const uploadIds = await awaitedUploads(db);
    for (const id of uploadIds) {
      const handle = await open(uploadFile(dataRoot, id), "r").catch(() => null);
      if (handle) uploads.push({ id, handle });
    }
    return {
      client,
      migration,
      uploads,
      tables: await listBackedUpTables(client, uploadIds),
      named: await findNamedBlobs(db),
      assertHeld: async () => {
        await client.query("select 1").catch((cause) => {
          throw new Problem(
            {
              tag: "database-lost",
              what: "The connection to the database was lost while the backup was being written.",
              hint: "Nothing of it was kept. Start it again when the database is up.",
            },
            { cause },
          );
        });
      },
      endReading: async () => {
        await client.query("commit");
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Refuses a database that this version would bring up to date first: its rows are read by name. */
async function currentMigration(db: Database): Promise<number> {
  const { rows } = await db
    .execute<{ last: string | null }>(sql`select max(created_at) as last from drizzle.__drizzle_migrations`)
    .catch(() => ({ rows: [{ last: null }] }));
  const last = Number(rows[0].last);
  if (last === releasedMigrations().at(-1)?.folderMillis) return last;
  throw new Problem({
    tag: "database-not-current",
    what: "The database is of another version of Karyoloop than this command.",
    hint: "Start the server of this version once, or make the backup with the version that the server has.",
  });
}

async function awaitedUploads(db: Database): Promise<string[]> {
  const jobs = await db
    .select({ request: schema.importJob.request })
    .from(schema.importJob)
    .where(inArray(schema.importJob.state, ["queued", "running"]));
  return [...new Set(jobs.flatMap(({ request }) => uploadsOf(request)))];
}
