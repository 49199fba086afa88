import * as Y from "yjs";
import type { NucleusFields } from "../../core/edit/label-document.ts";
import { BrickLoader } from "../../core/sync/brick-loader.ts";
import { DocumentFeed } from "../../core/sync/document-feed.ts";
import { baseOf } from "../../core/sync/document-layout.ts";
import { LabelFold } from "../../core/sync/label-fold.ts";
import type { BrickKey } from "../../core/volume/brick.ts";
import type { Services } from "../services.ts";
import { FACTS_KEY } from "./base/base-store.ts";
import { listFoldedBricks } from "./base-bricks.ts";
import { decodeBlobBeside } from "./decode-blob-beside.ts";
import { paintBlobKey } from "./label-blob-keys.ts";
import { liveVolumesOf } from "./live-volumes.ts";
import { pauseWhenDue } from "./next-turn.ts";

/** Enough for one row of bricks; a frozen state is read once, brick by brick. */
const MAX_BRICKS = 16;

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

export async function freezeLabels(services: Services, volumeId: string): Promise<FrozenVolumeLabels> {
  const { blobs } = services;
  const { state, live } = await liveVolumesOf(services).use(volumeId, async (used) => ({
    state: await used.room.readState(),
    live: used,
  }));
  const doc = new Y.Doc();
  Y.applyUpdate(doc, state.document);
  const fold = new LabelFold(live.room.fold.grid);
  (await DocumentFeed.openSlowly(doc, fold, () => {}, pauseWhenDue)).close();
  const { rev } = baseOf(doc);
  doc.destroy();
  const { versions } = live.room;
  fold.facts.setBase(await live.base.readFacts(versions.asOf(FACTS_KEY, rev)));
  const fetchBlob = async (sha256: string) => {
    const bytes = await blobs.get(paintBlobKey(volumeId, sha256));
    if (!bytes) throw new Error(`the voxels ${sha256} are missing`);
    return bytes;
  };
  const loader = new BrickLoader(
    {
      fetchBrick: (key, asOf) => live.base.readBrick(key, versions.asOf(key, asOf)),
      fetchBlob,
      decodeBlob: decodeBlobBeside,
    },
    () => fold,
    () => rev,
    MAX_BRICKS,
  );
  const { partition } = fold.facts;
  const keys = new Set([...(await listFoldedBricks(blobs, volumeId, versions, rev)), ...fold.bricks.paintedKeys()]);

  return {
    epoch: state.epoch,
    journalPosition: state.position,
    brickKeys: [...keys].sort((a, b) => a - b),
    async readBrick(key) {
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
    lastTouchedBy(label) {
      const touches = partition.members(label).flatMap((member) => state.touches.get(member) ?? []);
      return touches.reduce<(typeof touches)[number] | null>((last, t) => (!last || t.at > last.at ? t : last), null);
    },
  };
}
