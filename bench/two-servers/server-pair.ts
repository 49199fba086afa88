import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import S3rver from "s3rver";
import { waitFor } from "../../server/collab/testing/wait-for.ts";
import { prepareSharedGround } from "../../server/servers/testing/several-servers.ts";
import { typescriptArguments } from "../../server/supervisor/typescript-arguments.mjs";

const SCRIPT = fileURLToPath(new URL("../../server/collab/testing/server-process.ts", import.meta.url));
const START_MS = 120_000;

/** Two server processes on one PostgreSQL, one bucket and one data folder, to be killed, stopped and started again. */
export interface ServerPair {
  readonly databaseUrl: string;
  readonly cookies: readonly string[];
  readonly volumeId: string;
  /** Of the one that was started last in this place. */
  address(place: number): string;
  start(place: number): Promise<void>;
  kill(place: number): Promise<void>;
  /** It stands still, with all that it holds, until `resume`. */
  pause(place: number): void;
  /** One that ends itself is started again, as by its manager. */
  resume(place: number): void;
  close(): Promise<void>;
}

interface Place {
  child: ChildProcess | null;
  address: string;
}

export async function startServerPair(): Promise<ServerPair> {
  const ground = await prepareSharedGround();
  const bucketFolder = await mkdtemp(path.join(os.tmpdir(), "kl-s3-"));
  const bucket = new S3rver({
    port: 0,
    address: "127.0.0.1",
    silent: true,
    directory: bucketFolder,
    configureBuckets: [{ name: "karyoloop", configs: [] }],
  });
  const { port } = await bucket.run();
  const environment = {
    ...ground.environment,
    S3_BUCKET: "karyoloop",
    S3_ENDPOINT: `http://127.0.0.1:${port}`,
    S3_ACCESS_KEY_ID: "S3RVER",
    S3_SECRET_ACCESS_KEY: "S3RVER",
  };
  const places: Place[] = [0, 1].map(() => ({ child: null, address: "" }));
  let isClosing = false;
  const people = { cookies: [] as string[], volumeId: "" };

  const start = async (place: number): Promise<void> => {
    const isFirst = people.volumeId === "";
    const child = spawn(
      process.execPath,
      [...typescriptArguments, SCRIPT, ground.environment.KARYOLOOP_DATA, ...(isFirst ? ["people"] : [])],
      {
        stdio: ["ignore", "pipe", "inherit"],
        env: { ...process.env, SERVER_ENVIRONMENT: JSON.stringify(environment), LOG_LEVEL: "error" },
      },
    );
    places[place].child = child;
    let isUp = false;
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (!line.startsWith("{") || line.startsWith('{"time"')) return;
      const { address, ...made } = JSON.parse(line);
      places[place].address = address;
      Object.assign(people, made);
      isUp = true;
    });
    await waitFor(() => isUp || child.exitCode !== null, "a server", START_MS);
    if (!isUp) throw new Error(`a server ended with ${child.exitCode}`);
    child.once("exit", (code) => {
      if (code === 1 && !isClosing) void start(place);
    });
  };
  const isRunning = (place: number): boolean => {
    const { child } = places[place];
    return child !== null && child.exitCode === null && child.signalCode === null;
  };
  const kill = async (place: number): Promise<void> => {
    const { child } = places[place];
    if (!child || !isRunning(place)) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  };

  await start(0);
  await start(1);
  return {
    databaseUrl: ground.environment.DATABASE_URL,
    get cookies() {
      return people.cookies;
    },
    get volumeId() {
      return people.volumeId;
    },
    address: (place) => places[place].address,
    start,
    kill,
    pause: (place) => void places[place].child?.kill("SIGSTOP"),
    resume: (place) => void places[place].child?.kill("SIGCONT"),
    async close() {
      isClosing = true;
      await Promise.all([kill(0), kill(1)]);
      await bucket.close();
      await ground.close();
      await rm(bucketFolder, { recursive: true, force: true });
    },
  };
}
