import { expect, it } from "vitest";
import { waitingEvents } from "./waiting-events.ts";

it("gives events in their order, the same one once while it waits, and ends with its reader", async () => {
  const gone = new AbortController();
  const waiting = waitingEvents(gone.signal);
  const all = waiting.all();
  const first = all.next();
  waiting.add({ topic: "queue", projectId: "p" });
  expect((await first).value).toEqual({ topic: "queue", projectId: "p" });
  for (let i = 0; i < 1000; i++) {
    waiting.add({ topic: "nuclei", projectId: "p", volumeId: `v${i % 3}` });
    waiting.add({ topic: "queue", projectId: "p" });
  }
  const taken = [];
  for (let i = 0; i < 4; i++) taken.push((await all.next()).value);
  expect(taken.map((event) => JSON.stringify(event))).toEqual([
    '{"topic":"nuclei","projectId":"p","volumeId":"v0"}',
    '{"topic":"queue","projectId":"p"}',
    '{"topic":"nuclei","projectId":"p","volumeId":"v1"}',
    '{"topic":"nuclei","projectId":"p","volumeId":"v2"}',
  ]);
  const last = all.next();
  gone.abort();
  expect((await last).done).toBe(true);
});
