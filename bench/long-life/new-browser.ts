import type { CollabDocument } from "../../core/sync/create-label-document.ts";
import { allBrickKeys } from "../../core/sync/record/label-grid.ts";
import { MemoryOutboxStore, openCollabClient } from "../../server/collab/testing/collab-client.ts";
import { waitFor } from "../../server/collab/testing/wait-for.ts";
import { SeededRandom } from "../co-editing/seeded-random.ts";
import { workloadShapeZyx } from "./annotation-workload.ts";

/** A page in a process of its own: `new-browser.ts <address> <cookie> <volume>`. Prints what it took as one line of JSON. */
const [address, cookie, volumeId] = process.argv.slice(2);
const BOUND_MS = 120_000;
const STROKES = 400;
/** A screen's worth, as panes load them. */
const LOADED = 40;

let received = 0;
const plainFetch = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const response = await plainFetch(input, init);
  received += Number(response.headers.get("content-length") ?? 0);
  return response;
};

function heldMb(): number {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

const p95 = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)];

const empty = heldMb();
const before = process.cpuUsage();
const document: CollabDocument = openCollabClient({
  address: () => address,
  cookie: () => cookie,
  volumeId,
  shapeZyx: workloadShapeZyx,
  outbox: new MemoryOutboxStore(),
  onReceived: (bytes) => {
    received += bytes;
  },
});
const saved = () =>
  waitFor(
    () => document.saveState.kind === "saved",
    () => JSON.stringify(document.saveState),
    BOUND_MS,
  );
await document.start();
await saved();
const { user, system } = process.cpuUsage(before);
const [syncBytes, syncCpuMs] = [received, (user + system) / 1000];
const clientHeapMb = heldMb() - empty;

const keys = allBrickKeys({ shapeZyx: workloadShapeZyx, brickSize: 64 }).slice(0, LOADED);
await document.loadBricks(keys);
const random = new SeededRandom(3);
const label = document.newLabel();
const localMs: number[] = [];
const undoMs: number[] = [];
for (let i = 0; i < STROKES; i++) {
  const [z, y, x] = [random.below(60), 10 + random.below(230), 10 + random.below(480)];
  const runs = Array.from({ length: 15 }, (_, dy) => [z, y + dy, x, x + 12]).flat();
  const from = performance.now();
  void document.commit({ name: "brush", records: [{ kind: "paint", label, runs: Int32Array.from(runs) }] });
  localMs.push(performance.now() - from);
  if (i % 2 === 0) {
    const undoFrom = performance.now();
    document.undo();
    undoMs.push(performance.now() - undoFrom);
  }
  // Nobody paints faster than this.
  if (i % 4 === 3) await saved();
}
await saved();
console.log(JSON.stringify({ syncBytes, syncCpuMs, clientHeapMb, localMsP95: p95(localMs), undoMsP95: p95(undoMs) }));
document.close();
process.exit();
