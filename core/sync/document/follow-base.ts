import type * as Y from "yjs";
import type { BrickKey } from "../../volume/brick.ts";
import { type BaseState, isFoldedIn, type RevEntry } from "../fold/base-state.ts";
import { compareRecords } from "../fold/fold-record.ts";
import type { FoldStep, LabelFold } from "../fold/label-fold.ts";
import { revEntryOf, TOLD_REVS } from "./document-layout.ts";

/**
 * R52: what a transaction folded, from records that are here already; null where some are not. Ids are unique, so that
 * as many records as the watermarks rose by are all of them.
 */
export function foldStepOf(fold: LabelFold, before: BaseState, now: BaseState, entry: RevEntry): FoldStep | null {
  if (entry.kind !== "fold" || entry.generation !== before.foldedGeneration + 1) return null;
  const records = [...fold.records()].filter(
    ({ record: { session, seq }, generation }) =>
      generation === entry.generation && !isFoldedIn(before, session, seq) && isFoldedIn(now, session, seq),
  );
  let risen = 0;
  for (const [session, seq] of now.watermarks) risen += seq - (before.watermarks.get(session) ?? 0);
  if (records.length !== risen) return null;
  return { records: records.sort(compareRecords), skip: new Set(entry.skip), bricks: entry.bricks };
}

/** What has changed of a base between two revs that the document tells of; null where it may be anything. */
export function changedBetween(doc: Y.Doc, from: number, to: number): { bricks: Set<BrickKey>; facts: boolean } | null {
  if (from >= to || to - from > TOLD_REVS) return null;
  const bricks = new Set<BrickKey>();
  let facts = false;
  for (let rev = from + 1; rev <= to; rev++) {
    const entry = revEntryOf(doc, rev);
    if (!entry) return null;
    for (const key of entry.bricks.keys()) bricks.add(key);
    facts ||= entry.facts;
  }
  return { bricks, facts };
}

/** Takes a fold to the base that its document has moved to: by itself where it can, else bricks and facts await theirs. */
export function followBase(doc: Y.Doc, fold: LabelFold, before: BaseState, now: BaseState): void {
  if (now.rev === before.rev) {
    fold.setBase(now);
    return;
  }
  const entry = now.rev === before.rev + 1 ? revEntryOf(doc, now.rev) : undefined;
  const step = entry && foldStepOf(fold, before, now, entry);
  if (step) {
    fold.foldIn(step, now);
    return;
  }
  const changed = changedBetween(doc, before.rev, now.rev);
  for (const key of fold.bricks.loadedKeys()) if (!changed || changed.bricks.has(key)) fold.bricks.await(key);
  if (!changed || changed.facts) fold.facts.isBaseKnown = false;
  fold.setBase(now);
}
