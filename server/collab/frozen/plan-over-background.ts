import type { LabelValue } from "../../../core/edit/label-document.ts";
import { gridPositionZyx, type LabelGrid } from "../../../core/sync/record/label-grid.ts";
import { type PlanLimits, type PlannedRecord, planRecord } from "../../../core/sync/record/plan-act.ts";
import type { BrickKey } from "../../../core/volume/brick.ts";
import { readLabelChunk } from "../../label-images/read-label-chunk.ts";
import type { BlobStore } from "../../storage/blob-store.ts";
import { paintBlobKey } from "../base/label-blob-keys.ts";
import { type FrozenState, openFrozenLabels } from "./frozen-labels.ts";

/** Pages that show them paint them at once. */
const BRICKS_PER_ACT = 12;
/** Thousands of acts: but for small ones their voxels are blobs, so that the document stays small. */
const importLimits: PlanLimits = { bodyBytes: 8 * 1024, inlineRecords: 1 };

/** Records of some bricks, to be written together; their blobs are stored. */
export interface PlannedAct {
  readonly brickKeys: readonly BrickKey[];
  readonly records: readonly PlannedPaint[];
}

export interface PlannedPaint extends Omit<PlannedRecord, "blob"> {
  readonly blob: { readonly sha256: string; readonly sizeBytes: number } | null;
}

/** 64³ labels of an import under their values in the volume; null = background. */
export type ReadIncoming = (key: BrickKey) => Promise<Uint32Array | null>;

export function importedBrick(
  blobs: BlobStore,
  { prefix, names }: { readonly prefix: string; readonly names: Uint32Array },
): ReadIncoming {
  const nameOf = new Map<number, LabelValue>();
  for (let i = 0; i < names.length; i += 2) nameOf.set(names[i], names[i + 1]);
  return async (key) =>
    (await readLabelChunk(blobs, prefix, key))?.map((label) => (label === 0 ? 0 : (nameOf.get(label) ?? 0))) ?? null;
}

/**
 * What incoming bricks paint where the volume was background in a frozen state. It holds for as long as nothing changes in
 * these bricks. Blobs are stored under the hash of their content: done again, it stores the same.
 */
export async function planOverBackground(
  blobs: BlobStore,
  frozen: FrozenState,
  brickKeys: readonly BrickKey[],
  readIncoming: ReadIncoming,
): Promise<PlannedAct[]> {
  const { grid, volumeId } = frozen;
  const present = await openFrozenLabels(blobs, frozen);
  const acts: PlannedAct[] = [];
  for (let from = 0; from < brickKeys.length; from += BRICKS_PER_ACT) {
    const keys = brickKeys.slice(from, from + BRICKS_PER_ACT);
    const runsOf = new Map<LabelValue, number[]>();
    for (const key of keys) {
      const incoming = await readIncoming(key);
      if (incoming) collectRuns(incoming, await present.readBrick(key), key, grid, runsOf);
    }
    const groups = [...runsOf].map(([label, runs]) => ({ label, runs: Int32Array.from(runs) }));
    const records: PlannedPaint[] = [];
    for (const { blob, ...record } of planRecord({ kind: "paintGroups", groups }, grid, importLimits)) {
      if (blob) await blobs.put(paintBlobKey(volumeId, blob.sha256), blob.bytes);
      records.push({ ...record, blob: blob ? { sha256: blob.sha256, sizeBytes: blob.bytes.length } : null });
    }
    acts.push({ brickKeys: keys, records });
  }
  return acts;
}

function collectRuns(
  labels: Uint32Array,
  present: Uint32Array | null,
  key: BrickKey,
  { brickSize }: LabelGrid,
  into: Map<LabelValue, number[]>,
): void {
  const [bz, by, bx] = gridPositionZyx(key);
  for (let z = 0; z < brickSize; z++)
    for (let y = 0; y < brickSize; y++) {
      const line = (y + z * brickSize) * brickSize;
      for (let x = 0; x < brickSize; ) {
        const label = labels[line + x];
        let end = x + 1;
        if (label === 0 || present?.[line + x]) {
          x = end;
          continue;
        }
        while (end < brickSize && labels[line + end] === label && !present?.[line + end]) end++;
        const runs = into.get(label) ?? [];
        runs.push(bz * brickSize + z, by * brickSize + y, bx * brickSize + x, bx * brickSize + end);
        into.set(label, runs);
        x = end;
      }
    }
}
