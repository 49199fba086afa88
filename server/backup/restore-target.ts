import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { Problem } from "../../core/problem.ts";
import { startEmbeddedPostgres } from "../database/embedded/embedded-postgres.ts";
import { askDatabase } from "../database/embedded/readiness.ts";
import type { Environment } from "../env.ts";
import type { BlobStore } from "../storage/blob-store.ts";
import { createBlobStore } from "../storage/create-blob-store.ts";
import { prepareDataRoot, RESTORE_FOLDER } from "../storage/data-root.ts";
import { syncFolder } from "../storage/folder-store.ts";
import { assertEmptyDatabase } from "./load-tables.ts";

/** Where a backup is brought back to. Until `finish`, no server takes it for an installation. */
export interface RestoreTarget {
  readonly dataRoot: string;
  readonly client: pg.Client;
  readonly blobs: BlobStore;
  /** Commits the rows and lets servers in. */
  finish(): Promise<void>;
  /** Leaves the target as empty as it was. */
  abandon(): Promise<void>;
}

/** Every key begins with one of these. */
const BLOB_FOLDERS = ["datasets/", "projects/", "snapshots/", "volumes/"];
const STOPPING_MS = 20_000;

type Place = Pick<Environment, "dataRoot" | "databaseUrl" | "s3">;

/** Throws a Problem where something is there already. Changes nothing. */
export async function assertEmptyTarget(place: Place): Promise<void> {
  const { dataRoot } = place;
  const isUnfinished = existsSync(path.join(dataRoot, RESTORE_FOLDER));
  const there = existsSync(dataRoot) && !isUnfinished ? readdirSync(dataRoot).filter(isContent) : [];
  if (there.length > 0)
    throw new Problem({
      tag: "target-not-empty",
      what: `${dataRoot} is not empty: a backup is brought back into an empty folder only.`,
      where: there.slice(0, 3).join(", "),
      hint: "Name a new folder with KARYOLOOP_DATA, or move the old one away. Nothing was changed.",
    });
  if (place.databaseUrl) {
    const client = await connect({ connectionString: place.databaseUrl });
    await assertEmptyDatabase(client).finally(() => client.end());
  }
  if (place.s3) await assertEmptyBucket(await createBlobStore(place), place.s3.bucket);
}

const isContent = (name: string): boolean => name !== "lost+found";

async function assertEmptyBucket(blobs: BlobStore, bucket: string): Promise<void> {
  for (const folder of BLOB_FOLDERS)
    for await (const key of blobs.list(folder))
      throw new Problem({
        tag: "target-not-empty",
        what: `The bucket ${bucket} is not empty.`,
        where: key,
        hint: "Name a new bucket with S3_BUCKET. Nothing was changed.",
      });
}

/** Of an empty target. What a restore that was killed has left in the data root is taken away first. */
export async function openRestoreTarget(place: Place, say: (text: string) => void): Promise<RestoreTarget> {
  const { dataRoot } = place;
  const mark = path.join(dataRoot, RESTORE_FOLDER);
  const wasThere = existsSync(dataRoot);
  if (existsSync(mark)) await clear(dataRoot);
  prepareDataRoot(dataRoot);
  mkdirSync(mark);
  await syncFolder(dataRoot);
  const blobs = await createBlobStore(place);
  let stopDatabase = async (): Promise<void> => {};
  const abandon = async (): Promise<void> => {
    await stopDatabase();
    if (place.s3) for (const folder of BLOB_FOLDERS) await blobs.remove(folder);
    await clear(dataRoot);
    if (!wasThere) await rmdir(dataRoot);
  };
  try {
    const embedded = place.databaseUrl ? null : await startEmbeddedPostgres(dataRoot, say);
    stopDatabase = async () => embedded?.stop();
    const client = await connect(embedded?.config ?? { connectionString: place.databaseUrl ?? "" });
    stopDatabase = async () => {
      await client.end().catch(() => {});
      await embedded?.stop();
    };
    await client.query("set idle_in_transaction_session_timeout = 0");
    await client.query("begin");
    return {
      dataRoot,
      client,
      blobs,
      abandon,
      async finish() {
        await client.query("commit");
        await stopDatabase();
        await rmdir(mark);
        await syncFolder(dataRoot);
      },
    };
  } catch (error) {
    await abandon();
    throw error;
  }
}

async function connect(config: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client({ ...config, application_name: "karyoloop-restore", keepAlive: true });
  client.on("error", () => {}); // the next query says it
  await client.connect();
  return client;
}

/** The mark goes last: a folder with it holds nothing but what a restore has put there. */
async function clear(dataRoot: string): Promise<void> {
  const deadline = performance.now() + STOPPING_MS;
  const socket = { host: path.join(dataRoot, "socket"), port: 5432, user: "karyoloop", password: "-" };
  while ((await askDatabase(socket)) !== "absent" && performance.now() < deadline) await sleep(100);
  for (const name of readdirSync(dataRoot).filter(isContent))
    if (name !== RESTORE_FOLDER) await rm(path.join(dataRoot, name), { recursive: true, force: true, maxRetries: 8 });
  await rm(path.join(dataRoot, RESTORE_FOLDER), { recursive: true, force: true });
}
