import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { ConfigurationError } from "../configuration-error.ts";

/** Any number will do, as long as every version of the server asks for the same. */
const LOCK = 7_310_441;
/** A server that is just stopping lets go within this time. */
const PATIENCE_MS = 5_000;
const RETRY_MS = 500;

/**
 * Two servers on one database that do not know of each other would each hold half of what people paint: the second refuses to start.
 * Several that share their work (`shared`) keep one out that would be alone, and it them. The lock lives as long as its connection; where that breaks (a database restart), it is taken again, and a server that finds it taken by another
 * tells `onTaken`.
 */
export async function holdSingleServerLock(
  config: pg.ClientConfig,
  onTaken: () => void,
  { shared } = { shared: false },
): Promise<{ release(): Promise<void> }> {
  let released = false;
  let client: pg.Client | null = null;

  const connect = async (): Promise<pg.Client> => {
    const fresh = new pg.Client({ ...config, application_name: "karyoloop-lock", keepAlive: true });
    fresh.on("error", () => {});
    fresh.on("end", () => {
      if (!released && client === fresh) void retake();
    });
    await fresh.connect();
    return fresh;
  };
  const take = async (deadline: number): Promise<boolean> => {
    const holder = await connect();
    for (;;) {
      const { rows } = await holder.query<{ taken: boolean }>(
        `select pg_try_advisory_lock${shared ? "_shared" : ""}($1) as taken`,
        [LOCK],
      );
      if (rows[0].taken) {
        client = holder;
        return true;
      }
      if (performance.now() > deadline) {
        await holder.end();
        return false;
      }
      await sleep(RETRY_MS / 5);
    }
  };
  const retake = async (): Promise<void> => {
    while (!released) {
      try {
        if (!(await take(performance.now() + PATIENCE_MS))) onTaken();
        return;
      } catch {
        await sleep(RETRY_MS); // the database is not back yet
      }
    }
  };

  if (!(await take(performance.now() + PATIENCE_MS)))
    throw new ConfigurationError(
      shared
        ? "A Karyoloop server that knows nothing of others is running on this database: stop it, and start it with KARYOLOOP_SERVERS=several."
        : "Another Karyoloop server is running on this data: stop it first, or choose another KARYOLOOP_DATA (or DATABASE_URL).",
    );
  return {
    async release() {
      released = true;
      await client?.end().catch(() => {});
    },
  };
}
