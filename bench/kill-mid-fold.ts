import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { CollabDocument } from "../core/sync/create-label-document.ts";
import { brickKeyOf } from "../core/volume/brick.ts";
import { MemoryOutboxStore, openCollabClient } from "../server/collab/testing/collab-client.ts";
import { waitFor } from "../server/collab/testing/wait-for.ts";
import { typescriptArguments } from "../server/supervisor/typescript-arguments.mjs";

/**
 * `kill -9` of a real server at every step of a fold, then of a repair: `node --import tsx bench/kill-mid-fold.ts`. After
 * each, the server starts again on the same folder, and a new page must see what was acknowledged, once. Ends with 1 when
 * something was lost or is there twice.
 */
const SCRIPT = fileURLToPath(new URL("../server/collab/testing/server-process.ts", import.meta.url));
const shapeZyx = [30, 80, 140] as const;
const keys = [0, 1, 2].flatMap((bx) => [brickKeyOf(0, 0, bx), brickKeyOf(0, 1, bx)]);
const BOUND_MS = 120_000;

const dataRoot = await mkdtemp(path.join(os.tmpdir(), "kl-"));
let child: ChildProcess | null = null;
const told: { address: string; cookies: string[]; volumeId: string; folded: boolean } = {
  ...{ address: "", cookies: [], volumeId: "", folded: false },
};

async function start(people: boolean): Promise<void> {
  told.folded = false;
  let isUp = false;
  child = spawn(process.execPath, [...typescriptArguments, SCRIPT, dataRoot, ...(people ? ["people"] : [])], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  if (!child.stdout) throw new Error("no output");
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (!line.startsWith("{")) return;
    const said = JSON.parse(line);
    isUp ||= "address" in said;
    Object.assign(told, said);
  });
  await waitFor(() => isUp, "a server", BOUND_MS);
}

const isDead = () => child?.exitCode !== null || child?.signalCode !== null;

const say = (line: string) => child?.stdin?.write(`${line}\n`);

async function stop(): Promise<void> {
  if (!child || isDead()) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

const saved = (document: CollabDocument) =>
  waitFor(
    () => document.saveState.kind === "saved",
    () => JSON.stringify(document.saveState),
    BOUND_MS,
  );

async function open(person: number): Promise<CollabDocument> {
  const document = openCollabClient({
    address: () => told.address,
    cookie: () => told.cookies[person],
    volumeId: told.volumeId,
    shapeZyx,
    outbox: new MemoryOutboxStore(),
  });
  await document.start();
  await saved(document);
  await document.loadBricks(keys);
  return document;
}

/** Rows are counted slice by slice: none is painted twice, since an undo would bring back what was there. */
const placeOf = (row: number) => ({ z: Math.floor(row / shapeZyx[1]), y: row % shapeZyx[1] });

function labelAt(document: CollabDocument, row: number): number | undefined {
  const { z, y } = placeOf(row);
  return document.readBrick(brickKeyOf(0, Math.floor(y / 64), 0))?.[60 + ((y % 64) + z * 64) * 64];
}

await start(true);
const expected = new Map<number, number>();
const wrong: string[] = [];
let kills = 0;
let row = 0;
for (let step = 0, isOver = false; !isOver; step++) {
  const page = await open(0);
  const [kept, undoneLater, undone] = [row++, row++, row++];
  for (const painted of [kept, undone, undoneLater]) {
    const label = page.newLabel();
    expected.set(painted, painted === kept ? label : 0);
    const { z, y } = placeOf(painted);
    const record = { kind: "paint", label, runs: Int32Array.from([z, y, 55, 75]) } as const;
    await page.commit({ name: "brush", records: [record] });
    if (painted === undone) page.undo();
  }
  await page.commit({ name: "accept", records: [{ kind: "field", label: 1, field: "status", value: `step ${step}` }] });
  await saved(page);
  say(`fold ${told.volumeId} ${step}`);
  await waitFor(() => told.folded || isDead(), "a fold or its end", BOUND_MS);
  // What was folded is undone: the next step may come in this repair.
  page.undo(); // the status
  page.undo();
  if (!isDead()) await saved(page).catch(() => {});
  await waitFor(() => isDead() || labelAt(page, undoneLater) === 0, "a repair or its end", BOUND_MS);
  if (isDead()) {
    kills++;
    await start(false);
    await saved(page);
    await waitFor(() => labelAt(page, undoneLater) === 0, "the undo after the restart", BOUND_MS);
  } else if (step > 4) {
    isOver = true;
    // The step may still come in a later fold, while nobody looks.
    await stop();
    await start(false);
    await saved(page);
  }
  page.close();
  const later = await open(1);
  await waitFor(
    () => [...expected].every(([painted, label]) => labelAt(later, painted) === label),
    "the same labels",
    BOUND_MS,
  ).catch(() => {
    for (const [painted, label] of expected)
      if (labelAt(later, painted) !== label)
        wrong.push(`step ${step}: row ${painted} is ${labelAt(later, painted)}, not ${label}`);
  });
  later.close();
  console.log(`step ${step}: ${isOver ? "not reached" : "killed"}, ${wrong.length} wrong`);
}
console.log(JSON.stringify({ kills, wrong }));
await stop();
await rm(dataRoot, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
process.exit(wrong.length > 0 ? 1 : 0);
