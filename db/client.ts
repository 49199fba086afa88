import { sql } from "drizzle-orm";
import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";
import { MIGRATIONS_FOLDER, releasedMigrations } from "./migrations.ts";
import * as schema from "./schema/index.ts";

export type Database = NodePgDatabase<typeof schema>;

/** What runs inside `db.transaction`; queries take either. */
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];

export interface DatabaseConnection {
  readonly db: Database;
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

/** `onLost` is told of connections that die while idle; without a listener a database restart would end the process. */
export function connectDatabase(config: pg.PoolConfig, onLost: (error: Error) => void): DatabaseConnection {
  const pool = new pg.Pool({ max: 12, ...config });
  pool.on("error", onLost);
  return { db: drizzle(pool, { schema }), pool, close: () => pool.end() };
}

export const migrateDatabase = (db: Database): Promise<void> => migrate(db, { migrationsFolder: MIGRATIONS_FOLDER });

let newest: number | undefined;

/** Whether the database has every migration of this version; drizzle keeps a row for each, with the time it was made. */
export async function isMigrated(db: Database): Promise<boolean> {
  newest ??= Math.max(...releasedMigrations().map(({ folderMillis }) => folderMillis));
  const { rows } = await db.execute<{ newest: string | null }>(
    sql`select max(created_at) as newest from drizzle.__drizzle_migrations`,
  );
  return Number(rows[0]?.newest ?? 0) >= newest;
}
