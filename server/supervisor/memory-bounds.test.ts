import os from "node:os";
import { expect, it } from "vitest";
import { memoryBounds } from "./memory-bounds.mjs";

const GIGABYTE = 2 ** 30;

it.each([
  [1, 512, 768],
  [2, 512, 1024],
  [4, 1024, 2048],
  [8, 2048, 4096],
  [24, 6144, 12288],
  [64, 8192, 32768],
])("of %i GB: %i MB of heap, %i MB in all", (gigabytes, heapMegabytes, residentMegabytes) => {
  expect(memoryBounds(gigabytes * GIGABYTE)).toEqual({ heapMegabytes, residentBytes: residentMegabytes * 2 ** 20 });
});

it("asks this machine", () => {
  const { residentBytes } = memoryBounds();
  expect(residentBytes).toBeGreaterThan(512 * 2 ** 20);
  expect(residentBytes).toBeLessThanOrEqual(Math.max(os.totalmem() / 2, GIGABYTE));
});
