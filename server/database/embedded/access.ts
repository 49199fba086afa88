import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { chownSync, closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Identity } from "./identity.ts";
import { askDatabase } from "./readiness.ts";

/** Superuser of the cluster. Only the launcher uses it, while it sets up; otherwise nothing lets it in. */
export const BOOTSTRAP_ROLE = "app";
/** What the server connects as: owner of its database, and no superuser. */
export const SERVER_ROLE = "karyoloop";
const DATABASE = "postgres";
const RELOAD_PATIENCE_MS = 10_000;

const HBA_HEAD = "# Written by Karyoloop; what is changed here is lost at the next start.\n";
/** The socket lies in a folder that nobody else may enter, and there is no other way in. */
const HBA_WHILE_SETTING_UP = `${HBA_HEAD}local ${DATABASE} ${BOOTSTRAP_ROLE} trust\n`;
const HBA = `${HBA_HEAD}local ${DATABASE} ${SERVER_ROLE} scram-sha-256\n`;

const hbaFile = (data: string): string => path.join(data, "pg_hba.conf");
/** Says for which password the cluster was set up; travels with the cluster. */
const markFile = (data: string): string => path.join(data, "karyoloop-access");
const markFor = (password: string): string => `${createHash("sha256").update(`access 1 ${password}`).digest("hex")}\n`;

export const serverConfig = (socketFolder: string, password: string): pg.ClientConfig => ({
  host: socketFolder,
  port: 5432,
  user: SERVER_ROLE,
  password,
  database: DATABASE,
});

export const bootstrapConfig = (socketFolder: string): pg.ClientConfig => ({
  host: socketFolder,
  port: 5432,
  user: BOOTSTRAP_ROLE,
  database: DATABASE,
});

/** False for a new cluster, one of an earlier version that trusted everybody, and one whose password was lost. */
export function isAccessSetUp(data: string, password: string): boolean {
  return readOrEmpty(hbaFile(data)) === HBA && readOrEmpty(markFile(data)) === markFor(password);
}

/** Before PostgreSQL starts: lets the launcher in. */
export const openForSetUp = (data: string, identity: Identity): void =>
  replaceFile(hbaFile(data), HBA_WHILE_SETTING_UP, identity);

/**
 * With PostgreSQL running: makes the server's role, gives it the database with everything in it, and closes the way in that
 * the launcher came through. Cut short anywhere, it is done again at the next start.
 */
export async function setUpAccess(
  { data, socketFolder }: { readonly data: string; readonly socketFolder: string },
  password: string,
  identity: Identity,
): Promise<void> {
  const client = new pg.Client(bootstrapConfig(socketFolder));
  await client.connect();
  try {
    await client.query("begin");
    await client.query(SET_UP_ROLE);
    // The verifier, as PostgreSQL stores it: the password itself is never sent, so that no log of it can show it.
    await client.query(`alter role ${SERVER_ROLE} password '${scramVerifier(password)}'`);
    await client.query(GIVE_DATABASE);
    await client.query("commit");
    replaceFile(hbaFile(data), HBA, identity);
    await client.query("select pg_reload_conf()");
    await waitUntilReachable(serverConfig(socketFolder, password));
    replaceFile(markFile(data), markFor(password), identity);
  } finally {
    await client.end();
  }
}

/** A reload is a signal: it takes a moment until new connections meet the new rules. */
async function waitUntilReachable(config: pg.ClientConfig): Promise<void> {
  const deadline = performance.now() + RELOAD_PATIENCE_MS;
  while ((await askDatabase(config)) !== "ready") {
    if (performance.now() > deadline) throw new Error("The database does not let its own server in: start again.");
    await sleep(10);
  }
}

const SET_UP_ROLE = `
do $$ begin
  if not exists (select from pg_roles where rolname = '${SERVER_ROLE}') then create role ${SERVER_ROLE}; end if;
end $$;
alter role ${SERVER_ROLE} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
alter role ${BOOTSTRAP_ROLE} password null;
alter database ${DATABASE} owner to ${SERVER_ROLE};`;

/** Sequences of a column go with their table; `reassign owned` refuses the role that owns the catalogue. */
const GIVE_DATABASE = `
do $$
declare
  ours oid := '${SERVER_ROLE}'::regrole;
  command text;
begin
  for command in
    with place as (
      select oid from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'
    )
    select format('alter schema %I owner to ${SERVER_ROLE}', nspname) from pg_namespace
      where oid in (select oid from place) and nspname <> 'public' and nspowner <> ours
    union all
    select format('alter table %s owner to ${SERVER_ROLE}', c.oid::regclass) from pg_class c
      where relnamespace in (select oid from place) and relowner <> ours
        and (relkind in ('r', 'p', 'v', 'm', 'f') or relkind = 'S' and not exists (
          select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid
            and refclassid = 'pg_class'::regclass and deptype in ('a', 'i')))
    union all
    select format('alter type %s owner to ${SERVER_ROLE}', t.oid::regtype) from pg_type t
      where typnamespace in (select oid from place) and typowner <> ours and (typtype in ('d', 'e', 'r')
        or typtype = 'c' and exists (select from pg_class where oid = t.typrelid and relkind = 'c'))
    union all
    select format('alter routine %s owner to ${SERVER_ROLE}', oid::regprocedure) from pg_proc
      where pronamespace in (select oid from place) and proowner <> ours
  loop
    execute command;
  end loop;
end $$;`;

const SCRAM_ROUNDS = 4096;

/** RFC 5803, as in `pg_authid.rolpassword`. */
function scramVerifier(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, SCRAM_ROUNDS, 32, "sha256");
  const hmac = (text: string) => createHmac("sha256", salted).update(text).digest();
  const storedKey = createHash("sha256").update(hmac("Client Key")).digest("base64");
  const serverKey = hmac("Server Key").toString("base64");
  return `SCRAM-SHA-256$${SCRAM_ROUNDS}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function replaceFile(file: string, text: string, { uid, gid }: Identity): void {
  const temporary = `${file}.new`;
  const handle = openSync(temporary, "w", 0o600);
  writeSync(handle, text);
  fsyncSync(handle);
  closeSync(handle);
  if (uid !== undefined && gid !== undefined) chownSync(temporary, uid, gid);
  renameSync(temporary, file);
}
