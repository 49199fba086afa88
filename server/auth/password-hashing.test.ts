import { expect, it } from "vitest";
import { createPasswordHashing, hashingFor } from "./password-hashing.ts";

/** Hashes that end when they are told to. */
function heldHashing() {
  const ends: (() => void)[] = [];
  const running: string[] = [];
  const order: string[] = [];
  let most = 0;
  const hold = (password: string) => {
    running.push(password);
    order.push(password);
    most = Math.max(most, running.length);
    return new Promise<string>((resolve) =>
      ends.push(() => {
        running.splice(running.indexOf(password), 1);
        resolve(`hash of ${password}`);
      }),
    );
  };
  const hashing = createPasswordHashing({
    hash: hold,
    verify: async (_hash, password) => Boolean(await hold(password)),
  });
  return {
    hashing,
    order,
    most: () => most,
    async endAll(count: number) {
      for (let i = 0; i < count; i++) {
        while (ends.length === 0) await Promise.resolve();
        ends.shift()?.();
      }
    },
  };
}

const settle = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: { waitSeconds?: number }) => error.waitSeconds,
  );

it("works on two at once, however many come together", async () => {
  const held = heldHashing();
  const all = Array.from({ length: 20 }, (_, i) => hashingFor(`net ${i}`, () => held.hashing.hash(`${i}`)));
  await held.endAll(20);
  await Promise.all(all);
  expect(held.most()).toBe(2);
  expect(held.hashing.begun).toBe(20);
});

it("refuses what has no room to wait, with a time, and has begun nothing for it", async () => {
  const held = heldHashing();
  const flood = Array.from({ length: 100 }, (_, i) => settle(hashingFor("flood", () => held.hashing.hash(`${i}`))));
  const verified = Array.from({ length: 5 }, () => settle(hashingFor("flood", () => held.hashing.verify("h", "x"))));
  await held.endAll(26);
  const outcomes = await Promise.all([...flood, ...verified]);
  expect(outcomes.filter((one) => one === "done")).toHaveLength(26);
  expect(outcomes.filter((one) => typeof one === "number" && one > 0)).toHaveLength(79);
  expect(held.hashing.begun).toBe(26);
});

it("a flood from one network delays another by no more than what is running", async () => {
  const held = heldHashing();
  const flood = Array.from({ length: 20 }, (_, i) => hashingFor("flood", () => held.hashing.hash(`flood ${i}`)));
  const ada = hashingFor("ada's", () => held.hashing.hash("ada"));
  await held.endAll(21);
  await Promise.all([...flood, ada]);
  expect(held.order.indexOf("ada")).toBeLessThanOrEqual(3);
});

it("goes on after one that fails", async () => {
  const hashing = createPasswordHashing({
    hash: async (password) => {
      if (password === "bad") throw new Error("no");
      return password;
    },
    verify: async () => true,
  });
  const all = await Promise.allSettled(["bad", "bad", "bad", "good", "good"].map((one) => hashing.hash(one)));
  expect(all.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected", "fulfilled", "fulfilled"]);
});
