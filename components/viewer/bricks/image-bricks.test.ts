import { afterEach, describe, expect, it, vi } from "vitest";
import { Problem } from "../../../core/problem.ts";
import { BRICK_VOXELS, brickKeyOf } from "../../../core/volume/brick.ts";
import type { ImageSource } from "../viewer-contract.ts";
import { type BrickVoxels, imageBrickId } from "./brick-state.ts";
import type { ChunkTransport } from "./chunk-workers.ts";
import { ImageBricks } from "./image-bricks.ts";

const image: ImageSource = {
  volumeId: "v",
  pixelType: "uint8",
  shapeZyx: [64, 128, 640],
  voxelSizeZyx: [1, 0.5, 0.4],
  levels: [{ scaleLevel: 0, shapeZyx: [64, 128, 640], factorZyx: [1, 1, 1] }],
  chunkUrl: (level, bz, by, bx) => `${level}/${bz}/${by}/${bx}`,
  contrast: [0, 1],
  histogram: [],
  histogramRange: [0, 1],
};

/** A network whose answers the test gives by hand. */
function createManualTransport() {
  const open = new Map<
    string,
    { resolve: (v: BrickVoxels) => void; reject: (p: Problem) => void; signal: AbortSignal }
  >();
  const asked: string[] = [];
  const transport: ChunkTransport = {
    load: (url, _type, signal) =>
      new Promise((resolve, reject) => {
        asked.push(url);
        open.set(url, { resolve, reject, signal });
        signal.addEventListener("abort", () => open.delete(url));
      }),
    dispose: () => undefined,
  };
  const settle = async () => {
    for (let i = 0; i < 6; i++) await Promise.resolve();
  };
  return {
    transport,
    asked,
    open,
    async answer(url: string, voxels: BrickVoxels = new Uint8Array(BRICK_VOXELS)) {
      open.get(url)?.resolve(voxels);
      open.delete(url);
      await settle();
    },
    async fail(url: string, tag: string) {
      open.get(url)?.reject(new Problem({ tag, what: "no" }));
      open.delete(url);
      await settle();
    },
  };
}

const idAt = (bx: number) => imageBrickId(0, brickKeyOf(0, 0, bx));
const wish = (bx: number, priority: number) => ({ id: idAt(bx), priority });

afterEach(() => vi.useRealTimers());

describe("image bricks", () => {
  it("asks for the most urgent first, few at a time, and aborts what nobody wants any more", async () => {
    const net = createManualTransport();
    const bricks = new ImageBricks(image, net.transport, { maxLoading: 2 });
    bricks.want("xy", [wish(1, 30), wish(2, 10), wish(3, 20)]);
    expect(net.asked).toEqual(["0/0/0/2", "0/0/0/3"]);
    expect([1, 2, 3, 4].map((bx) => bricks.stateOf(idAt(bx)))).toEqual(["queued", "loading", "loading", "idle"]);

    const { signal } = net.open.get("0/0/0/3")!;
    bricks.want("xy", [wish(2, 1), wish(4, 2)]);
    expect(signal.aborted).toBe(true);
    expect(net.asked.slice(2)).toEqual(["0/0/0/4"]);
    expect(bricks.stateOf(idAt(3))).toBe("idle");
  });

  it("serves several consumers: a wish stays while anybody has it, with its most urgent priority", async () => {
    const net = createManualTransport();
    const bricks = new ImageBricks(image, net.transport, { maxLoading: 1 });
    bricks.want("xy", [wish(0, 0), wish(5, 9), wish(6, 8)]);
    bricks.want("xz", [wish(5, 1)]);
    await net.answer("0/0/0/0");
    expect(net.asked.at(-1)).toBe("0/0/0/5");
    bricks.want("xy", []);
    expect(net.open.has("0/0/0/5")).toBe(true);
    bricks.want("xz", []);
    expect(net.open.size).toBe(0);
  });

  it("keeps the bricks of every channel: going back to one asks for nothing, and nobody waits for those of the next", async () => {
    const net = createManualTransport();
    const of = {
      ...image,
      chunkUrl: (l: number, z: number, y: number, x: number, c = 0) => `${c}:${l}/${z}/${y}/${x}`,
    };
    const bricks = new ImageBricks(of, net.transport, { maxLoading: 1 });
    const key = brickKeyOf(0, 1, 2);
    const wishes = (drawn: number, next: number) => [
      { id: imageBrickId(0, key, next), priority: 4, inBackground: true },
      { id: imageBrickId(0, key, drawn), priority: 1 },
    ];
    bricks.want("xy", wishes(0, 2));
    expect(net.asked).toEqual(["0:0/0/1/2"]);
    await net.answer("0:0/0/1/2");
    expect(bricks.progress()).toMatchObject({ wanted: 1, ready: 1 });
    expect(net.asked.at(-1)).toBe("2:0/0/1/2");
    const { signal } = net.open.get("2:0/0/1/2")!;
    bricks.want("xy", wishes(2, 0));
    expect(signal.aborted).toBe(false);
    expect(bricks.progress()).toMatchObject({ wanted: 1, ready: 0 });
    await net.answer("2:0/0/1/2", new Uint8Array(BRICK_VOXELS).fill(9));
    bricks.want("xy", wishes(0, 2));
    expect(net.asked).toHaveLength(2);
    expect([0, 1, 2].map((channel) => bricks.read(0, key, channel)?.[0])).toEqual([0, undefined, 9]);
  });

  it("reads a chunk that does not exist as zeros, at no cost of memory", async () => {
    const net = createManualTransport();
    const bricks = new ImageBricks(image, net.transport);
    bricks.want("xy", [wish(0, 0)]);
    expect(bricks.read(0, brickKeyOf(0, 0, 0))).toBeUndefined();
    await net.answer("0/0/0/0", null);
    expect(bricks.read(0, brickKeyOf(0, 0, 0))).toBeNull();
    expect(bricks.cachedBytes).toBe(0);
  });

  it("stays within its bytes, evicts the unwanted, and lets wishes beyond the bound wait", async () => {
    const net = createManualTransport();
    const bricks = new ImageBricks(image, net.transport, { maxBytes: 3 * BRICK_VOXELS, maxLoading: 10 });
    bricks.want("xy", [wish(0, 0), wish(1, 1), wish(2, 2), wish(3, 3), wish(4, 4)]);
    expect(net.asked).toHaveLength(3);
    for (const bx of [0, 1, 2]) await net.answer(`0/0/0/${bx}`);
    bricks.want("xy", [wish(2, 0), wish(5, 1)]);
    await net.answer("0/0/0/5");
    expect(bricks.cachedBytes).toBe(3 * BRICK_VOXELS);
    expect([0, 1, 2, 5].map((bx) => bricks.stateOf(idAt(bx)))).toEqual(["evicted", "ready", "ready", "ready"]);
  });

  it("tries an unreachable chunk again with pauses, then says so, and again when the person asks", async () => {
    vi.useFakeTimers();
    const net = createManualTransport();
    const bricks = new ImageBricks(image, net.transport, { retryMs: [100, 300] });
    const heard: number[] = [];
    bricks.onChanged((ids) => heard.push(...ids));
    bricks.want("xy", [wish(0, 0)]);
    await net.fail("0/0/0/0", "chunk-unreachable");
    expect(bricks.stateOf(idAt(0))).toBe("queued");
    bricks.want("xy", [wish(0, 0), wish(1, 1)]); // other wishes do not cut the pause short
    expect(net.asked.filter((url) => url === "0/0/0/0")).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(net.asked.filter((url) => url === "0/0/0/0")).toHaveLength(2);
    await net.fail("0/0/0/0", "chunk-unreachable");
    await vi.advanceTimersByTimeAsync(300);
    await net.fail("0/0/0/0", "chunk-unreachable");
    expect(bricks.stateOf(idAt(0))).toBe("failed");
    expect(bricks.progress()).toMatchObject({ wanted: 2, failed: 1, problem: { tag: "chunk-unreachable" } });
    expect(heard).toEqual([idAt(0)]);

    bricks.retryFailed();
    expect(bricks.stateOf(idAt(0))).toBe("loading");
    await net.answer("0/0/0/0");
    expect(bricks.progress()).toMatchObject({ ready: 1, failed: 0, problem: null });
  });

  it("does not try a damaged chunk again", async () => {
    const net = createManualTransport();
    const bricks = new ImageBricks(image, net.transport);
    bricks.want("xy", [wish(0, 0)]);
    await net.fail("0/0/0/0", "chunk-gzip");
    expect(bricks.stateOf(idAt(0))).toBe("failed");
  });

  it("is silent after it was disposed", async () => {
    const net = createManualTransport();
    const bricks = new ImageBricks(image, net.transport);
    const heard: number[] = [];
    bricks.onChanged((ids) => heard.push(...ids));
    bricks.want("xy", [wish(0, 0)]);
    const { signal } = net.open.get("0/0/0/0")!;
    bricks.dispose();
    expect(signal.aborted).toBe(true);
    expect(heard).toEqual([]);
  });
});
