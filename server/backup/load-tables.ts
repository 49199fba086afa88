import type pg from "pg";
import { Problem } from "../../core/problem.ts";
import { releasedMigrations } from "../../db/migrations.ts";
import type { BackupHead } from "./archive-format.ts";
import { COPY_SETTINGS } from "./copy-tables.ts";

export const assertKnownMigration = ({ migration, version }: BackupHead): void => {
  if (releasedMigrations().some(({ folderMillis }) => folderMillis === migration)) return;
  throw new Problem({
    tag: "backup-newer",
    what: `This backup was made by Karyoloop ${version}, whose tables this version does not know.`,
    hint: "Restore it with that version, or a newer one.",
  });
};

export async function assertEmptyDatabase(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    "select nspname || '.' || relname as name from pg_class join pg_namespace n on n.oid = relnamespace where nspname in ('public', 'drizzle') and relkind in ('r', 'p', 'v') limit 1",
  );
  if (rows.length > 0)
    throw new Problem({
      tag: "target-not-empty",
      what: "The database that DATABASE_URL names is not empty.",
      where: rows[0].name,
      hint: "Name a new, empty database. Nothing was changed.",
    });
}

/**
 * In the caller's transaction: the tables as they were when the backup was made, empty. Later migrations are left to the
 * next start of the server, which then changes the rows with them.
 */
export async function makeTables(client: pg.ClientBase, { migration }: BackupHead): Promise<void> {
  await client.query(COPY_SETTINGS);
  await client.query("create schema if not exists drizzle");
  await client.query(
    "create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)",
  );
  for (const { folderMillis, hash, sql: statements } of releasedMigrations()) {
    if (folderMillis > migration) break;
    for (const statement of statements) await client.query(statement);
    await client.query("insert into drizzle.__drizzle_migrations (hash, created_at) values ($1, $2)", [
      hash,
      folderMillis,
    ]);
  }
}

/** A backup may come from anywhere: it fills tables that the migrations made, and no others. */
export async function assertKnownColumns(client: pg.ClientBase, { tables }: BackupHead): Promise<void> {
  const { rows } = await client.query<{ table: string; column: string }>(
    "select table_name as table, column_name as column from information_schema.columns where table_schema = 'public'",
  );
  const known = new Set(rows.map(({ table, column }) => `${table}.${column}`));
  for (const { name, columns } of tables)
    for (const column of columns)
      if (!known.has(`${name}.${column}`))
        throw new Problem({
          tag: "backup-foreign",
          what: "This backup holds a column that its own version does not have.",
          where: `${name}.${column}`,
        });
}

/** Their triggers guard every row that is ever added: a backup brings rows back that were. Transactional, like all of this. */
const GUARDED_TABLES = ["audit_event", "audit_chain"] as const;

const guardedTables = async (client: pg.ClientBase): Promise<string[]> => {
  const { rows } = await client.query<{ name: string }>(
    "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relname = any($1)",
    [[...GUARDED_TABLES]],
  );
  return rows.map(({ name }) => name);
};

/** The audit log takes rows as they were, its chain's end too. */
export async function openGuardedTables(client: pg.ClientBase): Promise<void> {
  for (const table of await guardedTables(client)) {
    await client.query(`alter table ${table} disable trigger user`);
    await client.query(`delete from ${table}`);
  }
}

/** Guards are on again, and what is counted goes on behind what was brought back. */
export async function closeGuardedTables(client: pg.ClientBase): Promise<void> {
  for (const table of await guardedTables(client)) await client.query(`alter table ${table} enable trigger user`);
  const { rows } = await client.query<{ table: string; column: string }>(
    "select table_name as table, column_name as column from information_schema.columns where table_schema = 'public' and is_identity = 'YES'",
  );
  for (const { table, column } of rows)
    await client.query(
      `select setval(pg_get_serial_sequence('${table}', '${column}'), coalesce(max("${column}"), 0) + 1, false) from "${table}"`,
    );
}
