import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { logOf } from "../../log/log.ts";
import { type ClusterPlace, dropForeignPidFile } from "./cluster.ts";
import { asIdentity, type Identity } from "./identity.ts";
import { type Answer, waitForDatabase } from "./readiness.ts";

const RESTART_DELAY_MS = 2_000;
const LOG_CHARACTERS = 4_000;

/**
 * The shell waits for PostgreSQL and stops it when its input, a pipe from us, ends: even `kill -9` leaves no orphan. It asks until
 * PostgreSQL is gone: what a shell starts in the background ignores SIGINT until it has a handler of its own.
 */
const WATCHDOG =
  'exec 3<&0; "$@" </dev/null 3<&- & p=$!; ' +
  '{ read -r _ <&3; while kill -INT "$p"; do sleep 1; done; } 2>/dev/null & w=$!; ' +
  'exec 3<&-; wait "$p"; r=$?; kill "$w" 2>/dev/null; exit "$r"';

const SETTINGS = {
  listen_addresses: "",
  unix_socket_permissions: "0600",
  max_connections: "60",
  shared_buffers: "64MB",
} as const;

/** The process, kept running until `stop`. */
export interface Postmaster {
  /** Of the running one; another one after a crash. */
  pid(): number;
  /** Resolves when it is down; what was not committed rolls back. */
  stop(): Promise<void>;
}

const pidFile = (data: string): string => path.join(data, "postmaster.pid");
export const readPid = (data: string): number => Number(readFileSync(pidFile(data), "utf8").split("\n")[0]);

export async function startPostmaster(
  { data, socketFolder }: ClusterPlace,
  options: {
    readonly postgres: string;
    readonly identity: Identity;
    ask(): Promise<Answer>;
    say(text: string): void;
  },
): Promise<Postmaster> {
  const { identity, ask, say } = options;
  let log = "";
  const launch = (): ChildProcess => {
    const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const run = asIdentity(identity, options.postgres, "-D", data, "-k", socketFolder, ...settings);
    const started = spawn("/bin/sh", ["-c", WATCHDOG, "postgres-watchdog", run.command, ...run.words], {
      ...run.options,
      stdio: ["pipe", "ignore", "pipe"],
      detached: true,
    });
    started.stdin?.on("error", () => {});
    started.stderr?.on("data", (chunk) => {
      log = (log + chunk).slice(-LOG_CHARACTERS);
    });
    return started;
  };
  const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

  /** Launches until it answers; a predecessor that is still shutting down is waited for. */
  const bringUp = async (): Promise<ChildProcess> => {
    dropForeignPidFile(data);
    let child = launch();
    try {
      await waitForDatabase({
        ask,
        say,
        log: () => log,
        async look() {
          if (!hasEnded(child)) return;
          if (!/postmaster\.pid" already exists/.test(log)) throw new Error(`PostgreSQL ended at start: ${log}`);
          log = "";
          await sleep(100);
          child = launch();
        },
      });
    } catch (error) {
      child.stdin?.end();
      throw error;
    }
    return child;
  };

  let stopping = false;
  let pid = 0;
  /** A PostgreSQL that dies by itself (out of memory, `kill -9`) is started again; it recovers from its own log. */
  const keepUp = (child: ChildProcess): void => {
    pid = readPid(data);
    const revive = async (): Promise<void> => {
      if (stopping) return;
      logOf("database").warn("The embedded PostgreSQL ended; starting it again.");
      try {
        keepUp(await bringUp());
      } catch (error) {
        logOf("database").failed("The embedded PostgreSQL could not be started.", error);
        setTimeout(() => void revive(), RESTART_DELAY_MS).unref();
      }
    };
    if (hasEnded(child)) void revive();
    else child.once("exit", () => void revive());
  };

  keepUp(await bringUp());
  return {
    pid: () => pid,
    async stop() {
      stopping = true;
      try {
        process.kill(pid, "SIGINT"); // fast shutdown: open transactions roll back
      } catch {
        return;
      }
      for (let round = 0; round < 300 && existsSync(pidFile(data)); round++) await sleep(50);
    },
  };
}
