import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { BrickChange } from "../../../core/edit/label-document.ts";
import { BRICK_VOXELS, type BrickKey, brickKeyOf, indexInBrick } from "../../../core/volume/brick.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { LabelLayer } from "../viewer-contract.ts";
import { LabelSurfaces } from "./label-surfaces.ts";
import type { MeshReply, MeshRequest } from "./mesh-messages.ts";

/** A worker in the test's hands. */
class ManualWorker {
  static readonly all: ManualWorker[] = [];
  readonly told: MeshRequest[] = [];
  isEnded = false;
  onmessage: ((event: { data: MeshReply }) => void) | null = null;
  onerror: ((event: { preventDefault(): void }) => void) | null = null;

  constructor() {
    ManualWorker.all.push(this);
  }

  postMessage(request: MeshRequest): void {
    this.told.push(request);
  }

  terminate(): void {
    this.isEnded = true;
  }

  fail(): void {
    this.onerror?.({ preventDefault: () => {} });
  }

  answer(key: BrickKey): void {
    this.onmessage?.({ data: { layer: 0, key, surface: null } });
  }

  /** Labels that it has been told of, brick by brick. */
  labels(): Map<BrickKey, number[]> {
    const bricks = new Map<BrickKey, number[]>();
    for (const request of this.told)
      if (request.kind === "brick") bricks.set(request.key, [...new Set(request.samples ?? [])].filter(Boolean).sort());
    return bricks;
  }
}

const shapeZyx: Zyx = [40, 64, 150];
const [left, right] = [brickKeyOf(0, 0, 0), brickKeyOf(0, 0, 2)];
const worker = () => ManualWorker.all[ManualWorker.all.length - 1];

function openLabels() {
  const bricks = new Map<BrickKey, Uint32Array>();
  const asked: BrickKey[] = [];
  const surfaces = new LabelSurfaces(
    () => {},
    (_layer, keys) => asked.push(...keys),
  );
  const layer = {
    id: "labels",
    source: { shapeZyx, voxelSizeZyx: [2, 0.5, 0.4], readBrick: (key: BrickKey) => bricks.get(key) },
  } as unknown as LabelLayer;
  surfaces.open(layer, [20, 32, 75]);
  return {
    surfaces,
    asked,
    /** Too many are loaded. */
    letGo: (key: BrickKey) => bricks.delete(key),
    changeUnloaded: (key: BrickKey) => surfaces.onVoxels("labels", [{ key, box: null }]),
    paint(key: BrickKey, label: number) {
      const voxels = bricks.get(key) ?? new Uint32Array(BRICK_VOXELS);
      bricks.set(key, voxels);
      voxels[indexInBrick(label % 40, 3, 5)] = label;
      const change: BrickChange = { key, box: null };
      surfaces.onVoxels("labels", [change]);
    },
  };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("Worker", ManualWorker);
  ManualWorker.all.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("surfaces of labels", () => {
  it("come for every stroke, also when the worker's script arrives only when the connection is back", async () => {
    const { paint, surfaces } = openLabels();
    paint(left, 70_001);
    await vi.advanceTimersByTimeAsync(500);
    expect(worker().labels()).toEqual(new Map([[left, [70_001]]]));
    for (let attempt = 1; attempt < 6; attempt++) {
      worker().fail();
      await vi.advanceTimersByTimeAsync(2500);
      expect(ManualWorker.all).toHaveLength(attempt + 1);
      expect(ManualWorker.all[attempt - 1].isEnded).toBe(true);
    }
    paint(right, 70_002);
    await vi.advanceTimersByTimeAsync(500);
    expect(worker().told[0]).toMatchObject({ kind: "open", shapeZyx });
    expect(worker().labels()).toEqual(new Map([[left, [70_001]], [right, [70_002]]])); // biome-ignore format: one line
    worker().answer(left);
    surfaces.dispose();
    expect(worker().isEnded).toBe(true);
  });

  it("do not make a worker that stops amid its work start for ever", async () => {
    const { surfaces } = openLabels();
    for (let crash = 0; crash < 8; crash++) {
      worker().answer(left);
      worker().fail();
      await vi.advanceTimersByTimeAsync(2500);
    }
    expect(ManualWorker.all).toHaveLength(4);
    surfaces.dispose();
  });

  it("ask again for bricks that went before their turn, and for those that change while they are not loaded", async () => {
    const { paint, letGo, changeUnloaded, asked, surfaces } = openLabels();
    paint(left, 70_001);
    letGo(left);
    await vi.advanceTimersByTimeAsync(500);
    expect(asked).toEqual([left]);
    paint(left, 70_001);
    await vi.advanceTimersByTimeAsync(500);
    letGo(left);
    await vi.advanceTimersByTimeAsync(500);
    expect([asked, worker().labels().get(left)]).toEqual([[left], [70_001]]);
    changeUnloaded(right);
    await vi.advanceTimersByTimeAsync(500);
    expect(asked).toEqual([left, right]);
    surfaces.dispose();
  });

  it("follow a hand that never rests within a second", async () => {
    const { paint, surfaces } = openLabels();
    await vi.advanceTimersByTimeAsync(300);
    const strokes = 12;
    for (let i = 1; i <= strokes; i++) {
      paint(left, i);
      await vi.advanceTimersByTimeAsync(100); // less than what counts as a rest
    }
    const shown = worker().labels().get(left) ?? [];
    expect(shown.length).toBeGreaterThan(5);
    expect(shown.length).toBeLessThan(strokes);
    await vi.advanceTimersByTimeAsync(300);
    expect(worker().labels().get(left)).toHaveLength(strokes);
    surfaces.dispose();
  });
});
