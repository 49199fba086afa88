import { mkdir } from "node:fs/promises";
import path from "node:path";
import { connectDatabase, migrateDatabase } from "../db/client.ts";
import { createAuthentication } from "./auth/authentication.ts";
import { startEmbeddedPostgres } from "./database/embedded-postgres.ts";
import type { Environment } from "./env.ts";
import { createServerEvents } from "./events.ts";
import type { Services } from "./services.ts";
import { createFolderStore } from "./storage/folder-store.ts";

/** Database up and migrated, blobs reachable, accounts ready. `close` stops them in the opposite order. */
export async function createServices(
  environment: Environment,
  publicUrl: () => string,
): Promise<{ services: Services; close(): Promise<void> }> {
  await mkdir(environment.dataRoot, { recursive: true });
  const embedded = environment.databaseUrl ? null : await startEmbeddedPostgres(environment.dataRoot);
  const connection = connectDatabase(embedded?.config ?? { connectionString: environment.databaseUrl ?? "" }, (error) =>
    console.error("A database connection was lost:", error.message),
  );
  await migrateDatabase(connection.db);
  const services: Services = {
    environment,
    connection,
    db: connection.db,
    blobs: createFolderStore(path.join(environment.dataRoot, "blobs")),
    events: createServerEvents(),
    authentication: await createAuthentication(connection.db, {
      publicUrl: publicUrl(),
      secureCookies: publicUrl().startsWith("https:"),
    }),
    publicUrl,
  };
  return {
    services,
    async close() {
      await connection.close();
      await embedded?.stop();
    },
  };
}
