import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { measureImport } from "../ingest/testing/measure-import.ts";

const hasProc = existsSync("/proc/self/status");

it.skipIf(!hasProc)(
  `a 200 MB stack imports in bounded memory${hasProc ? "" : " (skipped: no /proc to read memory from)"}`,
  async () => {
    const { peakBytes, progress } = await measureImport([100, 1000, 1000]);
    // 700 MB are allowed for 1 GB; what does not grow with the file (Node, the loader, zlib) is most of it.
    expect(peakBytes).toBeGreaterThan(50e6);
    expect(peakBytes).toBeLessThan(400e6);
    expect(progress.length).toBeGreaterThan(20);
    expect([...progress].sort((a, b) => a - b)).toEqual(progress);
  },
  240_000,
);
