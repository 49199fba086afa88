import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { logOf } from "../log/log.ts";

/** Folders of the data root that this process writes to itself; the database's are looked after by its launcher. */
export const OWN_FOLDERS = ["blobs", "scratch", "secrets", "uploads"] as const;
const ALL_FOLDERS: readonly string[] = [
  ...OWN_FOLDERS,
  ...["postgres", "postgres.init", "postgres-binaries", "socket", "lost+found"],
];
/** Stands in the data root while a backup is being brought back into it. */
export const RESTORE_FOLDER = ".restore";

export const scratchRoot = (dataRoot: string): string => path.join(dataRoot, "scratch");

/**
 * Makes the data root where there is none, and takes from other users of this machine what they could read of it, as they
 * could with earlier versions. From here on, whatever this process and its children make is theirs alone.
 */
export function prepareDataRoot(dataRoot: string): void {
  mkdirSync(path.dirname(dataRoot), { recursive: true });
  process.umask(0o077);
  mkdirSync(dataRoot, { recursive: true, mode: 0o700 });
  if (existsSync(path.join(dataRoot, RESTORE_FOLDER)))
    throw new Error(
      `A backup was being brought back into ${dataRoot} and that was cut short: run npx karyoloop restore again, or delete the folder's content.`,
    );
  for (const folder of OWN_FOLDERS) closeFolder(path.join(dataRoot, folder));
  if (!holdsOthersThings(dataRoot)) closeFolder(dataRoot, { below: false });
}

/** A folder such as /tmp, or somebody's home: its own rights are not ours to change, and ours within it are closed each. */
export const holdsOthersThings = (dataRoot: string): boolean =>
  readdirSync(dataRoot).some((name) => !ALL_FOLDERS.includes(name));

/** The group may keep its right of way: PostgreSQL's user comes by it (database/embedded/cluster.ts). */
export const isOpenToOthers = (folder: string): boolean => (statSync(folder).mode & 0o067) !== 0;

/** Once closed, nobody reaches what lies in it: what is below is mended without haste. */
function closeFolder(folder: string, { below } = { below: true }): void {
  if (!existsSync(folder) || !isOpenToOthers(folder)) return;
  try {
    chmodSync(folder, 0o700);
  } catch {
    logOf("data root").warn("Other users of this machine may read it, and its rights cannot be changed: see to it.", {
      folder,
    });
    return;
  }
  if (below) spawn("chmod", ["-R", "go-rwx", folder], { stdio: "ignore" }).on("error", () => {});
}
