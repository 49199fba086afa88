import { describe, expect, it } from "vitest";
import { ByteLru } from "./byte-lru.ts";

describe("the cache", () => {
  it("never holds more than its bound, lets go of what was used longest ago, and agrees with a naive list", () => {
    let seed = 3;
    const random = (n: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * n);
    };
    const cache = new ByteLru<number, string>(100);
    let naive: { key: number; bytes: number }[] = []; // oldest first
    let evictions = 0;
    for (let i = 0; i < 2000; i++) {
      const key = random(20);
      if (random(3) === 0) {
        cache.touch(key);
        naive = [...naive.filter((e) => e.key !== key), ...naive.filter((e) => e.key === key)];
        continue;
      }
      const bytes = 5 + random(30);
      const gone = cache.set(key, `v${i}`, bytes);
      naive = [...naive.filter((e) => e.key !== key), { key, bytes }];
      const expected: number[] = [];
      while (naive.reduce((sum, e) => sum + e.bytes, 0) > 100) expected.push(naive.shift()!.key);
      expect(gone).toEqual(expected);
      evictions += gone.length;
      expect(cache.bytes).toBe(naive.reduce((sum, e) => sum + e.bytes, 0));
      expect(cache.peek(key)).toBe(`v${i}`);
      expect(cache.size).toBe(naive.length);
    }
    expect(evictions).toBeGreaterThan(100);
  });

  it("keeps what is pinned", () => {
    const cache = new ByteLru<string, number>(10);
    cache.set("pinned", 1, 6);
    cache.set("loose", 2, 4);
    expect(cache.set("new", 3, 4, (key) => key === "pinned")).toEqual(["loose"]);
    expect(cache.has("pinned")).toBe(true);
  });
});
