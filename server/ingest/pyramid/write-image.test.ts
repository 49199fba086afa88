import { mkdirSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { writeImagePyramid } from "./write-image.ts";

const folder = temporaryFolder();

it("NaN and infinite voxels are counted and become 0, before anything is measured or reduced", async () => {
  const shapeZyx: Zyx = [6, 70, 66];
  const voxels = 6 * 70 * 66;
  const pixels = Float32Array.from({ length: voxels }, (_, i) => 100 + (i % 13));
  const strange = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < 30; i++) pixels[i * 901] = strange[i % 3];
  const expected = pixels.map((value) => (Number.isFinite(value) ? value : 0));
  const scratchFolder = path.join(folder, "scratch");
  mkdirSync(scratchFolder);
  const stored = new Map<string, Uint8Array>();
  const { levels, quality } = await writeImagePyramid({
    blobs: { put: async (key, bytes) => void stored.set(key, bytes) },
    prefix: "v/",
    source: {
      shapeZyx,
      pixelType: "float32",
      blockZy: [1, 70],
      read: async (zMin, zMax, yMin, yMax) => pixels.slice((zMin * 70 + yMin) * 66, ((zMax - 1) * 70 + yMax) * 66),
    },
    voxelSizeZyx: [2, 0.5, 0.4],
    scratchFolder,
    name: "strange",
  });
  expect(quality).toMatchObject({ nonFiniteVoxels: 30, min: 0, max: 112 });
  const chunk = (key: string) => new Float32Array(new Uint8Array(gunzipSync(stored.get(key)!)).buffer);
  const first = chunk("v/0/c/0/0/0");
  for (let y = 0; y < 64; y++)
    expect(first.subarray(y * 64, y * 64 + 64)).toEqual(expected.subarray(y * 66, y * 66 + 64));
  expect(levels.length).toBeGreaterThan(1);
  for (const key of stored.keys()) if (key.includes("/c/")) expect(chunk(key).every(Number.isFinite)).toBe(true);
});
