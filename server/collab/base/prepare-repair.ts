import type { BaseFacts } from "../../../core/sync/fold/base-facts.ts";
import { hashBrick } from "../../../core/sync/fold/base-state.ts";
import type { LabelGrid } from "../../../core/sync/record/label-grid.ts";
import type { RecordId } from "../../../core/sync/record/record.ts";
import type { BrickKey } from "../../../core/volume/brick.ts";
import { type BaseStore, FACTS_KEY, type FoldedRow } from "./base-store.ts";
import type { BaseVersions } from "./base-versions.ts";
import type { Written } from "./fold-writer.ts";
import { rebuildBrick, rebuildFacts, toFoldRecord } from "./rebuild-base.ts";

export interface PreparedRepair {
  readonly written: ReadonlyMap<BrickKey, Written>;
  /** Where a field or a merge has changed. */
  readonly facts: BaseFacts | null;
  /** The first generation that changes, of each brick and of the facts. */
  readonly spoiled: ReadonlyMap<BrickKey, number>;
}

/** R43: writes anew what folded records have touched that are undone or redone; null when it is stopped. */
export async function prepareRepair(
  { store, versions, grid }: { readonly store: BaseStore; readonly versions: BaseVersions; readonly grid: LabelGrid },
  rev: number,
  changed: readonly FoldedRow[],
  undone: ReadonlyMap<RecordId, boolean>,
  isStopped: () => boolean,
): Promise<PreparedRepair | null> {
  const spoiled = firstGenerations(changed, grid);
  const written = new Map<BrickKey, Written>();
  let facts: BaseFacts | null = null;
  for (const [key, generation] of spoiled) {
    if (isStopped()) return null;
    if (key === FACTS_KEY) {
      facts = await rebuildFacts(store, versions, grid, generation, undone);
      written.set(key, { madeFrom: "", hash: "", blob: await store.writeFacts(rev, facts) });
    } else {
      const voxels = await rebuildBrick(store, versions, grid, key, generation, undone);
      const hash = hashBrick(voxels);
      written.set(key, { madeFrom: "", hash, blob: await store.writeBrick(key, rev, voxels) });
    }
  }
  return { written, facts, spoiled };
}

function firstGenerations(changed: readonly FoldedRow[], grid: LabelGrid): Map<BrickKey, number> {
  const first = new Map<BrickKey, number>();
  for (const row of changed) {
    const { record } = toFoldRecord(row, grid);
    const keys: BrickKey[] = [];
    if (record.kind === 1 || record.kind === 7) keys.push(...record.body.bricks.map(({ key }) => key));
    else if (record.kind === 8) keys.push(...record.bricks.map(({ key }) => key));
    else if (record.kind >= 4 && record.kind <= 6) keys.push(FACTS_KEY);
    for (const key of keys) first.set(key, Math.min(row.foldedGeneration, first.get(key) ?? row.foldedGeneration));
  }
  return first;
}
