import { fileURLToPath } from "node:url";
import { and, eq, isNull } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { trainerToken } from "../../db/schema/index.ts";
import { hashToken } from "../auth/token-hash.ts";
import { issueTrainerToken } from "../auth/trainer-token.ts";
import { trainerEnvironment } from "../beside/child-environment.ts";
import { type GuardedProcess, startGuarded } from "../beside/guarded-process.ts";
import { expireLeasesOf } from "../jobs/expire-leases-of.ts";
import { failureLog } from "../log/failure-log.ts";
import { PROJECT_FOLDER } from "../pages/page-build.ts";
import { typescriptArguments } from "../supervisor/typescript-arguments.mjs";

/** The trainer that `npm start` keeps running beside the server. */
export interface LocalTrainer {
  /** Lets the running job finish, then starts anew: after the set-up of a faster engine. */
  restart(): void;
  stop(): Promise<void>;
}

export const LOCAL_TRAINER_NAME = "this computer";
const ENTRY = fileURLToPath(new URL("../trainer/main.ts", import.meta.url));
/** Painting stays smooth while it trains. */
const NICENESS = 10;
/**
 * TensorFlow's notes to its own makers, written before its log level counts: that its oneDNN kernels round differently.
 * They stay on, as they are the fast ones.
 */
const NOTE_OF_TENSORFLOW = /^I\d{4} [\d:.]+ +\d+ \S+\] |^WARNING: All log messages before absl::InitializeLog/;
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;
/** One that ran this long was not failing at its start. */
const STEADY_MS = 60_000;

/** Its token is made anew at each start; the last one stops working, and what it held can be claimed at once. */
async function issueLocalToken(db: Database): Promise<string> {
  const ofLocalTrainer = and(eq(trainerToken.name, LOCAL_TRAINER_NAME), isNull(trainerToken.createdBy));
  for (const { tokenHash } of await db.select().from(trainerToken).where(ofLocalTrainer))
    await expireLeasesOf(db, tokenHash);
  await db.delete(trainerToken).where(ofLocalTrainer);
  return issueTrainerToken(db, LOCAL_TRAINER_NAME, null);
}

export async function startLocalTrainer(
  db: Database,
  options: {
    readonly serverAddress: string;
    readonly command?: readonly string[];
    readonly firstDelayMs?: number;
    /** Lines of the trainer, and about it. */
    say(line: string): void;
  },
): Promise<LocalTrainer> {
  const token = await issueLocalToken(db);
  const command = options.command ?? [process.execPath, ...typescriptArguments, ENTRY];
  const firstDelayMs = options.firstDelayMs ?? FIRST_DELAY_MS;
  let current: GuardedProcess | null = null;
  let waiting: ReturnType<typeof setTimeout> | null = null;
  let stopped = false;
  let restarting = false;
  let delayMs = firstDelayMs;

  const launch = (): void => {
    waiting = null;
    // The one before is gone: its job goes on from the last checkpoint at once.
    void expireLeasesOf(db, hashToken(token)).catch((error) => failureLog.failed("the trainer's leases", error));
    const startedAt = performance.now();
    current = startGuarded(command, {
      cwd: PROJECT_FOLDER,
      env: {
        ...trainerEnvironment(),
        KARYOLOOP_SERVER: options.serverAddress,
        KARYOLOOP_TRAINER_TOKEN: token,
        KARYOLOOP_TRAINER_NAME: LOCAL_TRAINER_NAME,
        TF_CPP_MIN_LOG_LEVEL: "2",
        LOG_FORMAT: "json",
      },
      niceness: NICENESS,
      onLine(line) {
        if (!NOTE_OF_TENSORFLOW.test(line)) options.say(line);
      },
    });
    void current.ended.then((code) => {
      current = null;
      if (stopped) return;
      if (restarting || performance.now() - startedAt > STEADY_MS) delayMs = firstDelayMs;
      if (!restarting)
        options.say(`the trainer ended (${code ?? "by a signal"}); starting again in ${delayMs / 1000} s`);
      waiting = setTimeout(launch, restarting ? 0 : delayMs);
      delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS);
      restarting = false;
    });
  };
  launch();
  return {
    restart() {
      if (stopped || !current) return; // it is about to start anyway
      restarting = true;
      current.drain();
    },
    async stop() {
      stopped = true;
      if (waiting) clearTimeout(waiting);
      await current?.stop();
    },
  };
}
