import { IDBFactory } from "fake-indexeddb";
import { expect, it } from "vitest";
import type { OutboxRow } from "../../core/sync/unsent/outbox.ts";
import { IndexedDbOutbox } from "./indexed-db-outbox.ts";
import { editCount, readKeptEdits } from "./kept-edits.ts";

const row = (seq: number, act = seq): OutboxRow => ({
  id: `5.${seq}`,
  session: 5,
  seq,
  stored: Uint8Array.from([seq]),
  act: `5.${act}`,
});

it("finds what each person has not saved in each volume, and counts it in edits; nothing where nothing is kept", async () => {
  const browser = new IDBFactory();
  expect(await readKeptEdits(browser)).toEqual([]);
  expect(await readKeptEdits(undefined)).toEqual([]);
  await new IndexedDbOutbox("v", "u", browser).append([row(1), row(2, 1), row(3)]);
  await new IndexedDbOutbox("w", "x", browser).quarantine({ row: row(7), reason: "no", at: "2026-11-27" });
  const kept = await readKeptEdits(browser);
  expect(kept.map((one) => [one.volumeId, one.userId, editCount(one)])).toEqual([
    ["v", "u", 2],
    ["w", "x", 1],
  ]);
  await new IndexedDbOutbox("v", "u", browser).remove(["5.1", "5.2", "5.3"]);
  expect((await readKeptEdits(browser)).map(({ volumeId }) => volumeId)).toEqual(["w"]);
});
