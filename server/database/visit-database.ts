import { accessSync, constants, existsSync, statSync } from "node:fs";
import path from "node:path";
import type pg from "pg";
import { isProblem, Problem } from "../../core/problem.ts";
import type { Environment } from "../env.ts";
import { startEmbeddedPostgres } from "./embedded/embedded-postgres.ts";
import { holdSingleServerLock } from "./single-server.ts";

/** The database of an installation, for a command beside its server or without it. */
export interface VisitedDatabase {
  readonly config: pg.PoolConfig;
  /** False where it was running already. */
  readonly startedHere: boolean;
  close(): Promise<void>;
}

/**
 * A database that runs is used as it is. An embedded one that does not is started, and held as a server would: one that
 * is started meanwhile says that another is running.
 */
export async function visitDatabase(
  environment: Pick<Environment, "dataRoot" | "databaseUrl">,
  say: (text: string) => void,
): Promise<VisitedDatabase> {
  if (environment.databaseUrl)
    return { config: { connectionString: environment.databaseUrl }, startedHere: false, close: async () => {} };
  assertOwnInstallation(environment.dataRoot);
  const embedded = await startEmbeddedPostgres(environment.dataRoot, say).catch(inWords);
  if (embedded.attached) return { config: embedded.config, startedHere: false, close: async () => {} };
  try {
    const lock = await holdSingleServerLock(embedded.config, () => {});
    return {
      config: embedded.config,
      startedHere: true,
      async close() {
        await lock.release();
        await embedded.stop();
      },
    };
  } catch (error) {
    await embedded.stop();
    return inWords(error);
  }
}

/** The launcher's sentences are for a start of the server; those of a command are Problems. Our own faults keep their trace. */
function inWords(cause: unknown): never {
  if (!(cause instanceof Error) || isProblem(cause) || cause instanceof TypeError || cause instanceof RangeError)
    throw cause;
  throw new Problem({ tag: "database-unavailable", what: cause.message }, { cause });
}

/** A command of another user must neither make a new installation nor take this one over. */
export function assertOwnInstallation(dataRoot: string): void {
  const hint = "Name its folder with KARYOLOOP_DATA, as for npm start.";
  if (!existsSync(dataRoot)) throw new Problem({ tag: "no-installation", what: `${dataRoot} is not there.`, hint });
  try {
    accessSync(dataRoot, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    throw new Problem({
      tag: "not-your-installation",
      what: `${dataRoot} belongs to another user.`,
      hint: "Run this command as the user that runs the server.",
    });
  }
  if (!existsSync(path.join(dataRoot, "postgres", "PG_VERSION")))
    throw new Problem({ tag: "no-installation", what: `There is no installation in ${dataRoot}.`, hint });
  const { uid } = statSync(dataRoot);
  if (process.getuid?.() === 0 && uid !== 0)
    throw new Problem({
      tag: "not-your-installation",
      what: `${dataRoot} belongs to the user with number ${uid}, and this command would leave files of root in it.`,
      hint: `Run it as that user (sudo -u '#${uid}' …). Where root runs the server, start the server once first.`,
    });
}
