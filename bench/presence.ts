import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { CollabDocument } from "../core/sync/create-label-document.ts";
import type { Zyx } from "../core/volume/voxel-space.ts";
import { MemoryOutboxStore, openCollabClient } from "../server/collab/testing/collab-client.ts";
import { startWatchedServer } from "./abuse/watched-server.ts";
import { median, quantile } from "./page/quantile.ts";
import { ms, numberAfter, report } from "./page/report.ts";

/*
 * Many people with moving pointers in one volume, who paint: how long until a stroke is seen by somebody else.
 * `node --import tsx bench/presence.ts [--people 100] [--seconds 20] [--json FILE]`
 * Server in a process of its own, all people in this one, with the product's client code.
 */
const COMMAND = "node --import tsx bench/presence.ts";
const MUST_MS = 400;
/** Of all people together; a stroke of each needs a moment of every other's processor, which is here one and the same. */
const STROKES_PER_SECOND = 10;
const POINTER_MS = 200;

const people = numberAfter("--people", 100);
const seconds = numberAfter("--seconds", 20);
const dataRoot = await mkdtemp(path.join(os.tmpdir(), "kl-presence-"));
const server = await startWatchedServer(dataRoot);
const { volumeId, shapeZyx, honestCookies, cookies } = server.world;
const accounts = [...honestCookies, cookies.annotator];
/** They only look: a person has 32 sockets and no more. */
const VIEWERS = 10;
const painters = people - VIEWERS;
const somewhere = (): Zyx => [Math.random() * shapeZyx[0], Math.random() * shapeZyx[1], Math.random() * shapeZyx[2]];
const pages: CollabDocument[] = [];
const timers: NodeJS.Timeout[] = [];
try {
  for (let i = 0; i < people; i++) {
    const page = openCollabClient({
      address: server.address,
      cookie: () => (i < painters ? accounts[i % accounts.length] : cookies.viewer),
      volumeId,
      shapeZyx,
      outbox: new MemoryOutboxStore(),
    });
    pages.push(page);
    await page.start();
  }
  while (pages.some(({ saveState }) => !["saved", "read-only"].includes(saveState.kind))) await sleep(50);

  const measure = async () => {
    const seenMs: number[] = [];
    const sent = new Map<number, number>();
    // Seen where the record has reached the fold of another page: its bricks are told of then.
    const watcher = pages[people - 1];
    const stop = watcher.onBricksChanged(() => {
      for (const [label, at] of sent)
        if (watcher.fieldsOf(label).class) {
          seenMs.push(performance.now() - at);
          sent.delete(label);
        }
    });
    const began = performance.now();
    for (let i = 0; performance.now() - began < seconds * 1000; i++) {
      const page = pages[i % painters];
      const label = page.newLabel();
      const [z, y, x] = somewhere().map(Math.floor);
      sent.set(label, performance.now());
      void page.commit({
        name: "brush",
        records: [
          { kind: "field", label, field: "class", value: "seen" },
          { kind: "paint", label, runs: Int32Array.from([z, y, x, Math.min(shapeZyx[2], x + 20)]) },
        ],
      });
      await sleep(Math.max(0, began + ((i + 1) * 1000) / STROKES_PER_SECOND - performance.now()));
    }
    await sleep(3000);
    stop();
    return { medianMs: median(seenMs), p95Ms: quantile(seenMs, 0.95), seen: seenMs.length, unseen: sent.size };
  };
  const resting = await measure();
  for (const page of pages) {
    const crosshairZyx = somewhere();
    page.setPresence({ crosshairZyx, zoom: 2 });
    timers.push(setInterval(() => page.setPresence({ cursorZyx: somewhere(), pane: "xy" }), POINTER_MS));
  }
  const moving = await measure();
  report({ people, seconds, resting, moving, seenMsP95: moving.p95Ms }, [
    {
      what: `${people} people with moving pointers, ${STROKES_PER_SECOND} strokes a second: a stroke seen by another`,
      must: `p95 ≤ ${MUST_MS} ms`,
      command: COMMAND,
      figure: `median ${ms(moving.medianMs)}, p95 ${ms(moving.p95Ms)}; pointers at rest: median ${ms(resting.medianMs)}, p95 ${ms(resting.p95Ms)}`,
    },
  ]);
  process.exitCode = moving.p95Ms <= MUST_MS && moving.unseen === 0 ? 0 : 1;
} finally {
  for (const timer of timers) clearInterval(timer);
  for (const page of pages) page.close();
  await server.stop();
  await rm(dataRoot, { recursive: true, force: true, maxRetries: 5 });
}
process.exit();
