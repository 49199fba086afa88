import { existsSync } from "node:fs";
import { drizzle } from "drizzle-orm/node-postgres";
import pg from "pg";
import * as schema from "../../db/schema/index.ts";
import { findNamedBlobs } from "../backup/named-blobs.ts";
import { isAccessReady } from "../database/embedded/embedded-postgres.ts";
import { assertOwnInstallation, visitDatabase } from "../database/visit-database.ts";
import type { Environment } from "../env.ts";
import { createBlobStore } from "../storage/create-blob-store.ts";
import { checkNamedBlobs, checkObjectStore, checkStore } from "./check-blobs.ts";
import { checkCertificate } from "./check-certificate.ts";
import { judgeDatabase, readDatabase } from "./check-database.ts";
import { checkRights, checkScratch } from "./check-files.ts";
import { findGpus, judgeDisk, judgeMemory, judgeNode, readDisk, readMemory } from "./check-machine.ts";
import { checkMail } from "./check-mail.ts";
import { judgeTrainers, readTrainers } from "./check-trainer.ts";
import { broken, type Finding, guarded, ok } from "./finding.ts";

/**
 * Looks at an installation from the outside in: the machine, its files, its certificate, its database, its blobs. Changes
 * nothing that a start of the server would not; an embedded database that does not run is started for as long as it takes.
 */
export async function* examine(environment: Environment, say: (text: string) => void): AsyncIterable<Finding> {
  const { dataRoot, databaseUrl, s3 } = environment;
  yield* judgeNode(process.versions.node);
  yield* judgeMemory(readMemory());
  yield* await guarded("certificate", () => checkCertificate(environment, Date.now()));
  yield* await guarded("mail", () => checkMail(environment));
  if (!databaseUrl) {
    const missing = await guarded("installation", () => {
      assertOwnInstallation(dataRoot);
      return [];
    });
    yield* missing;
    if (missing.length > 0) return;
  }
  if (existsSync(dataRoot)) {
    yield* await guarded("disk", async () => judgeDisk(dataRoot, await readDisk(dataRoot)));
    yield* await guarded("data-root", () => checkRights(dataRoot));
  }
  if (s3) yield* await guarded("object-store-clock", () => checkObjectStore(s3));
  yield* await guarded("blobs", async () => checkStore(await createBlobStore(environment), s3));
  if (!databaseUrl && !isAccessReady(dataRoot)) {
    yield broken(
      "database",
      "The database lets every user of this machine in, as with earlier versions.",
      "Stop the server if it runs, and start it once with this version: it mends this, and nothing is lost.",
    );
    return;
  }
  yield* await guarded("database", () => examineDatabase(environment, say));
}

async function examineDatabase(environment: Environment, say: (text: string) => void): Promise<Finding[]> {
  const { dataRoot, databaseUrl } = environment;
  const visit = await visitDatabase(environment, say);
  const client = new pg.Client({ ...visit.config, connectionTimeoutMillis: 15_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    const isServerRunning = !visit.startedHere && (await isLockHeld(client));
    const facts = await readDatabase(client, databaseUrl === null);
    return [
      ok("server", isServerRunning ? "A server runs on this installation." : "No server runs on this installation."),
      ok("database", "The database answers."),
      ...judgeDatabase(facts),
      ...checkScratch(dataRoot, isServerRunning, Date.now()),
      ...(await guarded("trainer", async () =>
        judgeTrainers({ trainers: await readTrainers(client), gpus: await findGpus(), isServerRunning }, environment),
      )),
      ...(await guarded("named-blobs", async () =>
        checkNamedBlobs(await createBlobStore(environment), await findNamedBlobs(drizzle(client, { schema }))),
      )),
    ];
  } finally {
    await client.end().catch(() => {});
    await visit.close();
  }
}

/** Of the server (database/single-server.ts). */
async function isLockHeld(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query(
    "select 1 from pg_stat_activity where application_name = 'karyoloop-lock' and datname = current_database()",
  );
  return rows.length > 0;
}
