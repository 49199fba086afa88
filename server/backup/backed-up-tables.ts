import type pg from "pg";

/** A table of the database as it is backed up. */
export interface BackedUpTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** SQL condition on the rows that are taken; null for all. */
  readonly where: string | null;
}

/**
 * What a backup does not hold: whatever lets somebody in, as a backup is brought back later and elsewhere, when that may
 * have been taken back; what only says who is here now, or would be mailed again; and what trainers are in the middle of.
 */
export const LEFT_OUT: ReadonlySet<string> = new Set([
  "session",
  "verification",
  "one_time_link",
  "personal_token",
  "personal_token_project",
  "repository_token",
  "webhook",
  "webhook_delivery",
  "trainer_token",
  "trainer_token_project",
  "trainer",
  "claim",
  "review_claim",
  "notification",
  "block_plan",
  "prediction_block",
  "blob_removal",
  "lease",
]);

/** What a job knows of the tokens that it was claimed with, and of its own. */
const COLUMNS_LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  training_job: ["claimed_with", "job_token_hash"],
};

/** Links that were not used are left out too; used ones say who let whom in. */
const ROWS_TAKEN: Readonly<Record<string, string>> = { invitation: "used_at is not null" };

/** Every table of the database but those, each after the tables it refers to. */
export async function listBackedUpTables(
  client: pg.ClientBase,
  uploadIds: readonly string[],
): Promise<BackedUpTable[]> {
  const { rows } = await client.query<{ name: string; columns: string[]; refers_to: string[] }>(TABLES);
  const wheres: Record<string, string> = {
    ...ROWS_TAKEN,
    upload: `id = any('{${uploadIds.filter((id) => /^[0-9a-f-]{36}$/.test(id)).join(",")}}')`,
  };
  const taken = rows.filter(({ name }) => !LEFT_OUT.has(name));
  return inOrder(taken).map(({ name, columns }) => ({
    name,
    columns: columns.filter((column) => !COLUMNS_LEFT_OUT[name]?.includes(column)),
    where: wheres[name] ?? null,
  }));
}

const TABLES = `
select c.relname as name,
  (select array_agg(attname::text order by attnum) from pg_attribute
    where attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = '') as columns,
  coalesce((select array_agg(confrelid::regclass::text) from pg_constraint
    where conrelid = c.oid and contype = 'f' and confrelid <> c.oid), '{}') as refers_to
from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by relname`;

function inOrder<T extends { name: string; refers_to: string[] }>(tables: readonly T[]): T[] {
  const names = new Set(tables.map(({ name }) => name));
  const placed = new Set<string>();
  const ordered: T[] = [];
  while (ordered.length < tables.length) {
    const next = tables.filter(
      ({ name, refers_to }) =>
        !placed.has(name) &&
        refers_to.map(withoutQuotes).every((other) => placed.has(other) || !names.has(other) || other === name),
    );
    if (next.length === 0) throw new Error("tables refer to each other in a circle: a backup could not be filled in");
    for (const table of next) {
      placed.add(table.name);
      ordered.push(table);
    }
  }
  return ordered;
}

const withoutQuotes = (name: string): string => name.replaceAll('"', "");
