import { type BaseFacts, factsOver } from "../../../core/sync/fold/base-facts.ts";
import { paintOver } from "../../../core/sync/fold/brick-set.ts";
import { compareRecords, type FoldRecord, type PaintItem, paintItemsOf } from "../../../core/sync/fold/fold-record.ts";
import type { LabelGrid } from "../../../core/sync/record/label-grid.ts";
import type { PaintBody, PaintVoxels, RecordId } from "../../../core/sync/record/record.ts";
import { decodeRecord } from "../../../core/sync/record/record-codec.ts";
import type { BrickKey } from "../../../core/volume/brick.ts";
import { besideEverythingElse } from "../event-loop/decode-blob-beside.ts";
import { pauseWhenDue } from "../event-loop/next-turn.ts";
import { type BaseStore, FACTS_KEY, type FoldedRow } from "./base-store.ts";
import type { BaseVersions } from "./base-versions.ts";

/** Records painted between two pauses. */
const BATCH = 100;

/** A folded record as it lies in the history. */
export function toFoldRecord({ record, foldedGeneration }: FoldedRow, grid: LabelGrid): FoldRecord {
  return { record: decodeRecord(record, grid), stored: record, generation: foldedGeneration, undone: false };
}

/** What a part of the base is made anew from. */
export type HistoryReader = Pick<BaseStore, "readBrick" | "readFacts" | "readHistory" | "readBlob">;

/** Records of the history that are not undone, in its order. `undone` goes before what is stored. */
async function keptHistory(
  store: HistoryReader,
  grid: LabelGrid,
  key: BrickKey,
  after: number,
  undone: ReadonlyMap<RecordId, boolean>,
): Promise<FoldRecord[]> {
  const kept: FoldRecord[] = [];
  for (const row of await store.readHistory(key, after)) {
    if (undone.get(row.id) ?? row.undone) continue;
    kept.push(toFoldRecord(row, grid));
    await pauseWhenDue();
  }
  return kept.sort(compareRecords);
}

/**
 * R43: the base anew from the newest version that nothing has been undone beneath, and the history after it. `below` is the
 * first generation with a record that is undone or redone.
 */
export async function rebuildBrick(
  store: HistoryReader,
  versions: BaseVersions,
  grid: LabelGrid,
  key: BrickKey,
  below: number,
  undone: ReadonlyMap<RecordId, boolean>,
): Promise<Uint32Array | null> {
  await versions.complete([key]);
  const start = versions.startBelow(key, below);
  const history = await keptHistory(store, grid, key, start?.generation ?? 0, undone);
  let voxels = await store.readBrick(key, start);
  for (let from = 0; from < history.length; from += BATCH) {
    const items: PaintItem[] = [];
    const held: PaintVoxels[] = [];
    for (const owner of history.slice(from, from + BATCH)) {
      const blob = owner.record.kind === 8 ? await readBlob(store, grid, owner.record.sha256) : undefined;
      const here = paintItemsOf(owner, () => blob).filter((item) => item.key === key);
      items.push(...here);
      if (blob) held.push(await blob.hold(besideEverythingElse));
    }
    voxels = paintOver(grid, voxels, items);
    held.length = 0;
    await pauseWhenDue();
  }
  return voxels;
}

async function readBlob(store: HistoryReader, grid: LabelGrid, sha256: string): Promise<PaintBody> {
  const blob = await store.readBlob(sha256, grid);
  if (!blob) throw new Error(`the voxels ${sha256} are missing`);
  return blob;
}

export async function rebuildFacts(
  store: HistoryReader,
  versions: BaseVersions,
  grid: LabelGrid,
  below: number,
  undone: ReadonlyMap<RecordId, boolean>,
): Promise<BaseFacts> {
  await versions.complete([FACTS_KEY]);
  const start = versions.startBelow(FACTS_KEY, below);
  const facts = await store.readFacts(start);
  return factsOver(facts, await keptHistory(store, grid, FACTS_KEY, start?.generation ?? 0, undone));
}
