import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import pg from "pg";
import { connectDatabase, type Database } from "../../db/client.ts";
import { lease } from "../../db/schema/index.ts";
import { ConfigurationError } from "../configuration-error.ts";
import { failureLog } from "../log/failure-log.ts";
import { readOrCreateSecret } from "../secrets/installation-secret.ts";
import { sha256 } from "./internal-signature.ts";
import { Leases } from "./leases.ts";

/** One of several servers of an installation: who it is, and what it holds. */
export interface Cluster {
  /** Of this process. */
  readonly id: string;
  /** Where the others reach it. */
  readonly address: string;
  readonly secret: string;
  readonly leases: Leases;
  close(): Promise<void>;
}

/**
 * A transaction of a server that stands still holds its locks no longer than this: whoever takes its rooms over waits for
 * them.
 */
export const IDLE_IN_TRANSACTION_MS = 5_000;
/** Renewals wait for nothing else, and no renewal for long. */
const LEASE_CONNECTIONS = 2;
const STATEMENT_MS = 4_000;

/** Begins to live as one of several. Refuses, in words, a data folder that is not the other servers'. */
export async function joinCluster(config: pg.PoolConfig, dataRoot: string, address: string): Promise<Cluster> {
  const secret = readOrCreateSecret(dataRoot, "servers");
  const connection = connectDatabase(
    {
      ...config,
      max: LEASE_CONNECTIONS,
      statement_timeout: STATEMENT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      application_name: "karyoloop-leases",
    },
    (error) => failureLog.failed("a database connection", error),
  );
  const { db } = connection;
  const me = { id: randomUUID(), address, secretMark: sha256(`mark\n${secret}`).slice(0, 16) };
  try {
    await assertSharedFolder(db, me.secretMark, dataRoot);
    await forgetPredecessor(db, address);
    const leases = new Leases(db, me);
    const presence = leases.claim(`server ${me.id}`, () => {});
    await db.transaction((tx) => presence.take(tx));
    presence.confirm();
    return {
      id: me.id,
      address,
      secret,
      leases,
      async close() {
        await leases.close().catch((error) => failureLog.failed("giving leases back", error));
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function assertSharedFolder(db: Database, mark: string, dataRoot: string): Promise<void> {
  const { rows } = await db.execute<{ address: string }>(sql`
    select address from ${lease} where secret_mark <> ${mark} and expires_at > clock_timestamp() limit 1`);
  if (rows.length > 0)
    throw new ConfigurationError(
      `The server at ${rows[0].address} uses this database with another data folder than ${dataRoot}: all servers of an installation need one and the same KARYOLOOP_DATA, on a shared disk, as uploads and secrets lie there.`,
    );
}

/** This process listens where another did: that one is not there any more, and what it held is free. */
const forgetPredecessor = (db: Database, address: string) =>
  db.execute(sql`delete from ${lease} where address = ${address}`);

/** Any number will do, as long as every version of the server asks for the same. */
const MIGRATION_LOCK = 7_310_443;

/** Servers that start together migrate one after the other. */
export async function whileOthersWait(config: pg.ClientConfig, migrate: () => Promise<void>): Promise<void> {
  const client = new pg.Client({ ...config, application_name: "karyoloop-migration" });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [MIGRATION_LOCK]);
    await migrate();
  } finally {
    await client.end();
  }
}
