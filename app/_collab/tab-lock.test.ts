import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { takeTabLock } from "./tab-lock.ts";

// A browser over plain http has BroadcastChannel and no Web Locks; Node has both from version 24 on.
beforeAll(() => void vi.stubGlobal("navigator", {}));
afterAll(() => void vi.unstubAllGlobals());

it("without Web Locks, the first tab owns and the second looks on until the first is gone", {
  timeout: 30_000,
}, async () => {
  const first = await takeTabLock("outbox:v:u");
  expect([first.owned, first.strength]).toEqual([true, "asking"]);
  const [second, elsewhere] = await Promise.all([takeTabLock("outbox:v:u"), takeTabLock("outbox:w:u")]);
  expect([second.owned, elsewhere.owned]).toEqual([false, true]);
  let free = false;
  void second.free.then(() => {
    free = true;
  });
  first.release();
  for (const until = Date.now() + 20_000; !free && Date.now() < until; )
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(free).toBe(true);
  second.release();
  elsewhere.release();
});

it("of three that open at once, exactly one owns", { timeout: 60_000 }, async () => {
  const tabs = await Promise.all([takeTabLock("outbox:x:u"), takeTabLock("outbox:x:u"), takeTabLock("outbox:x:u")]);
  expect(tabs.filter(({ owned }) => owned)).toHaveLength(1);
  for (const tab of tabs) tab.release();
});
