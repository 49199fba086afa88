import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BRICK_VOXELS, brickKeyOf } from "../../../core/volume/brick.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { CHUNK_BOUND_MS, fetchChunk } from "../../viewer/bricks/fetch-chunk.ts";
import type { ImageSource } from "../../viewer/viewer-contract.ts";
import { FetchedImageVoxels } from "./fetched-image-voxels.ts";
import { FetchedLabelBricks } from "./fetched-label-bricks.ts";

const shapeZyx: Zyx = [70, 130, 200];
const voxelSizeZyx: Zyx = [2, 0.5, 0.4];
const requests: string[] = [];
let open = 0;
let mostOpen = 0;
let failing = false;
/** From this column on, one chunk is like the other. */
const FAR = 10;
const far = gzipSync(Buffer.from(new Uint32Array(BRICK_VOXELS).fill(9).buffer));

/** Chunks whose voxels tell where they are; the last column of bricks is all background (404). */
function answer(url: string): Response {
  if (failing) return new Response(null, { status: 500 });
  const [bz, by, bx] = url.split("/").slice(-3).map(Number);
  if (bx === 3) return new Response(null, { status: 404 });
  if (bx >= FAR) return new Response(far);
  const bytes = url.startsWith("/labels")
    ? new Uint32Array(BRICK_VOXELS).fill(70_000 + bz * 100 + by * 10 + bx)
    : new Uint16Array(BRICK_VOXELS).fill(1000 + bz * 100 + by * 10 + bx);
  return new Response(gzipSync(Buffer.from(bytes.buffer)));
}

beforeEach(() => {
  requests.length = 0;
  mostOpen = 0;
  failing = false;
  vi.stubGlobal("fetch", async (url: string) => {
    requests.push(url);
    mostOpen = Math.max(mostOpen, ++open);
    await Promise.resolve();
    open--;
    return answer(url);
  });
});
afterEach(() => vi.unstubAllGlobals());

const keys = [brickKeyOf(0, 0, 0), brickKeyOf(1, 2, 2), brickKeyOf(0, 1, 3)];

describe("labels of a prediction by bricks", () => {
  const create = () =>
    new FetchedLabelBricks({ shapeZyx, voxelSizeZyx, chunkUrl: (bz, by, bx) => `/labels/${bz}/${by}/${bx}` });

  it("reads what the server has, background where it has nothing, each brick once", async () => {
    const source = create();
    const changed: number[] = [];
    source.onBricksChanged((changes) => changed.push(...changes.map(({ key }) => key)));
    expect(source.readBrick(keys[0])).toBeUndefined();
    await Promise.all([source.loadBricks(keys), source.loadBricks(keys.slice(0, 2))]);
    expect(keys.map((key) => source.readBrick(key)?.[5])).toEqual([70_000, 70_122, 0]);
    expect(requests).toHaveLength(3);
    expect([...changed].sort()).toEqual([...keys].sort());
    await source.loadBricks(keys);
    expect(requests).toHaveLength(3);
  });

  it("keeps what is shown, however much it is, and lets go of the rest without a word", async () => {
    const many = new FetchedLabelBricks({
      shapeZyx: [64, 64, 64 * 500],
      voxelSizeZyx,
      chunkUrl: (bz, by, bx) => `/labels/${bz}/${by}/${bx + FAR}`,
    });
    const all = Array.from({ length: 240 }, (_, bx) => brickKeyOf(0, 0, bx));
    const told: number[] = [];
    many.onBricksChanged((changes) => told.push(...changes.map(({ key }) => key)));
    many.keepLoaded("xy", all);
    for (let at = 0; at < all.length; at += 8) await many.loadBricks(all.slice(at, at + 8));
    expect(all.filter((key) => many.readBrick(key)?.[0] !== 9)).toEqual([]);
    many.keepLoaded("xy", all.slice(-1));
    await many.loadBricks([brickKeyOf(0, 0, 300)]);
    expect(all.filter((key) => many.readBrick(key)).length).toBeLessThan(200);
    expect(told).toHaveLength(241); // one arrival each
  });

  it("says when the server cannot be reached, and asks again afterwards", async () => {
    const source = create();
    failing = true;
    await expect(source.loadBricks(keys)).rejects.toMatchObject({ tag: "chunk-unreachable" });
    failing = false;
    await source.loadBricks(keys);
    expect(source.readBrick(keys[1])?.[0]).toBe(70_122);
  });
});

it("a request that hangs is given up, and what was asked of it can be asked for again", async () => {
  vi.useFakeTimers();
  try {
    vi.stubGlobal(
      "fetch",
      (_url: string, { signal }: { signal: AbortSignal }) =>
        new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    );
    const hung = fetchChunk("/labels/0/0/0", "uint32", new AbortController().signal);
    const refused = expect(hung).rejects.toMatchObject({ tag: "chunk-unreachable" });
    await vi.advanceTimersByTimeAsync(CHUNK_BOUND_MS);
    await refused;
  } finally {
    vi.useRealTimers();
  }
});

describe("image bricks for fills", () => {
  const image = {
    pixelType: "uint16",
    shapeZyx,
    voxelSizeZyx,
    chunkUrl: (level: number, bz: number, by: number, bx: number) => `/image/${level}/${bz}/${by}/${bx}`,
  } as ImageSource;

  it("loads level 0 with few requests at once, and never again", async () => {
    const voxels = new FetchedImageVoxels(image);
    const all = [0, 1].flatMap((bz) => [0, 1, 2].flatMap((by) => [0, 1, 2, 3].map((bx) => brickKeyOf(bz, by, bx))));
    await voxels.loadBricks(all);
    expect(requests).toHaveLength(24);
    expect(requests.every((url) => url.startsWith("/image/0/"))).toBe(true);
    expect(mostOpen).toBeLessThanOrEqual(4);
    expect([keys[1], keys[2]].map((key) => voxels.readBrick(key)?.[7])).toEqual([1122, 0]);
    await voxels.loadBricks(all);
    expect(requests).toHaveLength(24);
  });

  it("stops when it is cancelled", async () => {
    const voxels = new FetchedImageVoxels(image);
    const abort = new AbortController();
    const loading = voxels.loadBricks([...keys], abort.signal);
    abort.abort();
    await expect(loading).rejects.toThrow();
  });
});
