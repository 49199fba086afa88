import { connectDatabase, migrateDatabase } from "../db/client.ts";
import { createAuthentication } from "./auth/authentication.ts";
import { createOpenLines } from "./auth/sessions/open-lines.ts";
import { closeLiveVolumes } from "./collab/live/live-volumes.ts";
import { startEmbeddedPostgres } from "./database/embedded/embedded-postgres.ts";
import { holdSingleServerLock } from "./database/single-server.ts";
import type { Environment } from "./env.ts";
import { createServerEvents } from "./events.ts";
import { failureLog } from "./log/failure-log.ts";
import { logOf } from "./log/log.ts";
import { readOrCreateSecret } from "./secrets/installation-secret.ts";
import { IDLE_IN_TRANSACTION_MS, joinCluster, whileOthersWait } from "./servers/cluster.ts";
import { shareEvents } from "./servers/shared-events.ts";
import type { Services } from "./services.ts";
import { endAllWriting, endWritingOfTheGone, removeScheduledBlobs } from "./storage/blob-removal.ts";
import { createBlobStore } from "./storage/create-blob-store.ts";
import { prepareDataRoot } from "./storage/data-root.ts";

/** Each room appends one tick at a time: a few serve many volumes. */
const JOURNAL_CONNECTIONS = 4;

/** Database up and migrated, blobs reachable, accounts ready. `close` stops them in the opposite order. */
export async function createServices(
  environment: Environment,
  publicUrl: () => string,
  internalAddress: string | null = null,
): Promise<{ services: Services; close(): Promise<void> }> {
  prepareDataRoot(environment.dataRoot);
  const embedded = environment.databaseUrl ? null : await startEmbeddedPostgres(environment.dataRoot);
  const databaseConfig = {
    ...(embedded?.config ?? { connectionString: environment.databaseUrl ?? "" }),
    ...(internalAddress && { idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS }),
  };
  const connection = connectDatabase(databaseConfig, (error) => failureLog.failed("a database connection", error));
  const journal = connectDatabase({ ...databaseConfig, max: JOURNAL_CONNECTIONS }, (error) =>
    failureLog.failed("a database connection", error),
  );
  const lock = await holdSingleServerLock(
    databaseConfig,
    () => {
      logOf("server").error("Another server has taken over this data. This one stops at once.");
      process.exit(1);
    },
    { shared: internalAddress !== null },
  );
  const migrate = () => migrateDatabase(connection.db);
  await (internalAddress ? whileOthersWait(databaseConfig, migrate) : migrate());
  const cluster = internalAddress
    ? await joinCluster(databaseConfig, environment.dataRoot, internalAddress).catch(async (error) => {
        await lock.release();
        throw error;
      })
    : null;
  const shared = cluster && (await shareEvents(createServerEvents(), databaseConfig, cluster.id));
  const events = shared?.events ?? createServerEvents();
  const openLines = createOpenLines(connection.db, events);
  const services: Services = {
    environment,
    connection,
    db: connection.db,
    journalDb: journal.db,
    blobs: await createBlobStore(environment),
    events,
    openLines,
    cluster,
    authentication: createAuthentication(connection.db, events, {
      publicUrl: publicUrl(),
      secret: readOrCreateSecret(environment.dataRoot, "sessions"),
      institution: environment.institution,
    }),
    publicUrl,
  };
  await (cluster ? endWritingOfTheGone(services.db) : endAllWriting(services.db));
  await removeScheduledBlobs(services.db, services.blobs);
  return {
    services,
    async close() {
      openLines.close();
      await closeLiveVolumes(services);
      await services.authentication.close();
      await shared?.close();
      await cluster?.close();
      await journal.close();
      await connection.close();
      await lock.release();
      await embedded?.stop();
    },
  };
}
