import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { connectDatabase, migrateDatabase } from "../../db/client.ts";
import { clusterPlace } from "../database/embedded/cluster.ts";
import { startEmbeddedPostgres } from "../database/embedded/embedded-postgres.ts";

/** Names the folder of the template to the processes of the tests. */
const TEMPLATE_VARIABLE = "KARYOLOOP_TEST_CLUSTER";
/** The cluster, migrated, and its server's password. */
const PARTS = ["postgres", "secrets"];

/** Global set-up of Vitest and of Playwright: one cluster is made by `initdb` and the migrations; those of test servers are copies. */
export default async function makeClusterTemplate(): Promise<() => Promise<void>> {
  const root = await mkdtemp(path.join(os.tmpdir(), "kl-"));
  const embedded = await startEmbeddedPostgres(root, () => {});
  const connection = connectDatabase(embedded.config, () => {});
  await migrateDatabase(connection.db);
  await connection.close();
  await embedded.stop();
  // Tests kill processes, never the machine: what PostgreSQL has handed to the system is as good as on the disk.
  await appendFile(path.join(clusterPlace(root).data, "postgresql.conf"), "\nfsync = off\n");
  process.env[TEMPLATE_VARIABLE] = root;
  return () => rm(root, { recursive: true, force: true });
}

/** Into a data root without a cluster, with owners and rights. Does nothing where no set-up has run. */
export async function copyClusterTemplate(root: string): Promise<void> {
  const template = process.env[TEMPLATE_VARIABLE];
  if (!template || existsSync(clusterPlace(root).data)) return;
  await mkdir(root, { recursive: true, mode: 0o700 });
  await promisify(execFile)("cp", ["-a", ...PARTS.map((part) => path.join(template, part)), root]);
}
