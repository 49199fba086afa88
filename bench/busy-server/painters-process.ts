import { setTimeout as sleep } from "node:timers/promises";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { MemoryOutboxStore, openCollabClient } from "../../server/collab/testing/collab-client.ts";
import { createTestClient } from "../../server/testing/trpc-client.ts";

/**
 * Entry of the people of `bench/busy-server.ts` and `bench/many-people.ts`, away from the server's process: each has a page open, with
 * the product's client, the questions that an editor asks and its stream of events, and paints a stroke a second. The first in each
 * volume only watches.
 */
export interface PaintersTask {
  readonly address: string;
  readonly cookies: readonly string[];
  readonly projectId: string;
  /** People are dealt to them in turn. */
  readonly volumeIds: readonly string[];
  readonly shapeZyx: Zyx;
}

export type PaintersReport =
  | { readonly kind: "ready" }
  /** `dropped`: how often a page lost its connection. */
  | { readonly kind: "seen"; readonly seenMs: readonly number[]; readonly unseen: number; readonly dropped: number };

const STROKE_EVERY_MS = 1000;
const SETTLE_MS = 3000;
/** As often as a page gathers what events make stale. */
const GATHER_MS = 250;

let stopped = false;
const say = (report: PaintersReport): void => void process.send?.(report);

async function run({ address, cookies, projectId, volumeIds, shapeZyx }: PaintersTask): Promise<void> {
  const volumeOf = (i: number): string => volumeIds[i % volumeIds.length];
  const pages = cookies.map((cookie, i) =>
    openCollabClient({
      address: () => address,
      cookie: () => cookie,
      volumeId: volumeOf(i),
      shapeZyx,
      outbox: new MemoryOutboxStore(),
    }),
  );
  for (const [i, page] of pages.entries()) {
    await page.start();
    const volumeId = volumeOf(i);
    void keepFresh(createTestClient(address, cookies[i]), { address, cookie: cookies[i], projectId, volumeId });
  }
  while (pages.some(({ saveState }) => saveState.kind !== "saved")) await sleep(20);
  say({ kind: "ready" });

  let dropped = 0;
  for (const page of pages) {
    let wasOn = true;
    page.subscribe(() => {
      const isOn = page.saveState.kind !== "offline";
      if (wasOn && !isOn) dropped++;
      wasOn = isOn;
    });
  }
  const seenMs: number[] = [];
  /** When each label was painted, by volume: label values of two volumes may be the same. */
  const sentIn = volumeIds.map(() => new Map<number, number>());
  for (const [i, sent] of sentIn.entries()) {
    const watcher = pages[i];
    watcher.onBricksChanged(() => {
      for (const [label, at] of sent)
        if (watcher.fieldsOf(label).class) {
          seenMs.push(performance.now() - at);
          sent.delete(label);
        }
    });
  }
  const somewhere = (): Zyx => shapeZyx.map((size) => Math.floor(Math.random() * size)) as unknown as Zyx;
  const paint = async (page: (typeof pages)[number], sent: Map<number, number>, phaseMs: number) => {
    await sleep(phaseMs);
    while (!stopped) {
      const label = page.newLabel();
      const [z, y, x] = somewhere();
      sent.set(label, performance.now());
      void page.commit({
        name: "brush",
        records: [
          { kind: "field", label, field: "class", value: "seen" },
          { kind: "paint", label, runs: Int32Array.from([z, y, x, Math.min(shapeZyx[2], x + 20)]) },
        ],
      });
      page.setPresence({ cursorZyx: [z, y, x], pane: "xy" });
      await sleep(STROKE_EVERY_MS);
    }
  };
  await Promise.all(
    pages.flatMap((page, i) =>
      i < volumeIds.length ? [] : paint(page, sentIn[i % volumeIds.length], (i * STROKE_EVERY_MS) / pages.length),
    ),
  );
  await sleep(SETTLE_MS);
  say({ kind: "seen", seenMs, unseen: sentIn.reduce((sum, { size }) => sum + size, 0), dropped });
}

type Api = ReturnType<typeof createTestClient>;

/** Asks as a page does: all once, and again what an event without its change makes stale. */
async function keepFresh(
  api: Api,
  { address, cookie, projectId, volumeId }: { address: string; cookie: string; projectId: string; volumeId: string },
): Promise<void> {
  const questions: Readonly<Record<string, () => Promise<unknown>>> = {
    nuclei: () => api.nucleus.list.query({ volumeId }),
    training: () => api.training.activity.query({ projectId }),
    queue: () => api.queue.state.query({ volumeId }),
    proposals: () => api.proposal.current.query({ volumeId }),
    volume: () => api.volume.byId.query({ volumeId }),
    boxes: () => api.box.list.query({ volumeId }),
    export: () => api.export.list.query({ projectId }),
  };
  for (const ask of Object.values(questions)) await ask();
  const input = encodeURIComponent(JSON.stringify({ json: { projectId, volumeId } }));
  const response = await fetch(`${address}/trpc/event.ofProject?input=${input}`, {
    headers: { cookie, accept: "text/event-stream" },
  });
  const stale = new Set<string>();
  const gather = setInterval(() => {
    for (const topic of stale) void questions[topic]().catch(() => {});
    stale.clear();
  }, GATHER_MS);
  let rest = "";
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  while (reader && !stopped) {
    const { value, done } = await reader.read();
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const topic = /"topic":"(\w+)"/.exec(line)?.[1];
      const brings = /"(?:patch|counts|progress|metrics)":/.test(line);
      const ours = !line.includes('"volumeId"') || line.includes(volumeId);
      if (topic && topic in questions && !brings && ours) stale.add(topic);
    }
  }
  clearInterval(gather);
}

process.on("message", (message: PaintersTask | "stop") => {
  if (message === "stop") stopped = true;
  else
    run(message).catch((error) => {
      console.error(error);
      process.exit(1);
    });
});
process.on("disconnect", () => process.exit(0));
