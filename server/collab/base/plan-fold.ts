import type * as Y from "yjs";
import { baseOf } from "../../../core/sync/document/document-layout.ts";
import { type BaseState, isFoldedIn, partsOf } from "../../../core/sync/fold/base-state.ts";
import { compareRecords, type FoldRecord, type PaintItem } from "../../../core/sync/fold/fold-record.ts";
import type { LabelFold } from "../../../core/sync/fold/label-fold.ts";
import { type RecordId, RecordKind } from "../../../core/sync/record/record.ts";
import type { BrickKey } from "../../../core/volume/brick.ts";

/** How far the history of a session goes. */
interface History {
  /** Highest seq of the session in it. */
  reached(session: number): number;
}

/** The live document that is folded. */
export interface FoldedRoom {
  readonly doc: Y.Doc;
  readonly fold: LabelFold;
  readonly journal: History;
}

/** What folding the oldest generation would do, as of now. */
export interface FoldPlan {
  readonly generation: number;
  /** The base afterwards. */
  readonly base: BaseState;
  readonly folded: readonly { readonly session: number; readonly after: number; readonly upTo: number }[];
  readonly skip: ReadonlySet<RecordId>;
  /** What is painted in each brick, in order. */
  readonly bricks: ReadonlyMap<BrickKey, readonly PaintItem[]>;
  /** Fields and merges that are not undone, in order. */
  readonly facts: readonly FoldRecord[];
  /** In the history, but not next in their session: they go up into the current generation as they are. */
  readonly strays: readonly FoldRecord[];
}

/** More names of records that nobody has would be somebody's mischief. */
const MAX_CARRIED = 10_000;

export const isJournalled =
  (journal: History) =>
  ({ record: { session, seq } }: FoldRecord): boolean =>
    seq <= journal.reached(session);

/** Rules that the plan asks for. */
export interface FoldRules {
  /** A record that is undone when its generation is folded is not painted into the base. */
  leavesOut(id: RecordId, counts: (marker: FoldRecord) => boolean): boolean;
  /** R44. */
  carry(base: BaseState, records: readonly FoldRecord[]): Set<RecordId>;
}

/** R42: what of the oldest generation is in the history, judged by all that is in the history. */
export function planFold({ doc, fold, journal }: FoldedRoom, rules: FoldRules): FoldPlan {
  const before = baseOf(doc);
  const generation = before.foldedGeneration + 1;
  const counts = isJournalled(journal);
  const mine = [...fold.records()].filter((entry) => entry.generation === generation && counts(entry));
  mine.sort((a, b) => a.record.session - b.record.session || a.record.seq - b.record.seq);
  const watermarks = new Map(before.watermarks);
  const records: FoldRecord[] = [];
  const strays: FoldRecord[] = [];
  for (const entry of mine) {
    const { session, seq } = entry.record;
    // I7: all up to a watermark is folded. An honest page leaves no holes; whoever does keeps what is theirs.
    if (seq === (watermarks.get(session) ?? 0) + 1) {
      watermarks.set(session, seq);
      records.push(entry);
    } else strays.push(entry);
  }
  records.sort(compareRecords);
  const skip = new Set(
    records.flatMap(({ record: { id, kind } }) => (isUndoable(kind) && rules.leavesOut(id, counts) ? [id] : [])),
  );
  const kept = records.filter(({ record }) => !skip.has(record.id));
  const bricks = new Map<BrickKey, PaintItem[]>();
  for (const { record } of kept)
    for (const item of fold.itemsOf(record.id)) {
      const items = bricks.get(item.key);
      if (items) items.push(item);
      else bricks.set(item.key, [item]);
    }
  const base: BaseState = { foldedGeneration: generation, rev: before.rev + 1, watermarks, carried: before.carried };
  return {
    generation,
    base: { ...base, carried: rules.carry(base, records) },
    folded: [...watermarks].flatMap(([session, upTo]) => {
      const after = before.watermarks.get(session) ?? 0;
      return upTo > after ? [{ session, after, upTo }] : [];
    }),
    skip,
    bricks,
    facts: kept.filter(({ record: { kind } }) => kind === 4 || kind === 5 || kind === 6),
    strays,
  };
}

const isUndoable = (kind: number): boolean =>
  kind !== RecordKind.undo && kind !== RecordKind.redo && kind !== RecordKind.void;

/** R44: an UNDO outlives its generation as long as what it names is not folded. */
export function carriedBy(base: BaseState, records: readonly FoldRecord[]): Set<RecordId> {
  const carried = new Set<RecordId>();
  const note = (id: RecordId, isUndone: boolean) => {
    if (!isUndone || isFoldedIn(base, ...partsOf(id))) carried.delete(id);
    else if (carried.size < MAX_CARRIED) carried.add(id);
  };
  for (const id of base.carried) note(id, true);
  for (const { record } of records) if (record.kind === 2 || record.kind === 3) note(record.target, record.kind === 2);
  return carried;
}
