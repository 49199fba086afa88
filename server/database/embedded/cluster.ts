import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { ConfigurationError } from "../../configuration-error.ts";
import { BOOTSTRAP_ROLE } from "./access.ts";
import { giveAway, type Identity, namedIdentity, runAs } from "./identity.ts";

export const POSTGRES_MAJOR = "18";
/** sun_path holds 108 bytes with its terminating NUL. */
const SOCKET_PATH_MAX_BYTES = 107;

/** Where a cluster and its socket lie below the data root. */
export interface ClusterPlace {
  readonly root: string;
  readonly data: string;
  readonly socketFolder: string;
}

export function clusterPlace(root: string): ClusterPlace {
  const socketFolder = path.join(root, "socket");
  const socketFile = path.join(socketFolder, ".s.PGSQL.5432");
  if (Buffer.byteLength(socketFile) > SOCKET_PATH_MAX_BYTES)
    throw new ConfigurationError(
      `The data folder's path is too long for a unix socket (${socketFile}): choose a shorter KARYOLOOP_DATA.`,
    );
  return { root, data: path.join(root, "postgres"), socketFolder };
}

/**
 * Gives PostgreSQL's user its folders, and nobody else anything. As root, the data root itself stays root's: PostgreSQL may
 * pass through by a group that no other process is in.
 */
export function closeClusterPlace({ root, data, socketFolder }: ClusterPlace, { uid, gid }: Identity): void {
  mkdirSync(socketFolder, { recursive: true, mode: 0o700 });
  chmodSync(socketFolder, 0o700);
  if (process.getuid?.() !== 0) return;
  const isOpen = (statSync(root).mode & 0o001) !== 0;
  chownSync(root, 0, gid ?? 0);
  if (!isOpen) chmodSync(root, gid === undefined ? 0o700 : 0o710);
  chownSync(socketFolder, uid ?? 0, gid ?? 0);
  // Made by an earlier version under another user, brought back from a backup, or moved.
  if (existsSync(data) && statSync(data).uid !== (uid ?? 0)) giveAway(data, uid ?? 0, gid ?? 0);
}

/** `initdb` into a temporary folder, then a rename: a kill in the middle leaves no half cluster. */
export function ensureCluster(
  bin: (name: string) => string,
  { data }: Pick<ClusterPlace, "data">,
  identity: Identity,
): void {
  const version = path.join(data, "PG_VERSION");
  if (!existsSync(version)) initialise(bin, data, identity);
  const major = readFileSync(version, "utf8").trim();
  if (major !== POSTGRES_MAJOR)
    throw new ConfigurationError(
      `The data folder is of PostgreSQL ${major}, this version carries ${POSTGRES_MAJOR}: make a backup with the version of Karyoloop before (npx karyoloop backup) and restore it with this one.`,
    );
}

function initialise(bin: (name: string) => string, data: string, identity: Identity): void {
  const workplace = `${data}.init`;
  const fresh = path.join(workplace, "cluster");
  rmSync(workplace, { recursive: true, force: true });
  mkdirSync(workplace, { mode: 0o700 });
  if (identity.gid !== undefined) {
    chownSync(workplace, 0, identity.gid);
    chmodSync(workplace, 0o770);
  }
  const result = runAs(
    namedIdentity(identity),
    bin("initdb"),
    ...["-D", fresh, "-U", BOOTSTRAP_ROLE, "--auth=trust", "--encoding=UTF8", "--locale=C", "-k"],
  );
  if (result.status !== 0) throw new Error(`initdb failed: ${result.stderr}`);
  if (identity.uid !== undefined) giveAway(fresh, identity.uid, identity.gid ?? 0);
  renameSync(fresh, data);
  rmSync(workplace, { recursive: true });
}

/** A pid file left by a dead server whose number now belongs to something else, as happens in containers. */
export function dropForeignPidFile(data: string): void {
  const file = path.join(data, "postmaster.pid");
  if (!existsSync(file)) return;
  const pid = readFileSync(file, "utf8").split("\n")[0];
  try {
    if (!/postgres/.test(readFileSync(`/proc/${pid}/cmdline`, "utf8"))) rmSync(file);
  } catch {
    // no such process, or no /proc: PostgreSQL decides by itself
  }
}
