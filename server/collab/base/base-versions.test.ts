import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../core/edit/testing/seeded-random.ts";
import type { BaseVersion } from "./base-store.ts";
import { BaseVersions } from "./base-versions.ts";

const KEYS = [-1, 3, 4, 9];
const keyOf = ({ key, rev }: BaseVersion): string => `${key}/${rev}`;

/** A database of versions that takes a change later than the room does, and answers later than it is asked. */
class SlowStore {
  rows: BaseVersion[] = [];
  readonly asked: number[] = [];

  async read(keys: readonly number[]): Promise<BaseVersion[]> {
    this.asked.push(...keys);
    await Promise.resolve();
    const rows = this.rows.filter(({ key }) => keys.includes(key));
    await Promise.resolve();
    return rows.reverse();
  }

  newest(): BaseVersion[] {
    return KEYS.flatMap((key) => this.rows.filter((row) => row.key === key).sort((a, b) => b.rev - a.rev)[0] ?? []);
  }
}

describe("versions of which only the newest were read at first", () => {
  it("say what all of them say, whatever is taken in between", async () => {
    const random = seededRandom(5);
    const upTo = (n: number) => Math.floor(random() * n);
    for (let round = 0; round < 60; round++) {
      const store = new SlowStore();
      let rev = 0;
      const change = () => {
        rev += 1;
        const versions = KEYS.filter(() => random() < 0.6).map((key) => ({
          ...{ key, rev, generation: rev, hash: "", blob: `${key}/${rev}`, isStart: true, atMs: 0 },
        }));
        const spoiled = new Map(KEYS.filter(() => random() < 0.2).map((key) => [key, 1 + upTo(rev)]));
        return { versions, spoiled };
      };
      const whole = new BaseVersions();
      const write = ({ versions, spoiled }: ReturnType<typeof change>) => {
        store.rows = store.rows.map((row) =>
          row.generation >= (spoiled.get(row.key) ?? Number.POSITIVE_INFINITY) ? { ...row, isStart: false } : row,
        );
        store.rows.push(...versions);
      };
      for (let i = 0; i < 8; i++) {
        const one = change();
        whole.take(one);
        write(one);
      }
      const some = new BaseVersions(store.newest(), 0, { readableFrom: 0, read: (keys) => store.read(keys) });
      for (let i = 0; i < 12; i++) {
        const one = change();
        whole.take(one);
        const wanted = upTo(rev + 1);
        const key = KEYS[upTo(KEYS.length)];
        const waits = random() < 0.5 ? some.reach(wanted, [key]) : some.complete([key]);
        some.take(one);
        await waits;
        write(one);
        await some.reach(wanted);
        for (const each of KEYS) expect(some.asOf(each, wanted)).toEqual(whole.asOf(each, wanted));
        const below = upTo(rev + 2);
        await some.complete([key]);
        expect(some.startBelow(key, below)).toEqual(whole.startBelow(key, below));
      }
      await some.complete();
      expect(KEYS.flatMap((key) => some.of(key).map(keyOf))).toEqual(KEYS.flatMap((key) => whole.of(key).map(keyOf)));
    }
  });

  it("ask for older ones once, and only where the newest does not reach", async () => {
    const store = new SlowStore();
    const version = (key: number, rev: number): BaseVersion => ({
      ...{ key, rev, generation: rev, hash: "", blob: null, isStart: true, atMs: 0 },
    });
    store.rows = [version(3, 1), version(3, 5), version(4, 2), version(9, 4), version(9, 6)];
    const versions = new BaseVersions(store.newest(), 0, { readableFrom: 0, read: (keys) => store.read(keys) });
    await versions.reach(6);
    await versions.reach(0);
    expect(store.asked).toEqual([]);
    await Promise.all([versions.reach(4), versions.reach(4), versions.reach(5, [9])]);
    expect(store.asked.sort()).toEqual([3, 9]);
    expect(KEYS.map((key) => versions.asOf(key, 4)?.rev)).toEqual([undefined, 1, 2, 4]);
  });
});
