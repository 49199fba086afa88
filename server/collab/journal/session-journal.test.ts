import { expect, it } from "vitest";
import type { DecodedRecord } from "../../../core/sync/record/record.ts";
import { SessionJournal } from "./session-journal.ts";

const journalOf = () => new SessionJournal(new Map(), [{ session: 1, userId: "u", after: null }]);

const pending = (seq: number) => ({
  record: { id: `1.${seq}`, kind: 0, session: 1, seq, stamp: seq } satisfies DecodedRecord,
  stored: new Uint8Array(),
});

/** Processor time, ms, of offering these seqs in this order. */
function costMs(seqs: readonly number[]): { journal: SessionJournal; ms: number } {
  const journal = journalOf();
  const before = process.cpuUsage();
  for (const seq of seqs) journal.offer(pending(seq));
  const { user, system } = process.cpuUsage(before);
  return { journal, ms: (user + system) / 1000 };
}

it("a hole that is never filled costs no more than none: nothing behind it is taken in, all of it when it is filled", () => {
  const count = 20_000;
  const seqs = Array.from({ length: count }, (_, i) => i + 1);
  const { ms } = costMs(seqs);
  const held = costMs(seqs.slice(1));
  expect(held.ms).toBeLessThan(10 * ms + 60);
  expect([held.journal.reached(1), held.journal.gapRecords().length]).toEqual([0, count - 1]);
  expect(held.journal.offer(pending(1)).map(({ record }) => record.seq)).toEqual(seqs);
  expect([held.journal.reached(1), held.journal.gapRecords()]).toEqual([count, []]);
});
