import { expect, it } from "vitest";
import type { UndoableAct } from "../../core/sync/unsent/undo-stack.ts";
import { KeptActsStore } from "./kept-acts.ts";

const act = (seq: number, records = 1): UndoableAct => ({
  name: "accept",
  proposals: [7 + seq],
  ids: Array.from({ length: records }, (_, i) => `5.${(seq + i).toString(36)}`),
  at: 1_000 + seq,
});

function computer() {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
    removeItem: (key: string) => void kept.delete(key),
  };
  return { kept, open: (volumeId: string, userId: string) => new KeptActsStore(volumeId, userId, () => storage) };
}

it("keeps the acts of each person and volume as they are when the page goes", () => {
  const { open, kept } = computer();
  const takesBack: UndoableAct = { ...act(5), takesBack: true };
  const acts = { done: [act(1), act(2, 3), takesBack], undone: [act(9)] };
  const first = open("v", "ada");
  first.save(() => acts);
  expect(kept.size).toBe(0); // painting does not wait for it
  acts.done = [...acts.done, act(20)];
  first.flush();
  expect(open("v", "ada").load()).toEqual(acts);
  expect(open("v", "ben").load()).toEqual({ done: [], undone: [] });
  expect(open("w", "ada").load()).toEqual({ done: [], undone: [] });
});

it("reads past what is not an act, and goes without where the browser withholds its storage", () => {
  const { open, kept } = computer();
  const key = "karyoloop-acts:v:ada";
  const wrong = [{ name: "x", ids: ["../etc"], at: 1 }, { ...act(2), takesBack: "yes" }, 7, null];
  kept.set(key, JSON.stringify({ done: [act(1), ...wrong], undone: "no" }));
  expect(open("v", "ada").load()).toEqual({ done: [act(1)], undone: [] });
  for (const text of ["{", "null", "[]", "7"]) {
    kept.set(key, text);
    expect(open("v", "ada").load()).toEqual({ done: [], undone: [] });
  }
  const withheld = new KeptActsStore("v", "ada", () => {
    throw new Error("SecurityError");
  });
  expect(withheld.load()).toEqual({ done: [], undone: [] });
  withheld.save(() => ({ done: [act(1)], undone: [] }));
  expect(() => withheld.flush()).not.toThrow();
});

it("reads acts that were kept when each had one proposal", () => {
  const { open, kept } = computer();
  const { proposals, ...rest } = act(3);
  kept.set("karyoloop-acts:v:ada", JSON.stringify({ done: [{ ...rest, proposal: proposals?.[0] }], undone: [act(4)] }));
  expect(open("v", "ada").load()).toEqual({ done: [act(3)], undone: [act(4)] });
});

it("lets the oldest go where acts of thousands of records would fill the browser's storage", () => {
  const { open, kept } = computer();
  const store = open("v", "ada");
  const done = Array.from({ length: 300 }, (_, i) => act(1000 * i, 400));
  store.save(() => ({ done, undone: [] }));
  store.flush();
  const loaded = open("v", "ada").load().done;
  expect(kept.get("karyoloop-acts:v:ada")?.length).toBeLessThan(110_000);
  expect(loaded.length).toBeGreaterThan(5);
  expect(loaded).toEqual(done.slice(-loaded.length));
});
