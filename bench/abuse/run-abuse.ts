import { fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { MemoryOutboxStore, openCollabClient } from "../../server/collab/testing/collab-client.ts";
import { typescriptArguments } from "../../server/supervisor/typescript-arguments.mjs";
import { quantile } from "../page/quantile.ts";
import { HonestPainter } from "./honest-painter.ts";
import { startWatchedServer, type WatchedServer } from "./watched-server.ts";

const ATTACKERS = fileURLToPath(new URL("./attackers-process.ts", import.meta.url));
const ADDRESS_CHECK_MS = 500;
/** After the attacks the last strokes are saved within this, or never. */
const LAST_SAVE_MS = 60_000;

export interface AbuseFigures {
  readonly honestSaveP99Ms: number;
  readonly honestSaveMaxMs: number;
  readonly honestStrokes: number;
  /** Strokes that were said to be saved and are not there afterwards. */
  readonly lostStrokes: number;
  readonly startRssMb: number;
  readonly peakRssMb: number;
  /** How often the server's process ended. */
  readonly exits: number;
  readonly messages: number;
  readonly sent: Readonly<Record<string, number>>;
}

function attack(server: WatchedServer, options: { seed: number; messages: number }): Promise<Record<string, number>> {
  const child = fork(ATTACKERS, [String(options.seed), String(options.messages)], {
    execArgv: typescriptArguments,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const tell = () => child.connected && child.send({ ...server.world, address: server.address() });
  tell();
  const timer = setInterval(tell, ADDRESS_CHECK_MS);
  return new Promise((resolve, reject) => {
    let sent: Record<string, number> | null = null;
    child.on("message", (told) => {
      sent = told as Record<string, number>;
    });
    child.once("exit", (code) => {
      clearInterval(timer);
      if (sent) resolve(sent);
      else reject(new Error(`the attackers ended with ${code}`));
    });
  });
}

const within = <T>(promise: Promise<T>, ms: number): Promise<T | null> =>
  Promise.race([promise, new Promise<null>((resolve) => setTimeout(() => resolve(null), ms))]);

/** Two people paint, hostile ones do what they can; then a third looks whether every saved stroke is there. */
export async function runAbuse(options: { seed: number; messages: number }): Promise<AbuseFigures> {
  const dataRoot = await mkdtemp(path.join(os.tmpdir(), "kl-"));
  const server = await startWatchedServer(dataRoot);
  const { volumeId, shapeZyx, honestCookies } = server.world;
  const painters = honestCookies.map(
    (cookie, i) =>
      new HonestPainter({ address: server.address, cookie, volumeId, shapeZyx, firstRow: i * shapeZyx[1] * 20 }),
  );
  try {
    await Promise.all(painters.map((painter) => painter.saved()));
    const painting = painters.map((painter) => painter.paint());
    const sent = await attack(server, options);
    for (const painter of painters) painter.stop();
    await within(Promise.all(painting), LAST_SAVE_MS);
    const times = painters.flatMap((painter) => [
      ...painter.savedAfterMs,
      ...(painter.waitedMs > 0 ? [painter.waitedMs] : []),
    ]);
    const lostStrokes = await countLost(server, painters);
    return {
      honestSaveP99Ms: quantile(times, 0.99),
      honestSaveMaxMs: Math.max(...times),
      honestStrokes: times.length,
      lostStrokes,
      startRssMb: server.startRssMb,
      peakRssMb: server.peakRssMb(),
      exits: server.exits(),
      messages: Object.values(sent).reduce((sum, count) => sum + count, 0),
      sent,
    };
  } finally {
    for (const painter of painters) painter.close();
    await server.stop();
    await rm(dataRoot, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

async function countLost(server: WatchedServer, painters: readonly HonestPainter[]): Promise<number> {
  const { volumeId, shapeZyx, honestCookies } = server.world;
  const judge = openCollabClient({
    address: server.address,
    cookie: () => honestCookies[0],
    volumeId,
    shapeZyx,
    outbox: new MemoryOutboxStore(),
  });
  void judge.start();
  try {
    while (judge.saveState.kind !== "saved") await new Promise((resolve) => setTimeout(resolve, 50));
    const missing = await Promise.all(painters.map((painter) => painter.missingIn(judge)));
    return missing.reduce((sum, count) => sum + count, 0);
  } finally {
    judge.close();
  }
}
