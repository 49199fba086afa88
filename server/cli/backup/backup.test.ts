import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { isProblem } from "../../../core/problem.ts";
import type { CollabDocument } from "../../../core/sync/create-label-document.ts";
import { brickKeyOf } from "../../../core/volume/brick.ts";
import { findMissingBlobs, findNamedBlobs } from "../../backup/named-blobs.ts";
import { MemoryOutboxStore, openCollabClient } from "../../collab/testing/collab-client.ts";
import { waitFor } from "../../collab/testing/wait-for.ts";
import { readEnvironment } from "../../env.ts";
import { startServer } from "../../start-server.ts";
import { createFolderStore } from "../../storage/folder-store.ts";
import { imagePrefix } from "../../storage/import-places.ts";
import { typescriptArguments } from "../../supervisor/typescript-arguments.mjs";
import { signIn } from "../../testing/test-server.ts";

const SERVER = fileURLToPath(new URL("../../collab/testing/server-process.ts", import.meta.url));
const CLI = fileURLToPath(new URL("../karyoloop.mjs", import.meta.url));
const shapeZyx = [30, 80, 140] as const;

let folder: string;
let dataRoot: string;
let server: ChildProcess | null = null;
const pages: CollabDocument[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-"));
  dataRoot = path.join(folder, "a");
});
afterEach(async () => {
  for (const page of pages.splice(0)) page.close();
  await killServer();
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

async function startPainted(): Promise<{ address: string; cookies: string[]; volumeId: string }> {
  const started = spawn(process.execPath, [...typescriptArguments, SERVER, dataRoot, "people"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  server = started;
  return new Promise((resolve, reject) => {
    createInterface({ input: started.stdout }).on("line", (line) => line.startsWith("{") && resolve(JSON.parse(line)));
    started.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
}

async function killServer(): Promise<void> {
  const killed = server;
  server = null;
  if (!killed || killed.exitCode !== null || killed.signalCode !== null) return;
  const ended = new Promise((resolve) => killed.once("exit", resolve));
  killed.kill("SIGKILL");
  await ended;
}

function karyoloop(root: string, ...args: string[]): ChildProcess & { ended: Promise<{ code: number; said: string }> } {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { ...process.env, KARYOLOOP_DATA: root },
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text) => {
      said += text;
    });
  const ended = new Promise<{ code: number; said: string }>((resolve) =>
    child.once("close", (code) => resolve({ code: code ?? -1, said })),
  );
  return Object.assign(child, { ended });
}

function openPage(
  at: { address: string; cookie: string; volumeId: string },
  outbox: MemoryOutboxStore,
): CollabDocument {
  const document = openCollabClient({
    address: () => at.address,
    cookie: () => at.cookie,
    volumeId: at.volumeId,
    shapeZyx,
    outbox,
    // Also small acts send their voxels as blobs.
    planLimits: { bodyBytes: 64, inlineRecords: 1 },
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

/** Null for a moment where strokes come faster than a busy server hands out numbers. */
function takeLabel(document: CollabDocument): number | null {
  try {
    return document.newLabel();
  } catch (error) {
    if (isProblem(error) && error.tag === "labels-used-up") return null;
    throw error;
  }
}

/** One stroke of its own row and label per call; every third is an act of many pieces. */
function createPainter(document: CollabDocument, first: number) {
  const strokes: { label: number; z: number; y: number }[] = [];
  return {
    strokes,
    paint() {
      const at = first + strokes.length;
      const [z, y] = [Math.floor(at / 80), at % 80];
      const label = takeLabel(document);
      if (label === null) return;
      strokes.push({ label, z, y });
      const pieces = strokes.length % 3 === 0 ? Array.from({ length: 40 }, (_, i) => [z, y, 3 * i, 3 * i + 2]) : [];
      const runs = Int32Array.from([...pieces, [z, y, 120, 135]].flat());
      void document.commit({ name: "brush", records: [{ kind: "paint", label, runs }] });
    },
  };
}

async function readStrokes(document: CollabDocument, painter: ReturnType<typeof createPainter>): Promise<boolean[]> {
  await document.loadBricks([0, 1].flatMap((by) => [0, 1, 2].map((bx) => brickKeyOf(0, by, bx))));
  return painter.strokes.map(({ label, z, y }) => {
    const voxels = document.readBrick(brickKeyOf(0, Math.floor(y / 64), 1));
    return voxels?.[125 - 64 + (y % 64) * 64 + z * 4096] === label;
  });
}

it("a backup amid strokes, the data destroyed, the backup brought back: all that was saved is there", {
  timeout: 240_000,
}, async () => {
  const running = await startPainted();
  const image = `${imagePrefix(running.volumeId)}zarr.json`;
  await createFolderStore(path.join(dataRoot, "blobs")).put(image, Uint8Array.of(123, 125));
  const at = (person: number) => ({ ...running, cookie: running.cookies[person] });
  const [ada, ben] = [openPage(at(0), new MemoryOutboxStore()), openPage(at(1), new MemoryOutboxStore())];
  await Promise.all([saved(ada), saved(ben)]);
  const painters = [createPainter(ada, 0), createPainter(ben, 1000)];
  for (let i = 0; i < 30; i++) for (const { paint } of painters) paint();
  await Promise.all([saved(ada), saved(ben)]);
  const savedBefore = painters.map(({ strokes }) => strokes.length);

  const painting = setInterval(() => {
    for (const { paint, strokes } of painters) if (strokes.length < 900) paint();
  }, 15);
  const backup = await karyoloop(dataRoot, "backup").ended.finally(() => clearInterval(painting));
  expect(backup).toMatchObject({ code: 0, said: expect.stringMatching(/karyoloop-backup-\d{4}-\d\d-\d\d\.tar: /) });
  expect(painters[0].strokes.length).toBeGreaterThan(savedBefore[0]);
  await killServer();
  for (const page of pages.splice(0)) page.close();
  await rm(dataRoot, { recursive: true, maxRetries: 20, retryDelay: 100 });

  const [file] = (await readdir(folder)).filter((name) => name.endsWith(".tar"));
  expect((await stat(path.join(folder, file))).mode & 0o777).toBe(0o600);
  const root = path.join(folder, "b");
  const restored = await karyoloop(root, "restore", file).ended;
  expect(restored).toMatchObject({ code: 0, said: expect.stringContaining("whole and unchanged") });

  const { address, services, close } = await startServer(
    readEnvironment({ KARYOLOOP_DATA: root, PORT: "0", KARYOLOOP_TRAINER: "none", NODE_ENV: "test" }),
    async () => null,
  );
  try {
    expect(await services.authentication.userOf({ cookie: running.cookies[0] })).toBeNull();
    const cookie = await signIn(address, "ada@example.org");
    const page = openPage({ address, cookie, volumeId: running.volumeId }, new MemoryOutboxStore());
    await saved(page);
    for (const [person, painter] of painters.entries()) {
      const there = await readStrokes(page, painter);
      expect(there.slice(0, savedBefore[person]), "saved before").not.toContain(false);
      // Of what was painted meanwhile, everything up to one moment.
      expect(there.slice(there.indexOf(false)), "one moment").not.toContain(true);
    }
    expect(await findMissingBlobs(services.blobs, await findNamedBlobs(services.db), 10)).toEqual([]);
    expect((await services.connection.pool.query("select from label_blob")).rowCount).toBeGreaterThan(10);
    page.close();
  } finally {
    await close();
  }
});

it("Ctrl-C in a backup, and in a restore, leaves nothing half; a killed restore keeps servers out", {
  timeout: 120_000,
}, async () => {
  const environment = (root: string) =>
    readEnvironment({ KARYOLOOP_DATA: root, PORT: "0", KARYOLOOP_TRAINER: "none", NODE_ENV: "test" });
  const running = await startServer(environment(dataRoot), async () => null);
  await running.services.authentication.createUser({ name: "A", email: "a@example.org", password: "correct horse" });
  await running.close();
  const passphrase = path.join(folder, "passphrase");
  await writeFile(passphrase, "five random words of mine\n", { mode: 0o600 });
  const file = path.join(folder, "copy.tar.enc");
  const made = await karyoloop(dataRoot, "backup", "--passphrase-file", passphrase, file).ended;
  expect(made).toMatchObject({ code: 0, said: expect.stringContaining("encrypted") });

  const content = async () => (await readdir(folder)).sort();
  const before = await content();
  const stopped = karyoloop(dataRoot, "backup", path.join(folder, "second.tar"));
  await waitFor(async () => (await content()).length > before.length, "a file that is being written", 30_000);
  stopped.kill("SIGINT");
  const { code } = await stopped.ended;
  // It may have been done already: then it is whole.
  expect(await content()).toEqual(code === 0 ? [...before, "second.tar"] : before);
  await rm(path.join(folder, "second.tar"), { force: true });

  const root = path.join(folder, "b");
  const restoring = () => karyoloop(root, "restore", "--passphrase-file", passphrase, file);
  const interrupted = restoring();
  await waitFor(() => stat(path.join(root, "postgres")).then(Boolean, () => false), "a restore that has begun", 30_000);
  interrupted.kill("SIGINT");
  expect((await interrupted.ended).code).not.toBe(0);
  expect(await content()).toEqual(before);

  const killed = restoring();
  await waitFor(() => stat(path.join(root, "postgres")).then(Boolean, () => false), "a restore that has begun", 30_000);
  killed.kill("SIGKILL");
  await killed.ended;
  await expect(startServer(environment(root), async () => null)).rejects.toThrow(/run npx karyoloop restore again/);
  expect(await restoring().ended).toMatchObject({ code: 0 });
  const again = await startServer(environment(root), async () => null);
  await signIn(again.address, "a@example.org", "correct horse").finally(() => again.close());
});
