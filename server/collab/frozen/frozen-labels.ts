import * as Y from "yjs";
import type { NucleusFields } from "../../../core/edit/label-document.ts";
import { BrickLoader } from "../../../core/sync/brick-loader.ts";
import { DocumentFeed } from "../../../core/sync/document/document-feed.ts";
import { LabelFold } from "../../../core/sync/fold/label-fold.ts";
import type { LabelGrid } from "../../../core/sync/record/label-grid.ts";
import type { BrickKey } from "../../../core/volume/brick.ts";
import type { BlobStore } from "../../storage/blob-store.ts";
import { readFoldedBrick, readFoldedFacts } from "../base/base-bricks.ts";
import { paintBlobKey } from "../base/label-blob-keys.ts";
import { decodeBlobBeside } from "../event-loop/decode-blob-beside.ts";
import { pauseWhenDue } from "../event-loop/next-turn.ts";
import { lastTouchIn, type TouchColumns } from "../journal/touch-columns.ts";

/** Enough for one row of bricks; a frozen state is read once, brick by brick. */
const MAX_BRICKS = 16;

/** A durable state of a volume's labels as plain data: whoever has the blobs can open it, in any process. */
export interface FrozenState {
  readonly volumeId: string;
  readonly grid: LabelGrid;
  readonly epoch: number;
  /** Position in the write-ahead log. */
  readonly position: number;
  /** Yjs V1 update. */
  readonly document: Uint8Array;
  readonly rev: number;
  /** Names of the folded bricks as of `rev`; null = all background. What is not named is as it was imported. */
  readonly folded: ReadonlyMap<BrickKey, string | null>;
  /** Name of the folded fields and merges. */
  readonly facts: string | null;
  /** Bricks of the base that are not all background. */
  readonly baseKeys: readonly BrickKey[];
  readonly touches: TouchColumns;
  /** States with equal texts have equal voxels. */
  readonly version: string;
}

/** A durable state of a volume's labels that nothing changes any more. Work on the live volume goes on beside it. */
export interface FrozenVolumeLabels {
  readonly epoch: number;
  /** Position in the write-ahead log. */
  readonly journalPosition: number;
  /** Bricks that can hold a label, ascending. */
  readonly brickKeys: readonly BrickKey[];
  /** 64³ labels with merges baked in, a copy; null where all is background. */
  readBrick(key: BrickKey): Promise<Uint32Array | null>;
  canonicalLabel(label: number): number;
  membersOf(label: number): readonly number[];
  /** Effective values of the merged group. */
  fieldsOf(label: number): NucleusFields;
  /** Labels that carry a field, painted or not (rejected proposals have no voxels). */
  readonly labelsWithFields: readonly number[];
  lastTouchedBy(label: number): { readonly userId: string; readonly at: Date } | null;
}

export async function openFrozenLabels(blobs: BlobStore, state: FrozenState): Promise<FrozenVolumeLabels> {
  const { volumeId, folded } = state;
  const doc = new Y.Doc();
  Y.applyUpdate(doc, state.document);
  const fold = new LabelFold(state.grid);
  (await DocumentFeed.openSlowly(doc, fold, () => {}, pauseWhenDue)).close();
  doc.destroy();
  fold.facts.setBase(await readFoldedFacts(blobs, state.facts));
  const loader = new BrickLoader(
    {
      fetchBrick: (key) => readFoldedBrick(blobs, volumeId, key, folded.get(key)),
      async fetchBlob(sha256) {
        const bytes = await blobs.get(paintBlobKey(volumeId, sha256));
        if (!bytes) throw new Error(`the voxels ${sha256} are missing`);
        return bytes;
      },
      decodeBlob: decodeBlobBeside,
    },
    () => fold,
    () => state.rev,
    MAX_BRICKS,
  );
  const { partition } = fold.facts;
  const lastTouch = lastTouchIn(state.touches);
  const keys = new Set([...state.baseKeys, ...fold.bricks.paintedKeys()]);

  return {
    epoch: state.epoch,
    journalPosition: state.position,
    brickKeys: [...keys].sort((a, b) => a - b),
    async readBrick(key) {
      if (!keys.has(key)) return null;
      await loader.load([key], () => {});
      const voxels = fold.bricks.read(key);
      if (!voxels) return null;
      const baked = voxels.slice();
      if (partition.groups().size > 0)
        for (let i = 0; i < baked.length; i++) if (baked[i] !== 0) baked[i] = partition.canonical(baked[i]);
      return baked;
    },
    canonicalLabel: (label) => partition.canonical(label),
    membersOf: (label) => partition.members(label),
    fieldsOf: (label) => fold.facts.fieldsOf(label),
    labelsWithFields: [...fold.facts.labelsWithFields()],
    lastTouchedBy: (label) => lastTouch(partition.members(label)),
  };
}
