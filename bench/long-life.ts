import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import os from "node:os";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { baseOf, currentGenerationNumber } from "../core/sync/document/document-layout.ts";
import { recordIdOf } from "../core/sync/record/record.ts";
import { encodeRecord } from "../core/sync/record/record-codec.ts";
import { encodeState } from "../server/collab/event-loop/encode-state.ts";
import { nextTurn } from "../server/collab/event-loop/next-turn.ts";
import { startSession } from "../server/collab/journal/start-session.ts";
import { closeLiveVolumes, liveVolumesOf } from "../server/collab/live/live-volumes.ts";
import { freezeLabels } from "../server/collab/operations/freeze-labels.ts";
import { createReadyVolume } from "../server/collab/testing/collab-fixture.ts";
import { freezeProject } from "../server/snapshots/freeze-project.ts";
import { typescriptArguments } from "../server/supervisor/typescript-arguments.mjs";
import { startTestServer } from "../server/testing/test-server.ts";
import { AnnotationWorkload, workloadShapeZyx } from "./long-life/annotation-workload.ts";
import { median } from "./page/quantile.ts";

/**
 * What a volume costs after so many strokes of 20 people:
 * `node --expose-gc --import tsx bench/long-life.ts --strokes 300000 --json FILE`. The strokes go through the product's room,
 * journal, folds and PostgreSQL; a page of its own process measures what a new browser takes. Beside each figure that at
 * 10,000 strokes of the same run.
 */
const { values } = parseArgs({ options: { strokes: { type: "string" }, json: { type: "string" } } });
const strokes = Number(values.strokes ?? 10_000);
const BESIDE = 10_000;
const PER_TURN = 100;
const ANNOTATORS = 20;
/** The median counts: the collector of memory may fall into one of them. */
const OPENINGS = 5;

const bars = {
  documentBytes: 1_000_000,
  roomOpenCpuMs: 400,
  syncBytes: 1_500_000,
  syncCpuMs: 500,
  clientHeapMb: 60,
  serverRoomMb: 40,
  localMsP95: 1,
  undoMsP95: 2,
} as const;
type Figures = Record<keyof typeof bars, number>;

const server = await startTestServer();
const { services } = server;
const person = await server.signUp("Ada");
const projectId = await server.createProject("p", [[person, "owner"]]);
const volumeId = await createReadyVolume(services, { projectId, createdBy: person.id, shapeZyx: workloadShapeZyx });
const workload = new AnnotationWorkload(1, ANNOTATORS);
const live = () => liveVolumesOf(services).use(volumeId, async (live) => live);

const sessions: { session: number; seq: number; firstLabel: number }[] = [];
for (let i = 0; i < ANNOTATORS; i++) {
  const started = await startSession(services.db, volumeId, person.id, null);
  (await live()).room.addSession(started.row, started.labelCounter);
  sessions.push({ session: started.row.session, seq: 0, firstLabel: started.firstLabel });
}

async function paint(count: number): Promise<void> {
  for (let done = 0; done < count; done += PER_TURN) {
    const { room } = await live();
    await room.author((fold) =>
      Array.from({ length: Math.min(PER_TURN, count - done) }, (_, i) => {
        const { annotator, planned } = workload.next((who) => sessions[who].firstLabel);
        const author = sessions[annotator];
        const seq = ++author.seq;
        const header = { kind: planned.kind, session: author.session, seq, stamp: fold.highestStamp + 1 + i };
        return { id: recordIdOf(author.session, seq), stored: encodeRecord(header, planned.body) };
      }),
    );
    // No person paints faster than the base follows: what is due is folded first.
    while (currentGenerationNumber(room.doc) - baseOf(room.doc).foldedGeneration > 4) {
      await setTimeout(5);
    }
  }
}

const cpuMs = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};

function heldMb(): number {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}

async function newBrowser(): Promise<
  Pick<Figures, "syncBytes" | "syncCpuMs" | "clientHeapMb" | "localMsP95" | "undoMsP95">
> {
  const script = fileURLToPath(new URL("./long-life/new-browser.ts", import.meta.url));
  const child = spawn(
    process.execPath,
    ["--expose-gc", ...typescriptArguments, script, server.address, person.cookie, volumeId],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => line.startsWith("{") && resolve(JSON.parse(line)));
    child.once("exit", (code) => reject(new Error(`the page ended with ${code}`)));
  });
}

interface Freeze {
  /** The first copy of the labels, and the median of three more, where nothing has changed since. */
  readonly firstMs: number;
  readonly againMs: number;
}

/** How long a training's copy of the labels takes. */
async function freeze(projectOf: string): Promise<Freeze> {
  const times: number[] = [];
  for (let i = 0; i < 4; i++) {
    const from = performance.now();
    await freezeProject(services, { projectId: projectOf, reason: "export", createdBy: person.id });
    times.push(performance.now() - from);
  }
  return { firstMs: times[0], againMs: median(times.slice(1)) };
}

/** The same labels in a volume of their own, as an import leaves them. */
async function importedProject(): Promise<string> {
  const frozen = await freezeLabels(services, volumeId);
  const base = new Map<number, Uint32Array>();
  for (const key of frozen.brickKeys) {
    const voxels = await frozen.readBrick(key);
    if (voxels) base.set(key, voxels);
  }
  const imported = await server.createProject("imported", [[person, "owner"]]);
  await createReadyVolume(services, { projectId: imported, createdBy: person.id, shapeZyx: workloadShapeZyx, base });
  return imported;
}

async function measure(): Promise<Figures> {
  const { room } = await live();
  while (!room.isSettled) await setTimeout(5);
  const documentBytes = (await encodeState(room.doc, nextTurn)).length;
  const openings: number[] = [];
  for (let i = 0; i < OPENINGS; i++) {
    await closeLiveVolumes(services);
    const before = process.cpuUsage();
    await live();
    openings.push(cpuMs(before));
  }
  // Apart from the processor time: what is measured frees memory first, and goes on doing so beside what follows.
  await closeLiveVolumes(services);
  const without = heldMb();
  await live();
  return {
    documentBytes,
    roomOpenCpuMs: median(openings),
    serverRoomMb: heldMb() - without,
    ...(await newBrowser()),
  };
}

const began = performance.now();
await paint(Math.min(BESIDE, strokes));
const beside = await measure();
await paint(Math.max(0, strokes - BESIDE));
const figures = strokes > BESIDE ? await measure() : beside;
// The first of all starts the process that copies, and does not count.
await freeze(await importedProject());
const frozen = { painted: await freeze(projectId), imported: await freeze(await importedProject()) };
const { room } = await live();
const report = {
  strokes,
  ...figures,
  freeze: frozen,
  at10000: beside,
  folds: baseOf(room.doc).foldedGeneration,
  paintedPerSecond: Math.round(strokes / ((performance.now() - began) / 1000)),
  load: os.loadavg()[0],
};
console.log(JSON.stringify(report, null, 2));
let missed = false;
console.log(`| | at 10,000 | at ${strokes} | bar |\n|---|---|---|---|`);
for (const [name, bar] of Object.entries(bars) as [keyof typeof bars, number][]) {
  const isMissed = figures[name] > bar;
  missed ||= isMissed;
  console.log(
    `| ${name} | ${beside[name].toFixed(2)} | ${figures[name].toFixed(2)} | ≤ ${bar}${isMissed ? " missed" : ""} |`,
  );
}
for (const [name, of] of [
  ["frozen", "firstMs"],
  ["frozen again", "againMs"],
] as const)
  console.log(
    `| ${name}, ms | imported the same: ${frozen.imported[of].toFixed(0)} | ${frozen.painted[of].toFixed(0)} | not slower |`,
  );
if (values.json) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
await server.close();
process.exit(missed ? 1 : 0);
