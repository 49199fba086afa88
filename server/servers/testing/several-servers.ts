import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../database/embedded/embedded-postgres.ts";
import { copyClusterTemplate } from "../../testing/cluster-template.ts";

/** One PostgreSQL and one data folder for several servers. */
export interface SharedGround {
  /** For `readEnvironment`, of each of the servers. */
  readonly environment: Readonly<Record<string, string>>;
  readonly database: EmbeddedPostgres;
  close(): Promise<void>;
}

export async function prepareSharedGround(): Promise<SharedGround> {
  const root = await mkdtemp(path.join(os.tmpdir(), "kl-"));
  await copyClusterTemplate(root);
  const database = await startEmbeddedPostgres(root, () => {});
  const { host = "", user = "", password = "", database: name = "" } = database.config;
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(String(password))}`;
  return {
    environment: {
      DATABASE_URL: `postgres://${login}@localhost/${name}?host=${encodeURIComponent(host)}`,
      KARYOLOOP_DATA: path.join(root, "shared"),
      KARYOLOOP_SERVERS: "several",
      KARYOLOOP_INTERNAL_ADDRESS: "http://127.0.0.1:0",
    },
    database,
    async close() {
      await database.stop();
      await rm(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}
