import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { CollabDocument } from "../../core/sync/create-label-document.ts";
import { brickKeyOf } from "../../core/volume/brick.ts";
import { typescriptArguments } from "../supervisor/typescript-arguments.mjs";
import { MemoryOutboxStore, openCollabClient } from "./testing/collab-client.ts";
import { waitFor } from "./testing/wait-for.ts";

const SCRIPT = fileURLToPath(new URL("./testing/server-process.ts", import.meta.url));
const shapeZyx = [30, 80, 140] as const;
const keys = [0, 1, 2].flatMap((bx) => [brickKeyOf(0, 0, bx), brickKeyOf(0, 1, bx)]);

let dataRoot: string;
let child: ChildProcess | null = null;
let address = "";
let cookies: string[] = [];
let volumeId = "";
const pages: CollabDocument[] = [];

beforeEach(async () => {
  dataRoot = await mkdtemp(path.join(os.tmpdir(), "kl-"));
});
afterEach(async () => {
  for (const page of pages.splice(0)) page.close();
  await killServer();
  await rm(dataRoot, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

async function startServerProcess(people = false): Promise<void> {
  const started = spawn(process.execPath, [...typescriptArguments, SCRIPT, dataRoot, ...(people ? ["people"] : [])], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  child = started;
  const told = await new Promise<{ address: string; cookies?: string[]; volumeId?: string }>((resolve, reject) => {
    createInterface({ input: started.stdout }).on("line", (line) => line.startsWith("{") && resolve(JSON.parse(line)));
    started.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
  address = told.address;
  cookies = told.cookies ?? cookies;
  volumeId = told.volumeId ?? volumeId;
}

async function killServer(): Promise<void> {
  const killed = child;
  if (!killed || killed.exitCode !== null || killed.signalCode !== null) return;
  await new Promise((resolve) => {
    killed.once("exit", resolve);
    killed.kill("SIGKILL");
  });
}

function page(person: number, outbox: MemoryOutboxStore): CollabDocument {
  const document = openCollabClient({
    address: () => address,
    cookie: () => cookies[person],
    volumeId,
    shapeZyx,
    outbox,
  });
  pages.push(document);
  void document.start();
  return document;
}

const saved = (document: CollabDocument) =>
  waitFor(
    () => document.saveState.kind === "saved",
    () => `saved, but ${JSON.stringify(document.saveState)}`,
    60_000,
  );

/** One stroke of its own row and label per call: whether it is there, once, can be read off the voxels. */
function createPainter(document: CollabDocument, first: number) {
  const strokes: { label: number; z: number; y: number }[] = [];
  return {
    strokes,
    paint() {
      const at = first + strokes.length;
      const stroke = { label: document.newLabel(), z: Math.floor(at / 80), y: at % 80 };
      strokes.push(stroke);
      const runs = Int32Array.from([stroke.z, stroke.y, 55, 75]);
      void document.commit({ name: "brush", records: [{ kind: "paint", label: stroke.label, runs }] });
    },
  };
}

async function everyStrokeOnce(painters: readonly ReturnType<typeof createPainter>[], person: number): Promise<void> {
  const fresh = page(person, new MemoryOutboxStore());
  await saved(fresh);
  await fresh.loadBricks(keys);
  for (const { strokes } of painters)
    for (const { label, z, y } of strokes) {
      const voxels = fresh.readBrick(brickKeyOf(0, Math.floor(y / 64), 0));
      expect(voxels?.[60 + (y % 64) * 64 + z * 4096], `stroke of label ${label}`).toBe(label);
    }
}

it("kill -9 of the server amid strokes of two people: nothing lost, nothing twice", { timeout: 240_000 }, async () => {
  await startServerProcess(true);
  const outboxes = [new MemoryOutboxStore(), new MemoryOutboxStore()];
  const [ada, ben] = [page(0, outboxes[0]), page(1, outboxes[1])];
  await Promise.all([saved(ada), saved(ben)]);
  const painters = [createPainter(ada, 0), createPainter(ben, 1000)];
  let acknowledgedBefore = 0;
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 15; i++) {
      for (const { paint } of painters) paint();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    // Some are acknowledged, some are on their way.
    await waitFor(() => outboxes.some(({ rows }) => rows.length < 15), "first acknowledgements", 60_000);
    acknowledgedBefore +=
      painters.reduce((sum, { strokes }) => sum + strokes.length, 0) -
      outboxes.reduce((sum, { rows }) => sum + rows.length, 0);
    for (const { paint } of painters) paint();
    await killServer();
    await waitFor(() => ada.saveState.kind === "offline" && ben.saveState.kind === "offline", "offline", 60_000);
    for (const { paint } of painters) paint();
    await startServerProcess();
    await Promise.all([saved(ada), saved(ben)]);
  }
  expect(acknowledgedBefore).toBeGreaterThan(0);
  expect(outboxes.map(({ rows }) => rows.length)).toEqual([0, 0]);
  await everyStrokeOnce(painters, 1);
});

it("a page reloaded while the server is away: its outbox arrives when the server is back", {
  timeout: 240_000,
}, async () => {
  await startServerProcess(true);
  const outbox = new MemoryOutboxStore();
  const ada = page(0, outbox);
  await saved(ada);
  const painter = createPainter(ada, 0);
  for (let i = 0; i < 5; i++) painter.paint();
  await saved(ada);
  await killServer();
  await waitFor(() => ada.saveState.kind === "offline", "offline", 60_000);
  for (let i = 0; i < 7; i++) painter.paint();
  await waitFor(() => outbox.rows.length === 7, "the outbox on this computer");
  expect(ada.saveState).toEqual({ kind: "offline", waiting: 7 });
  ada.close();
  const reloaded = page(0, outbox);
  await waitFor(() => reloaded.saveState.kind === "offline", "the page without a server");
  expect(reloaded.unsavedRecords()).toHaveLength(7);
  await startServerProcess();
  await saved(reloaded);
  expect(outbox.rows).toEqual([]);
  await everyStrokeOnce([painter], 1);
});

it("kill -9 of the database amid strokes: the rooms restart and nothing acknowledged is lost", {
  timeout: 240_000,
}, async () => {
  await startServerProcess(true);
  const outboxes = [new MemoryOutboxStore(), new MemoryOutboxStore()];
  const [ada, ben] = [page(0, outboxes[0]), page(1, outboxes[1])];
  await Promise.all([saved(ada), saved(ben)]);
  const painters = [createPainter(ada, 0), createPainter(ben, 1000)];
  for (let i = 0; i < 20; i++) {
    for (const { paint } of painters) paint();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await waitFor(() => outboxes.some(({ rows }) => rows.length < 20), "first acknowledgements", 60_000);
  const [pid] = (await readFile(path.join(dataRoot, "postgres", "postmaster.pid"), "utf8")).split("\n");
  process.kill(Number(pid), "SIGKILL");
  for (let i = 0; i < 5; i++) for (const { paint } of painters) paint();
  await waitFor(() => ada.saveState.kind !== "saved", "unsaved edits");
  await killServer();
  await startServerProcess();
  await Promise.all([saved(ada), saved(ben)]);
  await everyStrokeOnce(painters, 1);
});
