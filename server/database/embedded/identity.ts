import { execFileSync, type SpawnOptions, spawnSync } from "node:child_process";
import { lchownSync, readdirSync } from "node:fs";
import path from "node:path";
import { ConfigurationError } from "../../configuration-error.ts";

/** Who PostgreSQL runs as. Without uid and gid: as this process does, or by `prefix`. */
export interface Identity {
  readonly uid?: number;
  readonly gid?: number;
  /** Put before a command instead of a change of user. */
  readonly prefix: readonly string[];
}

/**
 * Ids that no distribution and no systemd gives away (Debian policy 9.2, systemd's UIDs-GIDs): nobody else runs under them,
 * as others do under `nobody` or `postgres`.
 */
const FIRST_PRIVATE_ID = 60_600;
const LAST_PRIVATE_ID = 60_699;
/** Users with an entry in passwd, which `initdb` insists on. */
const KNOWN_USERS = ["postgres", "nobody"];

/** Passwords for the object store and the like are none of its business. */
const HANDED_ON = ["PATH", "TZ"];

const spawnedAs = ({ uid, gid }: Identity): SpawnOptions => ({
  uid,
  gid,
  cwd: "/",
  env: Object.fromEntries(HANDED_ON.map((name) => [name, process.env[name]])) as NodeJS.ProcessEnv,
});

/** A command with its words, and the options to spawn it with. */
export function asIdentity(identity: Identity, command: string, ...words: string[]) {
  const [first, ...rest] = [...identity.prefix, command, ...words];
  return { command: first, words: rest, options: spawnedAs(identity) };
}

/** Runs it to its end. */
export function runAs(identity: Identity, command: string, ...words: string[]) {
  const run = asIdentity(identity, command, ...words);
  return spawnSync(run.command, run.words, { ...run.options, encoding: "utf8", shell: false });
}

/**
 * PostgreSQL refuses root: then it gets a user id of its own. Below a folder that only root may enter (root's home) no other
 * id reaches the data: there the process stays root outside and is an ordinary user inside a namespace of its own.
 */
export function databaseIdentity(root: string): Identity {
  if (process.getuid?.() !== 0) return { prefix: [] };
  const parent = path.dirname(root);
  const id = freePrivateId();
  const own: Identity = { uid: id, gid: id, prefix: [] };
  if (runAs(own, "/bin/sh", "-c", 'cd "$1"', "sh", parent).status === 0) return own;
  const { uid, gid } = knownUser();
  const inNamespace: Identity = {
    prefix: ["unshare", "--user", `--map-user=${uid}`, `--map-group=${gid}`, "--"],
  };
  if (runAs(inNamespace, "true").status === 0) return inNamespace;
  throw new ConfigurationError(
    `PostgreSQL does not run as root, and no other user may enter ${parent}: choose another KARYOLOOP_DATA, such as /var/lib/karyoloop.`,
  );
}

/** The identity with a name, as `initdb` looks it up; it keeps the group, which opens the way to the data. */
export const namedIdentity = (identity: Identity): Identity =>
  identity.uid === undefined ? identity : { ...identity, uid: knownUser().uid };

function knownUser(): { uid: number; gid: number } {
  for (const name of KNOWN_USERS) {
    const [uid, gid] = [idOf("-u", name), idOf("-g", name)];
    if (uid !== null && gid !== null) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new ConfigurationError("Running as root, and neither user postgres nor nobody exists: set DATABASE_URL.");
}

function freePrivateId(): number {
  for (let id = FIRST_PRIVATE_ID; id <= LAST_PRIVATE_ID; id++) if (idOf("-u", String(id)) === null) return id;
  throw new ConfigurationError(
    `The user ids ${FIRST_PRIVATE_ID} to ${LAST_PRIVATE_ID} are all taken: set DATABASE_URL.`,
  );
}

function idOf(flag: "-u" | "-g", user: string): string | null {
  try {
    return execFileSync("id", [flag, user], { stdio: ["ignore", "pipe", "ignore"], encoding: "utf8" }).trim();
  } catch {
    return null;
  }
}

/** With everything below. The folder itself comes last: where this was cut short, it is done again. */
export function giveAway(fileOrFolder: string, uid: number, gid: number): void {
  for (const entry of readdirSync(fileOrFolder, { withFileTypes: true })) {
    const below = path.join(fileOrFolder, entry.name);
    if (entry.isDirectory()) giveAway(below, uid, gid);
    else lchownSync(below, uid, gid);
  }
  lchownSync(fileOrFolder, uid, gid);
}
