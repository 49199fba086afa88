import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { visitDatabase } from "../database/visit-database.ts";
import type { Environment } from "../env.ts";
import { software } from "../export/software-version.ts";
import { secretsFolder } from "../secrets/installation-secret.ts";
import { createBlobStore } from "../storage/create-blob-store.ts";
import { createBackupFile } from "./backup-file.ts";
import { takeSnapshot } from "./snapshot.ts";
import { type BackupProgress, type BackupSummary, writeBackup } from "./write-backup.ts";

/** Saves an installation into one file, whether its server runs or not. */
export async function backUp(given: {
  readonly environment: Pick<Environment, "dataRoot" | "databaseUrl" | "s3">;
  readonly file: string;
  /** Null for a file that anybody can read who has it. */
  readonly passphrase: string | null;
  readonly signal: AbortSignal;
  onProgress(progress: BackupProgress): void;
  /** Told where the database keeps somebody waiting. */
  say?(text: string): void;
}): Promise<BackupSummary> {
  const { environment, signal, onProgress } = given;
  const database = await visitDatabase(environment, given.say ?? (() => {}));
  try {
    const snapshot = await takeSnapshot(database.config, environment.dataRoot);
    try {
      const blobs = await createBlobStore(environment);
      const secrets = await readSecrets(environment.dataRoot);
      return await createBackupFile(given.file, given.passphrase, (sink) =>
        writeBackup({ snapshot, blobs, secrets, version: software.version, signal, onProgress }, sink),
      );
    } finally {
      await snapshot.close();
    }
  } finally {
    await database.close();
  }
}

/** The database's password is of this cluster only. */
async function readSecrets(dataRoot: string): Promise<Map<string, Buffer>> {
  const folder = secretsFolder(dataRoot);
  const names = existsSync(folder) ? await readdir(folder) : [];
  const secrets = new Map<string, Buffer>();
  for (const name of names.sort())
    if (/^[a-z][a-z0-9-]*$/.test(name) && name !== "database")
      secrets.set(name, await readFile(path.join(folder, name)));
  return secrets;
}
