import { expect, it } from "vitest";
import { recordIdOf } from "../record/record.ts";
import { Outbox, type OutboxRow, type OutboxStore } from "./outbox.ts";

const row = (seq: number, hasBlob = false): OutboxRow => ({
  id: recordIdOf(5, seq),
  session: 5,
  seq,
  stored: new Uint8Array([seq]),
  act: recordIdOf(5, seq),
  ...(hasBlob && { blob: { sha256: String(seq), bytes: new Uint8Array(2) } }),
});

function storeOf(rows: readonly OutboxRow[]): OutboxStore {
  return {
    load: async () => [...rows],
    append: async () => {},
    replace: async () => {},
    remove: async () => {},
    loadQuarantine: async () => [],
    quarantine: async () => {},
    clearQuarantine: async () => {},
  };
}

async function reloaded(rows: readonly OutboxRow[]): Promise<Outbox> {
  const outbox = new Outbox(storeOf(rows), async () => {});
  await outbox.load();
  return outbox;
}

const seqsToSet = (outbox: Outbox, live: Readonly<Record<number, number>>, current: number) =>
  outbox
    .rowsToSet(
      () => false,
      (id) => live[Number.parseInt(id.split(".")[1], 36)],
      current,
    )
    .map(({ seq }) => seq);

it("after a reload, a large stroke that is live goes along with what was done before it and fell out of its generation", async () => {
  const outbox = await reloaded([row(1), row(2), row(3, true), row(4)]);
  // Generation 13 went with 1 and 2; 3 and 4 are in 14, and the page does not know that 3 was uploaded.
  expect(seqsToSet(outbox, { 3: 14, 4: 14 }, 15)).toEqual([1, 2, 3, 4]);
  expect(seqsToSet(outbox, { 1: 15, 2: 15, 3: 15, 4: 15 }, 15)).toEqual([]);
});

it("a large stroke that is not live waits for its voxels, and all that was done after it waits with it", async () => {
  const outbox = await reloaded([row(1), row(2, true), row(3)]);
  expect(seqsToSet(outbox, {}, 15)).toEqual([1]);
  expect(seqsToSet(outbox, { 3: 14 }, 15)).toEqual([1]);
  await outbox.uploadBlobs();
  expect(seqsToSet(outbox, { 1: 15, 3: 14 }, 15)).toEqual([2, 3]);
});
