import { mkdir } from "node:fs/promises";
import { connectDatabase, migrateDatabase } from "../db/client.ts";
import { createAuthentication } from "./auth/authentication.ts";
import { closeLiveVolumes } from "./collab/live-volumes.ts";
import { startEmbeddedPostgres } from "./database/embedded-postgres.ts";
import { holdSingleServerLock } from "./database/single-server.ts";
import type { Environment } from "./env.ts";
import { createServerEvents } from "./events.ts";
import { failureLog } from "./failure-log.ts";
import type { Services } from "./services.ts";
import { removeScheduledBlobs } from "./storage/blob-removal.ts";
import { createBlobStore } from "./storage/create-blob-store.ts";

/** Database up and migrated, blobs reachable, accounts ready. `close` stops them in the opposite order. */
export async function createServices(
  environment: Environment,
  publicUrl: () => string,
): Promise<{ services: Services; close(): Promise<void> }> {
  await mkdir(environment.dataRoot, { recursive: true });
  const embedded = environment.databaseUrl ? null : await startEmbeddedPostgres(environment.dataRoot);
  const databaseConfig = embedded?.config ?? { connectionString: environment.databaseUrl ?? "" };
  const connection = connectDatabase(databaseConfig, (error) => failureLog.failed("a database connection", error));
  const lock = await holdSingleServerLock(databaseConfig, () => {
    console.error("Another server has taken over this data. This one stops at once.");
    process.exit(1);
  });
  await migrateDatabase(connection.db);
  const services: Services = {
    environment,
    connection,
    db: connection.db,
    blobs: createBlobStore(environment),
    events: createServerEvents(),
    authentication: await createAuthentication(connection.db, {
      publicUrl: publicUrl(),
      secureCookies: publicUrl().startsWith("https:"),
    }),
    publicUrl,
  };
  await removeScheduledBlobs(services.db, services.blobs);
  return {
    services,
    async close() {
      await closeLiveVolumes(services);
      await services.authentication.close();
      await connection.close();
      await lock.release();
      await embedded?.stop();
    },
  };
}
