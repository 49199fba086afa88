import { afterEach, describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import type { BrickChange } from "../../../core/edit/label-document.ts";
import { createSeededRandom } from "../../../core/simulator/seeded-random.ts";
import { createLabelDocument } from "../../../core/sync/create-label-document.ts";
import { generationsOf, initialiseDocument } from "../../../core/sync/document/document-layout.ts";
import type { LinkEvents } from "../../../core/sync/link/link.ts";
import { planRecord } from "../../../core/sync/record/plan-act.ts";
import { recordIdOf } from "../../../core/sync/record/record.ts";
import { encodeRecord } from "../../../core/sync/record/record-codec.ts";
import { actsInMemory } from "../../../core/sync/unsent/undo-stack.ts";
import { brickKeyOf } from "../../../core/volume/brick.ts";
import type { LabelLayer } from "../viewer-contract.ts";
import { DrawnLayers } from "./drawn-layers.ts";

/*
 * What a page shows of strokes that others make while bricks are loaded, evicted, lost on the way and given up: the
 * document, its loader and the viewer's layers as they are; the judge is one flat array painted in the order of strokes.
 */
const SIZE = 16;
const [NZ, NY, NX] = [12, 60, 76];
const grid = { shapeZyx: [NZ, NY, NX], brickSize: SIZE } as const;
const COLUMNS = Math.ceil(NX / SIZE);
const ROWS = Math.ceil(NY / SIZE);
/** Bricks of one screen; two screens do not fit into the loader, and all bricks at once by far not. */
const SCREEN = 6;
const ALL = ROWS * COLUMNS;
const CAPACITY = 8;
const STROKES = 60;

const baseAt = (z: number, y: number, x: number): number => ((z + y + x) % 5 === 0 ? 7 : 0);

function baseBrick(by: number, bx: number): Uint32Array {
  const voxels = new Uint32Array(SIZE ** 3);
  for (let z = 0; z < SIZE; z++)
    for (let y = 0; y < SIZE; y++)
      for (let x = 0; x < SIZE; x++) voxels[x + y * SIZE + z * SIZE * SIZE] = baseAt(z, by * SIZE + y, bx * SIZE + x);
  return voxels;
}

interface Weather {
  /** Share of requests that the network loses. */
  readonly lost: number;
  readonly screen?: number;
}

async function play(seed: number, weather: Weather) {
  const { screen: bricksOnScreen = SCREEN } = weather;
  const random = createSeededRandom(seed);
  const pick = (n: number) => Math.min(n - 1, Math.floor(random.uniform() * n));
  const truth = new Uint32Array(NZ * NY * NX).map((_, i) =>
    baseAt(Math.floor(i / (NY * NX)), Math.floor(i / NX) % NY, i % NX),
  );
  const server = new Y.Doc();
  initialiseDocument(server, grid, "server");
  const all = Array.from({ length: ALL }, (_, i) => brickKeyOf(0, Math.floor(i / COLUMNS), i % COLUMNS));
  let isCalm = false;
  let requests = 0;
  const connection: { doc?: Y.Doc; events?: LinkEvents } = {};
  const document = createLabelDocument(
    { volumeId: "v", ...grid, voxelSizeZyx: [2, 1, 1], who: {}, maxLoadedBricks: CAPACITY },
    {
      outbox: {
        load: async () => [],
        append: async () => {},
        replace: async () => {},
        remove: async () => {},
        loadQuarantine: async () => [],
        quarantine: async () => {},
        clearQuarantine: async () => {},
      },
      acts: actsInMemory(),
      startSession: async () => ({
        session: 9,
        epoch: 1,
        canEdit: true,
        firstLabel: 900,
        labelCount: 70,
        hasBase: true,
        historyDays: 30,
      }),
      openLink(_room, doc, _awareness, events) {
        Object.assign(connection, { doc, events });
        return { send: () => {}, close: () => {} };
      },
      fetchOccupied: async () => all,
      fetchFacts: async () => null,
      async fetchBrick(key, _rev, signal) {
        requests++;
        const isLost = !isCalm && random.uniform() < weather.lost;
        await new Promise((resolve) => setTimeout(resolve, pick(400)));
        signal?.throwIfAborted();
        if (isLost) throw new TypeError("Failed to fetch");
        const at = all.indexOf(key);
        return baseBrick(Math.floor(at / COLUMNS), at % COLUMNS);
      },
      fetchBlob: () => Promise.reject(new Error("no blobs here")),
      uploadBlob: () => Promise.reject(new Error("no blobs here")),
      schedule(task, delayMs) {
        const timer = setTimeout(task, delayMs);
        return () => clearTimeout(timer);
      },
      now: () => new Date(0),
    },
  );
  await document.start();

  const layer: LabelLayer = {
    id: "labels",
    source: document,
    visible: true,
    opacity: 1,
    outlinesOnly: false,
    styleRevision: 1,
    styleOf: () => ({ rgb: [1, 2, 3], visible: true, hatched: false }),
  };
  /** As a pane does: copies what changed when it is told, and asks for bricks that are gone. */
  const screen = new Map<number, Uint32Array | null>();
  let visible: number[] = [];
  const copy = (key: number) => screen.set(key, document.readBrick(key)?.slice() ?? null);
  const onVoxels = (_id: string, changes: readonly BrickChange[]) => {
    const mine = changes.filter(({ key }) => visible.includes(key));
    for (const { key } of mine) copy(key);
    if (mine.some(({ box }) => box === null)) layers.show(layer, "xy", visible, [1, 1, 1]);
  };
  let layers = new DrawnLayers({ onVoxels, onStyle: () => {}, onProblem: () => {} });
  const look = (from: number) => {
    visible = all.slice(from, from + bricksOnScreen);
    screen.clear();
    for (const key of visible) copy(key);
    layers.show(layer, "xy", visible, [1, 1, 1]);
  };
  layers.set([layer]);
  look(0);

  const sync = () => {
    if (!connection.doc) throw new Error("there is no connection");
    const difference = Y.encodeStateAsUpdate(server, Y.encodeStateVector(connection.doc));
    Y.applyUpdate(connection.doc, difference, "server");
  };
  sync();
  connection.events?.onSynced();
  let seq = 0;
  const stroke = () => {
    const [label, z, y, x] = [1 + pick(200), pick(NZ), pick(NY), pick(NX)];
    const end = Math.min(NX, x + 1 + pick(30));
    const heights = Array.from({ length: Math.min(NY - y, 1 + pick(20)) }, (_, i) => y + i);
    for (const row of heights) truth.fill(label, (z * NY + row) * NX + x, (z * NY + row) * NX + end);
    const runs = Int32Array.from(heights.flatMap((row) => [z, row, x, end]));
    for (const { kind, body } of planRecord({ kind: "paint", label, runs }, grid)) {
      seq++;
      const stored = encodeRecord({ kind, session: 5, seq, stamp: seq }, body);
      generationsOf(server).get("1")?.set(recordIdOf(5, seq), stored);
    }
    sync();
  };
  for (let i = 0; i < STROKES; i++) {
    stroke();
    const chance = random.uniform();
    if (chance < 0.1) look(pick(all.length - bricksOnScreen + 1));
    // The viewer is made anew while its requests are under way: a page that is laid out again.
    if (chance > 0.95) {
      layers.dispose();
      layers = new DrawnLayers({ onVoxels, onStyle: () => {}, onProblem: () => {} });
      layers.set([layer]);
      look(pick(all.length - bricksOnScreen + 1));
    }
    await vi.advanceTimersByTimeAsync(pick(300));
  }
  // Nobody presses anything any more; the network is well again.
  isCalm = true;
  await vi.advanceTimersByTimeAsync(60_000);
  const digest = (voxelOf: (key: number, z: number, y: number, x: number) => number | undefined) =>
    visible
      .map((key) => {
        const at = all.indexOf(key);
        const [y0, x0] = [Math.floor(at / COLUMNS) * SIZE, (at % COLUMNS) * SIZE];
        const rows: string[] = [];
        for (let z = 0; z < NZ; z++)
          for (let y = y0; y < Math.min(NY, y0 + SIZE); y++)
            for (let x = x0; x < Math.min(NX, x0 + SIZE); x++) rows.push(String(voxelOf(key, z, y, x)));
        return rows.join();
      })
      .join("\n");
  const problem = layers.problem;
  const isHeld = visible.every((key) => document.readBrick(key) !== undefined);
  layers.dispose();
  document.close();
  return {
    requests,
    isHeld,
    shown: digest((key, z, y, x) => screen.get(key)?.[(x % SIZE) + (y % SIZE) * SIZE + z * SIZE * SIZE]),
    expected: digest((_key, z, y, x) => truth[(z * NY + y) * NX + x]),
    problem,
  };
}

describe("strokes of others", () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it.each([
    ["on a good network", { lost: 0 }],
    ["on a network that loses requests", { lost: 0.3 }],
    ["on a network that is nearly gone", { lost: 0.9 }],
  ])("are all on the screen in the end, %s", async (_what, weather) => {
    vi.useFakeTimers();
    for (let seed = 1; seed <= 20; seed++) {
      const { shown, expected, problem } = await play(seed, weather);
      expect(shown === expected, `seed ${seed}`).toBe(true);
      expect(problem).toBeNull();
    }
  });

  it("are all on the screen where it shows far more bricks than are kept, and each brick is asked for once", async () => {
    vi.useFakeTimers();
    for (let seed = 1; seed <= 10; seed++) {
      const { shown, expected, requests, isHeld } = await play(seed, { lost: 0, screen: ALL });
      expect(shown === expected, `seed ${seed}`).toBe(true);
      expect(isHeld, `seed ${seed}`).toBe(true);
      // A viewer that is made anew gives up what is under way: those come once more.
      expect(requests, `seed ${seed}`).toBeLessThan(2 * ALL);
    }
  });

  it("are the same where the collector takes inflated records away at once", async () => {
    class Forgotten {
      deref(): undefined {}
    }
    vi.stubGlobal("WeakRef", Forgotten);
    vi.useFakeTimers();
    const { shown, expected } = await play(99, { lost: 0.2 });
    expect(shown === expected).toBe(true);
  });
});
