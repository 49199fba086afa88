import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BRICK_VOXELS, brickKeyOf, indexInBrick } from "../../core/volume/brick.ts";
import { voxelCount, type Zyx } from "../../core/volume/voxel-space.ts";
import { writeLabelPyramid } from "../ingest/pyramid/write-labels.ts";
import type { BlobSink } from "../ingest/pyramid/write-pyramid.ts";
import { createRandom } from "../trainer/random.ts";
import { writeLabelImage } from "./write-label-image.ts";

let dataRoot = "";
beforeAll(async () => {
  dataRoot = await mkdtemp(path.join(os.tmpdir(), "kl-label-image-"));
});
afterAll(() => rm(dataRoot, { recursive: true, force: true }));

const shapeZyx: Zyx = [150, 200, 140];
const common = { shapeZyx, voxelSizeZyx: [2, 0.5, 0.6] as const, prefix: "l/", name: "l", sourceImage: "../i" };

const kept = () => {
  const blobs = new Map<string, string>();
  const sink: BlobSink = { put: async (key, bytes) => void blobs.set(key, Buffer.from(bytes).toString("base64")) };
  return { blobs, sink };
};

/** The same volume as one array, from which every block is read. */
async function writeDense(sink: BlobSink, bricks: ReadonlyMap<number, Uint32Array>): Promise<void> {
  const [sizeZ, sizeY, sizeX] = shapeZyx;
  const all = new Uint32Array(voxelCount(shapeZyx));
  for (let z = 0; z < sizeZ; z++)
    for (let y = 0; y < sizeY; y++)
      for (let x = 0; x < sizeX; x++) {
        const brick = bricks.get(brickKeyOf(z >> 6, y >> 6, x >> 6));
        if (brick) all[(z * sizeY + y) * sizeX + x] = brick[indexInBrick(z & 63, y & 63, x & 63)];
      }
  const scratchFolder = await mkdtemp(path.join(dataRoot, "dense-"));
  await writeLabelPyramid({
    ...common,
    blobs: sink,
    scratchFolder,
    source: {
      shapeZyx,
      pixelType: "uint32",
      blockZy: [1, sizeY],
      read: async (zMin, zMax) => all.slice(zMin * sizeY * sizeX, zMax * sizeY * sizeX),
    },
  });
}

it.each([0, 3])("a few bricks of a volume become the same blobs as all of its voxels, seed %d", async (seed) => {
  const random = createRandom(seed);
  const bricks = new Map<number, Uint32Array>();
  for (let i = 0; i < seed; i++) {
    const at = [3, 4, 3].map((size) => Math.floor(random.uniform() * size));
    const brick = new Uint32Array(BRICK_VOXELS);
    for (let voxel = 0; voxel < BRICK_VOXELS; voxel++)
      brick[voxel] = (voxel >> 9) % 3 === 0 ? 1 + Math.floor(random.uniform() * 5) : 0;
    bricks.set(brickKeyOf(at[0], at[1], at[2]), brick);
  }
  const [sparse, dense] = [kept(), kept()];
  const asked: number[] = [];
  await writeLabelImage({
    ...common,
    blobs: sparse.sink,
    dataRoot,
    readBrick: async (key) => {
      asked.push(key);
      return bricks.get(key) ?? null;
    },
  });
  await writeDense(dense.sink, bricks);
  expect(new Set(asked).size).toBe(asked.length);
  expect([...sparse.blobs.keys()].sort()).toEqual([...dense.blobs.keys()].sort());
  for (const [key, bytes] of dense.blobs) expect(sparse.blobs.get(key) === bytes, key).toBe(true);
});

it("what is empty of 10⁹ voxels takes no room on the disk", async () => {
  const [brickZ, brickY, brickX] = [3, 5, 7];
  let scratchBytes = 0;
  const extents = await writeLabelImage({
    ...common,
    shapeZyx: [900, 1000, 1100],
    dataRoot,
    blobs: {
      put: async (key) => {
        if (!key.startsWith("l/0/c/")) return;
        const files = await readdir(dataRoot, { recursive: true });
        for (const file of files.filter((name) => name.endsWith("level-0.raw")))
          scratchBytes += 512 * (await stat(path.join(dataRoot, file))).blocks;
      },
    },
    readBrick: async (key) =>
      key === brickKeyOf(brickZ, brickY, brickX) ? new Uint32Array(BRICK_VOXELS).fill(9) : null,
  });
  expect(extents).toMatchObject([{ label: 9, voxels: BRICK_VOXELS }]);
  // One row of bricks; all of it would be 4 GB.
  const rowBytes = 64 * 64 * 1100 * 4;
  expect(scratchBytes).toBeGreaterThan(0);
  expect(scratchBytes).toBeLessThan(2 * rowBytes);
});
