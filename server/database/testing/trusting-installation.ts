import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, mkdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hashPassword } from "better-auth/crypto";
import { connectDatabase, migrateDatabase } from "../../../db/client.ts";
import { user } from "../../../db/schema/index.ts";
import { insertAccount } from "../../auth/password-account.ts";
import { createFolderStore } from "../../storage/folder-store.ts";
import { usableBinaries } from "../embedded/binaries.ts";

export const OLD_ACCOUNT = { name: "Ada", email: "ada@example.org", password: "correct horse battery" };
export const OLD_BLOB = { key: "volumes/v/image.ome.zarr/zarr.json", bytes: Uint8Array.of(1, 2, 3) };

/** Version 0.1.0 ran PostgreSQL as one of these where it was root. */
function oldIdentity(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const name = ["postgres", "nobody"].find((known) => {
    try {
      execFileSync("id", [known], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
  const id = (flag: string) => Number(execFileSync("id", [flag, name ?? "nobody"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/**
 * An installation as version 0.1.0 made it: a cluster that trusts everybody, with the superuser `app` for everything, in
 * folders that everybody may enter. Holds an account and a blob. Needs a folder that every user may enter.
 */
export async function makeTrustingInstallation(root: string): Promise<void> {
  const identity = oldIdentity();
  const umask = process.umask(0o022);
  try {
    const [data, socket] = [path.join(root, "postgres"), path.join(root, "socket")];
    mkdirSync(root, { recursive: true });
    mkdirSync(socket, { recursive: true });
    for (const folder of [root, socket]) {
      chmodSync(folder, 0o755);
      if (identity.uid !== undefined && identity.gid !== undefined) chownSync(folder, identity.uid, identity.gid);
    }
    const bin = usableBinaries(root, { ...identity, prefix: [] });
    const options = { ...identity, cwd: "/" };
    execFileSync(
      bin("initdb"),
      ["-D", data, "-U", "app", "--auth=trust", "--encoding=UTF8", "--locale=C", "-k", "-N"],
      { ...options, stdio: "ignore" },
    );
    const postgres = spawn(bin("postgres"), ["-D", data, "-k", socket, "-c", "listen_addresses="], {
      ...options,
      stdio: "ignore",
    });
    try {
      await fill(socket);
      await createFolderStore(path.join(root, "blobs")).put(OLD_BLOB.key, OLD_BLOB.bytes);
      execFileSync("chmod", ["-R", "a+rX", path.join(root, "blobs")]);
    } finally {
      await stop(postgres);
    }
  } finally {
    process.umask(umask);
  }
}

async function fill(socket: string): Promise<void> {
  const config = { host: socket, port: 5432, user: "app", database: "postgres", max: 2 };
  for (let round = 0; ; round++) {
    const { db, pool, close } = connectDatabase(config, () => {});
    try {
      await migrateDatabase(db);
      const { name, email, password } = OLD_ACCOUNT;
      await insertAccount(db, { name, email, passwordHash: await hashPassword(password) });
      await db.update(user).set({ isAdministrator: true });
      await pool.query(
        "create type mood as enum ('calm'); create sequence counting; create view names as select name from \"user\"",
      );
      return;
    } catch (error) {
      if (round > 200) throw error;
      await sleep(50); // it is still starting
    } finally {
      await close();
    }
  }
}

async function stop(postgres: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => postgres.once("exit", resolve));
  postgres.kill("SIGINT");
  await ended;
}
