import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { ConfigurationError } from "../../configuration-error.ts";
import { logOf } from "../../log/log.ts";
import { readOrCreateSecret, secretsFolder } from "../../secrets/installation-secret.ts";
import { bootstrapConfig, isAccessSetUp, openForSetUp, serverConfig, setUpAccess } from "./access.ts";
import { usableBinaries } from "./binaries.ts";
import { closeClusterPlace, clusterPlace, ensureCluster } from "./cluster.ts";
import { databaseIdentity } from "./identity.ts";
import { readPid, startPostmaster } from "./postmaster.ts";
import { askDatabase } from "./readiness.ts";

/**
 * A private PostgreSQL from the npm package: by a unix socket and a password that only this user has, never as root, stopped
 * when this process dies.
 */
export interface EmbeddedPostgres {
  readonly config: pg.PoolConfig;
  /** True where it was running already, for another process of ours: then `stop` leaves it. */
  readonly attached: boolean;
  /** Of the running postmaster; another one after a crash. */
  pid(): number;
  stop(): Promise<void>;
}

/** One that still answers after this time belongs to a server that runs, not to one whose watchdog is ending it. */
const SETTLE_MS = 300;
const OTHER_SERVER_PATIENCE_MS = 5_000;
const TELL_AFTER_MS = 10_000;

const databasePassword = (root: string): string => readOrCreateSecret(root, "database");

/** Whether the cluster lets in nobody but its own server. Changes nothing. */
export const isAccessReady = (root: string): boolean =>
  existsSync(path.join(secretsFolder(root), "database")) &&
  isAccessSetUp(clusterPlace(root).data, databasePassword(root));

export async function startEmbeddedPostgres(
  root: string,
  say: (text: string) => void = (text) => logOf("database").info(text),
): Promise<EmbeddedPostgres> {
  const place = clusterPlace(root);
  const password = databasePassword(root);
  const config = serverConfig(place.socketFolder, password);
  if (await isServed(config, say))
    return { config, attached: true, pid: () => readPid(place.data), stop: async () => {} };

  const identity = databaseIdentity(root);
  closeClusterPlace(place, identity);
  const bin = usableBinaries(root, identity);
  ensureCluster(bin, place, identity);
  let isSetUp = isAccessSetUp(place.data, password);
  if (!isSetUp) openForSetUp(place.data, identity);
  const postmaster = await startPostmaster(place, {
    postgres: bin("postgres"),
    identity,
    say,
    ask: () => askDatabase(isSetUp ? config : bootstrapConfig(place.socketFolder)),
  });
  if (!isSetUp) {
    await setUpAccess(place, password, identity).catch(async (error) => {
      await postmaster.stop();
      throw error;
    });
    isSetUp = true;
  }
  return { config, attached: false, ...postmaster };
}

/**
 * Whether a PostgreSQL of ours is up and stays up: of a second server, the lock (single-server.ts) makes sure that nothing
 * is taken. One that a server of an earlier version holds does not let this one in.
 */
async function isServed(config: pg.ClientConfig, say: (text: string) => void): Promise<boolean> {
  const beganAt = performance.now();
  for (let wasReady = false, told = false; ; ) {
    const answer = await askDatabase(config);
    if (answer === "absent") return false;
    if (answer === "ready" && wasReady) return true;
    wasReady = answer === "ready";
    const waitedMs = performance.now() - beganAt;
    if (answer === "refuses" && waitedMs > OTHER_SERVER_PATIENCE_MS)
      throw new ConfigurationError(
        "Another Karyoloop server, of another version, is running on this data: stop it first, or choose another KARYOLOOP_DATA.",
      );
    if (answer === "busy" && waitedMs > TELL_AFTER_MS && !told) {
      told = true;
      say("Waiting for the database of a server that was there before: it starts or stops.");
    }
    await sleep(SETTLE_MS);
  }
}
