import { expect, it } from "vitest";
import { createAttemptLimit, type WaitRule } from "./attempt-limit.ts";

const strong: WaitRule = { name: "strong", free: 3, maxWaitSeconds: 60, forgetOneAfterSeconds: 600 };
const mild: WaitRule = { name: "mild", free: 5, maxWaitSeconds: 4, forgetOneAfterSeconds: 10 };

function atTime() {
  let now = 5_000_000;
  return { nowMs: () => now, pass: (seconds: number) => (now += seconds * 1000) };
}

it("lets so many of any number at once pass, and no more", () => {
  const limit = createAttemptLimit(atTime());
  const outcomes = Array.from({ length: 60 }, () => limit.reserve([{ rule: strong, key: "ada" }]));
  expect(outcomes.filter(({ ok }) => ok)).toHaveLength(3);
  expect(outcomes[59]).toEqual({ ok: false, waitSeconds: 1 });
  expect(limit.reserve([{ rule: strong, key: "bob" }]).ok).toBe(true);
});

it("doubles the wait with each attempt up to the longest, and says how long it is", () => {
  const time = atTime();
  const limit = createAttemptLimit(time);
  const waits: number[] = [];
  for (let attempts = 0; attempts < 20; ) {
    const one = limit.reserve([{ rule: strong, key: "ada" }]);
    if (one.ok) attempts++;
    else {
      waits.push(one.waitSeconds);
      time.pass(one.waitSeconds - 1);
      expect(limit.reserve([{ rule: strong, key: "ada" }]).ok).toBe(false);
      time.pass(1);
    }
  }
  expect(waits.slice(0, 5)).toEqual([1, 2, 4, 8, 16]);
  expect(Math.max(...waits)).toBe(60);
});

it("forgets one after another with time, whatever was tried", () => {
  const time = atTime();
  const limit = createAttemptLimit(time);
  const attempt = () => limit.reserve([{ rule: mild, key: "x" }]);
  for (let i = 0; i < 500; i++) if (!attempt().ok) time.pass(1);
  time.pass(20);
  expect([attempt().ok, attempt().ok, attempt().ok]).toEqual([true, false, false]); // still near the bound
  time.pass(200);
  expect(Array.from({ length: 6 }, () => attempt().ok)).toEqual([true, true, true, true, true, false]);
});

it("a good attempt does not count, however often it is given back", () => {
  const limit = createAttemptLimit(atTime());
  for (let i = 0; i < 100; i++) {
    const one = limit.reserve([{ rule: strong, key: "ada" }]);
    if (!one.ok) throw new Error(`attempt ${i} was refused`);
    one.giveBack();
    one.giveBack();
  }
  // Two bad ones, a good one given back twice: there is one left, not two.
  const outcomes = Array.from({ length: 3 }, () => limit.reserve([{ rule: strong, key: "ada" }]));
  const last = outcomes[2];
  if (!last.ok) throw new Error("refused");
  last.giveBack();
  last.giveBack();
  expect([0, 0].map(() => limit.reserve([{ rule: strong, key: "ada" }]).ok)).toEqual([true, false]);
});

it("counts nothing under one key while another refuses", () => {
  const time = atTime();
  const limit = createAttemptLimit(time);
  const both = [
    { rule: strong, key: "ada from x" },
    { rule: mild, key: "x" },
  ];
  for (let i = 0; i < 50; i++) limit.reserve(both);
  const rest = Array.from({ length: 5 }, () => limit.reserve([{ rule: mild, key: "x" }]).ok);
  expect(rest).toEqual([true, true, false, false, false]);
});

it("forgets on demand, and holds so many keys of a rule, the latest", () => {
  const limit = createAttemptLimit({ ...atTime(), maxKeysPerRule: 100 });
  const fill = (key: string) => {
    while (limit.reserve([{ rule: strong, key }]).ok);
  };
  fill("ada");
  limit.forget([{ rule: strong, key: "ada" }]);
  expect(limit.reserve([{ rule: strong, key: "ada" }]).ok).toBe(true);
  fill("ada");
  for (let i = 0; i < 99; i++) limit.reserve([{ rule: strong, key: `name ${i}` }]);
  expect(limit.reserve([{ rule: strong, key: "ada" }]).ok).toBe(false);
  limit.reserve([{ rule: strong, key: "one more" }]);
  expect(limit.reserve([{ rule: strong, key: "ada" }]).ok).toBe(true);
});
