import { expect, it } from "vitest";
import { emptyBase, encodeBase } from "../../../core/sync/fold/base-state.ts";
import { withoutOldSessions } from "./told-watermarks.ts";

const base = {
  ...emptyBase,
  rev: 9,
  watermarks: new Map(Array.from({ length: 1000 }, (_, i) => [i + 1, 5 + (i % 300)] as const)),
};

it("the oldest sessions without live records are left out when there are very many", () => {
  const whole = encodeBase(base).length;
  expect(withoutOldSessions(base, () => false, whole)).toBe(base);
  const told = withoutOldSessions(base, (session) => session % 10 === 0, whole - 1);
  expect(encodeBase(told).length).toBeLessThan(whole * 0.56);
  const left = [...told.watermarks.keys()];
  const out = [...base.watermarks.keys()].filter((session) => !told.watermarks.has(session));
  expect(Math.max(...out)).toBeLessThan(Math.min(...left.filter((session) => session % 10 !== 0)));
  expect(out.filter((session) => session % 10 === 0)).toEqual([]);
  for (const [session, seq] of told.watermarks) expect(seq).toBe(base.watermarks.get(session));
});
