import { describe, expect, it } from "vitest";
import type { BaseVersion } from "./base-store.ts";
import { BaseVersions } from "./base-versions.ts";
import { heldKeys, versionsToDrop } from "./tidy-base.ts";

const HOUR_MS = 3_600_000;
const NOW_MS = 1000 * HOUR_MS;

/** Version `rev` of a key, `hours` old, of the generation with the same number. */
const version = (key: number, rev: number, hours: number, more: Partial<BaseVersion> = {}): BaseVersion => ({
  key,
  rev,
  generation: rev,
  hash: "",
  blob: `${key}/${rev}`,
  isStart: true,
  atMs: NOW_MS - hours * HOUR_MS,
  ...more,
});

const revsOf = (versions: readonly BaseVersion[]) => versions.map(({ key, rev }) => `${key}/${rev}`);

describe("versions of the base", () => {
  it("stay as long as a page may read them, with the one that held at the limit", () => {
    const all = [version(1, 1, 5), version(1, 3, 4), version(2, 2, 9), version(1, 4, 0.5), version(1, 5, 0.1)];
    const versions = new BaseVersions(all, NOW_MS);
    expect(versions.readableFrom).toBe(3);
    // Revs 3, 4 and 5 can be read of both; rev 1 is a start for repairs, alone in its stretch of generations.
    expect(revsOf(versionsToDrop(versions, 0))).toEqual([]);
    expect(revsOf(versionsToDrop(versions, 3))).toEqual(["1/1"]);
    expect(versions.asOf(1, versions.readableFrom)?.rev).toBe(3);
  });

  it("of months leave a start in sixteen generations, and the last one before the history", () => {
    const all = Array.from({ length: 100 }, (_, i) => version(1, i + 1, 200 - i));
    const kept = (forgotten: number) => {
      const versions = new BaseVersions(all, NOW_MS);
      versions.forget(versionsToDrop(versions, forgotten));
      return versions.of(1).map(({ rev }) => rev);
    };
    expect(kept(0)).toEqual([1, 16, 32, 48, 64, 80, 96, 100]);
    expect(kept(50)).toEqual([50, 51, 64, 80, 96, 100]);
    // Every record of a generation that is remembered has a start below it, or nothing is forgotten at all.
    const versions = new BaseVersions(all, NOW_MS);
    versions.forget(versionsToDrop(versions, 50));
    for (let generation = 51; generation <= 100; generation++)
      expect(versions.startBelow(1, generation)?.generation).toBeGreaterThanOrEqual(50);
  });

  it("that hold what was undone since are no floor: the history of their brick is held", () => {
    const versions = new BaseVersions([version(1, 1, 90), version(1, 2, 80), version(2, 3, 70)], NOW_MS);
    versions.take({ versions: [version(1, 4, 60, { generation: 3 })], spoiled: new Map([[1, 2]]) });
    versions.keepReadable(NOW_MS);
    expect(heldKeys(versions, 3)).toEqual([]);
    expect(heldKeys(versions, 2)).toEqual([1]);
    expect(revsOf(versionsToDrop(versions, 2))).toEqual(["1/2"]);
    expect(versions.startBelow(1, 3)?.rev).toBe(1);
  });
});
