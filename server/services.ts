import type { DatabaseConnection } from "../db/client.ts";
import type { Authentication } from "./auth/authentication.ts";
import type { OpenLines } from "./auth/sessions/open-lines.ts";
import type { Environment } from "./env.ts";
import type { ServerEvents } from "./events.ts";
import type { Cluster } from "./servers/cluster.ts";
import type { BlobStore } from "./storage/blob-store.ts";

/** What every part of the server is given; made once in create-services.ts. */
export interface Services {
  readonly environment: Environment;
  readonly connection: DatabaseConnection;
  readonly db: DatabaseConnection["db"];
  /** Connections that only the journals of strokes use: "Saved" does not wait behind lists. */
  readonly journalDb: DatabaseConnection["db"];
  readonly blobs: BlobStore;
  readonly events: ServerEvents;
  readonly authentication: Authentication;
  /** Sockets, streams and transfers of signed-in people. */
  readonly openLines: OpenLines;
  /** Null where this server is alone, as the embedded default is. */
  readonly cluster: Cluster | null;
  /** Address that people type, for links; no trailing slash. */
  publicUrl(): string;
}
