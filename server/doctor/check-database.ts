import type pg from "pg";
import { releasedMigrations } from "../../db/migrations.ts";
import { broken, type Finding, look, ok } from "./finding.ts";

export interface DatabaseFacts {
  readonly embedded: boolean;
  readonly role: string;
  readonly isSuperuser: boolean;
  /** Of this connection: null where it does not leave this machine. */
  readonly isEncrypted: boolean | null;
  readonly fsync: string;
  readonly synchronousCommit: string;
  readonly fullPageWrites: string;
  readonly dataChecksums: string;
  /** Number of the last migration, null for an empty database. */
  readonly migration: number | null;
  /** Ahead of this machine's clock where positive. */
  readonly clockAheadMs: number;
  /** Latest moment that any edit, session or job was written at, by the database's clock. */
  readonly newestRowAheadMs: number | null;
}

const SETTINGS = `
select current_user as role, rolsuper as superuser, current_setting('fsync') as fsync,
  current_setting('synchronous_commit') as synchronous_commit,
  current_setting('full_page_writes') as full_page_writes, current_setting('data_checksums') as data_checksums,
  (select ssl from pg_stat_ssl where pid = pg_backend_pid()) as encrypted, inet_server_addr() as address
from pg_roles where rolname = current_user`;

const NEWEST = `
select extract(epoch from max(at) - clock_timestamp()) * 1000 as ahead from (
  select max(created_at) as at from label_wal union all select max(created_at) from label_journal
  union all select max(created_at) from training_job union all select max(created_at) from session) newest`;

export async function readDatabase(client: pg.ClientBase, embedded: boolean): Promise<DatabaseFacts> {
  const { rows } = await client.query(SETTINGS);
  const [settings] = rows;
  const migration = await client.query("select max(created_at) as last from drizzle.__drizzle_migrations").then(
    (found) => found.rows[0].last,
    () => null,
  );
  const newest = migration ? (await client.query(NEWEST)).rows[0].ahead : null;
  return {
    embedded,
    role: settings.role,
    isSuperuser: settings.superuser,
    isEncrypted: isThisMachine(settings.address) ? null : settings.encrypted,
    fsync: settings.fsync,
    synchronousCommit: settings.synchronous_commit,
    fullPageWrites: settings.full_page_writes,
    dataChecksums: settings.data_checksums,
    migration: migration === null ? null : Number(migration),
    clockAheadMs: await clockAheadMs(client),
    newestRowAheadMs: newest === null ? null : Number(newest),
  };
}

/** Null over a unix socket. */
const isThisMachine = (address: string | null): boolean => address === null || /^(127\.|::1(\/|$))/.test(address);

/** The quickest of some questions tells best. */
async function clockAheadMs(client: pg.ClientBase): Promise<number> {
  let best = { tookMs: Infinity, aheadMs: 0 };
  for (let round = 0; round < 5; round++) {
    const before = Date.now();
    const { rows } = await client.query("select extract(epoch from clock_timestamp()) * 1000 as now");
    const after = Date.now();
    if (after - before >= best.tookMs) continue;
    best = { tookMs: after - before, aheadMs: Number(rows[0].now) - (before + after) / 2 };
  }
  return best.aheadMs;
}

export function judgeDatabase(facts: DatabaseFacts): Finding[] {
  return [
    judgeRole(facts),
    ...judgeConnection(facts),
    judgeMigration(facts),
    ...judgeDurability(facts),
    ...judgeClock(facts),
  ];
}

function judgeRole({ embedded, role, isSuperuser }: DatabaseFacts): Finding {
  if (!isSuperuser) return ok("database-role", `The server connects as ${role}, which is no superuser.`);
  if (embedded)
    return broken("database-role", `The server connects as the superuser ${role}.`, "Restart it: it then mends this.");
  return look(
    "database-role",
    `DATABASE_URL connects as the superuser ${role}: a fault of the server would be one of the whole database server.`,
    `As an administrator: alter database … owner to a new role, and name that role in DATABASE_URL; or alter role ${role} nosuperuser.`,
  );
}

function judgeConnection({ isEncrypted }: DatabaseFacts): Finding[] {
  if (isEncrypted === null) return [];
  if (isEncrypted) return [ok("database-connection", "The connection to the database's machine is encrypted.")];
  return [
    look(
      "database-connection",
      "The connection to the database's machine is not encrypted: the network can read and change what is saved.",
      "Let the database speak TLS, and put ?sslmode=verify-full behind DATABASE_URL.",
    ),
  ];
}

function judgeMigration({ migration }: DatabaseFacts): Finding {
  const ours = releasedMigrations().at(-1)?.folderMillis ?? 0;
  if (migration === ours) return ok("database-version", "The tables are those of this version.");
  if (migration === null)
    return look("database-version", "The database is empty.", "Start the server: it makes the tables.");
  if (migration < ours)
    return look(
      "database-version",
      "The tables are those of an earlier version.",
      "Make a backup with that version, then start the server: it brings them up to date.",
    );
  return broken(
    "database-version",
    "The tables are those of a newer version of Karyoloop.",
    "Run that version, or a newer one. This one must not write to them.",
  );
}

function judgeDurability(facts: DatabaseFacts): Finding[] {
  const wrong = (setting: string, value: string, consequence: string) =>
    broken(
      "durability",
      `The database's setting ${setting} is ${value}: ${consequence}.`,
      `Set ${setting} = on in postgresql.conf, and restart the database.`,
    );
  const findings: Finding[] = [];
  if (facts.fsync !== "on") findings.push(wrong("fsync", facts.fsync, "a power cut can destroy everything"));
  if (facts.synchronousCommit === "off")
    findings.push(wrong("synchronous_commit", "off", 'what the editor calls "Saved" can be lost in a crash'));
  if (facts.fullPageWrites !== "on")
    findings.push(wrong("full_page_writes", facts.fullPageWrites, "a power cut can damage the tables"));
  if (findings.length === 0) findings.push(ok("durability", '"Saved" means on disk: fsync and its kin are on.'));
  if (facts.dataChecksums !== "on")
    findings.push(
      look(
        "checksums",
        "The database keeps no checksums: a failing disk is noticed late.",
        "Stop the database, run pg_checksums --enable, start it.",
      ),
    );
  return findings;
}

const seconds = (ms: number): string => `${Math.round(Math.abs(ms) / 1000)} s`;

function judgeClock({ clockAheadMs, newestRowAheadMs }: DatabaseFacts): Finding[] {
  const synchronise = "Let both machines set their clocks by the network (timedatectl set-ntp true).";
  const findings: Finding[] = [];
  if (Math.abs(clockAheadMs) < 2_000) findings.push(ok("clock", "This clock and the database's agree."));
  else
    findings.push(
      (Math.abs(clockAheadMs) < 60_000 ? look : broken)(
        "clock",
        `This clock is ${seconds(clockAheadMs)} ${clockAheadMs > 0 ? "behind" : "ahead of"} the database's: links and sessions end at wrong times.`,
        synchronise,
      ),
    );
  if (newestRowAheadMs !== null && newestRowAheadMs > 5_000)
    findings.push(
      (newestRowAheadMs < 60_000 ? look : broken)(
        "clock-jump",
        `The newest row is from ${seconds(newestRowAheadMs)} in the future: the clock was ahead, and was set back.`,
        `Check the clock. Once it is right, wait for that time to pass. ${synchronise}`,
      ),
    );
  return findings;
}
