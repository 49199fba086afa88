import { IDBFactory } from "fake-indexeddb";
import { expect, it } from "vitest";
import type { OutboxRow } from "../../core/sync/unsent/outbox.ts";
import { IndexedDbOutbox } from "./indexed-db-outbox.ts";

const row = (seq: number, blob?: OutboxRow["blob"]): OutboxRow => ({
  id: `5.${seq}`,
  session: 5,
  seq,
  stored: Uint8Array.from([1, 5, seq]),
  act: `5.${seq}`,
  ...(blob && { blob }),
});

it("keeps rows in order over page loads, apart for each volume and person", async () => {
  const browser = new IDBFactory();
  const open = (volumeId = "v", userId = "u") => new IndexedDbOutbox(volumeId, userId, browser);
  await open().append([row(1), row(2)]);
  await open("w").append([row(1)]);
  await open("v", "x").append([row(7)]);
  await open().append([row(3, { sha256: "ab", bytes: Uint8Array.from([9]) })]);
  const rows = await open().load();
  expect(rows.map(({ id }) => id)).toEqual(["5.1", "5.2", "5.3"]);
  expect([rows[0].stored, rows[2].blob?.bytes]).toEqual([Uint8Array.from([1, 5, 1]), Uint8Array.from([9])]);
  await open().remove(["5.1", "5.9"]);
  expect((await open().load()).map(({ id }) => id)).toEqual(["5.2", "5.3"]);
  expect(await open("w").load()).toHaveLength(1);
});

it("a replaced row keeps its place; what was refused waits in the quarantine until it is cleared", async () => {
  const outbox = new IndexedDbOutbox("v", "u", new IDBFactory());
  await outbox.append([row(1), row(2), row(3)]);
  await outbox.quarantine({ row: row(2), reason: "no", at: "2026-01-01" });
  await outbox.replace({ ...row(2), stored: Uint8Array.from([0]) });
  expect((await outbox.load()).map(({ stored }) => stored.length)).toEqual([3, 1, 3]);
  expect(await outbox.loadQuarantine()).toEqual([{ row: row(2), reason: "no", at: "2026-01-01" }]);
  await outbox.clearQuarantine();
  expect(await outbox.loadQuarantine()).toEqual([]);
});

it("refuses to keep one number twice", async () => {
  const outbox = new IndexedDbOutbox("v", "u", new IDBFactory());
  await outbox.append([row(1)]);
  await expect(outbox.append([row(2), row(1)])).rejects.toBeDefined();
  expect((await outbox.load()).map(({ id }) => id)).toEqual(["5.1"]);
});

it("a browser without storage rejects, for the page to say so", async () => {
  const outbox = new IndexedDbOutbox("v", "u", {
    open: () => {
      throw new Error("denied");
    },
  } as unknown as globalThis.IDBFactory);
  await expect(outbox.load()).rejects.toThrow("denied");
});
