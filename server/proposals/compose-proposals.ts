import { BRICK_VOXELS, type BrickKey, brickBox, brickKeysOfBox } from "../../core/volume/brick.ts";
import { intersectBoxes, type Zyx } from "../../core/volume/voxel-space.ts";
import type { ReadLabelBrick } from "../label-images/brick-volume-source.ts";
import type { EarlierProposal } from "../label-worker/label-tasks.ts";

/** A proposal that loses more than this to accepted nuclei or to held proposals is dropped. */
const MAX_LOST_SHARE = 0.5;
const REJECTED_IOU = 0.5;

export interface ProposalSources {
  readonly shapeZyx: Zyx;
  /** Instance ids as predicted, and the bricks that have any. Ids without an entry in `predictedVoxels` are left out. */
  readonly predicted: ReadLabelBrick;
  readonly predictedKeys: readonly BrickKey[];
  readonly predictedVoxels: ReadonlyMap<number, number>;
  /** The annotators' labels now. */
  readonly live: ReadLabelBrick;
  readonly held: readonly EarlierProposal[];
  readonly rejected: readonly EarlierProposal[];
  readonly earlier: (prefix: string, key: BrickKey) => Promise<Uint32Array | null>;
}

export interface ComposedProposals {
  /** Predicted ids that stay. */
  readonly kept: readonly number[];
  /** Those of `kept` that overlap a rejected proposal with IoU > 0.5: shown, never asked again. */
  readonly suppressed: ReadonlySet<number>;
  /** The image to be stored; `labelOf` gives the label value of every kept id. */
  readBrick(labelOf: ReadonlyMap<number, number>): ReadLabelBrick;
}

/**
 * A new label image of proposals: the predicted instances, only where no annotator's label is, with proposals that
 * somebody is looking at carried over unchanged. Brick by brick, so memory does not grow with the volume.
 */
export async function composeProposals(sources: ProposalSources): Promise<ComposedProposals> {
  const left = new Map<number, number>();
  for (const key of sources.predictedKeys) {
    const brick = await freeBrick(sources, key);
    if (brick) countLabels(brick, left);
  }
  const kept = [...left]
    .filter(([id, voxels]) => {
      const whole = sources.predictedVoxels.get(id);
      return whole !== undefined && voxels >= (1 - MAX_LOST_SHARE) * whole;
    })
    .map(([id]) => id)
    .sort((a, b) => a - b);
  return {
    kept,
    suppressed: await overlapsRejected(sources, new Set(kept), left),
    readBrick: (labelOf) => async (key) => {
      const predicted = await freeBrick(sources, key);
      const image = predicted ?? new Uint32Array(BRICK_VOXELS);
      for (let i = 0; i < image.length; i++) if (image[i] !== 0) image[i] = labelOf.get(image[i]) ?? 0;
      const painted = await paintHeld(sources, key, image, (held) => held.labelValue);
      return predicted || painted ? image : null;
    },
  };
}

/** Predicted ids of a brick without what lies under annotators' labels or held proposals. */
async function freeBrick(sources: ProposalSources, key: BrickKey): Promise<Uint32Array | null> {
  const predicted = await sources.predicted(key);
  if (!predicted) return null;
  const free = predicted.slice();
  const live = await sources.live(key);
  if (live) for (let i = 0; i < free.length; i++) if (live[i] !== 0) free[i] = 0;
  await paintHeld(sources, key, free, () => 0);
  return free;
}

async function paintHeld(
  sources: ProposalSources,
  key: BrickKey,
  image: Uint32Array,
  newValueOf: (held: EarlierProposal) => number,
): Promise<boolean> {
  let painted = false;
  for (const held of sources.held) {
    if (!intersectBoxes(held.box, brickBox(key, sources.shapeZyx))) continue;
    const brick = await sources.earlier(held.blobPrefix, key);
    if (!brick) continue;
    const value = newValueOf(held);
    for (let i = 0; i < brick.length; i++)
      if (brick[i] === held.labelValue) {
        image[i] = value;
        painted = true;
      }
  }
  return painted;
}

async function overlapsRejected(
  sources: ProposalSources,
  kept: ReadonlySet<number>,
  left: ReadonlyMap<number, number>,
): Promise<Set<number>> {
  const suppressed = new Set<number>();
  for (const rejected of sources.rejected) {
    const shared = new Map<number, number>();
    for (const key of brickKeysOfBox(rejected.box)) {
      const free = await freeBrick(sources, key);
      const brick = free && (await sources.earlier(rejected.blobPrefix, key));
      if (!free || !brick) continue;
      for (let i = 0; i < brick.length; i++)
        if (brick[i] === rejected.labelValue && free[i] !== 0) shared.set(free[i], (shared.get(free[i]) ?? 0) + 1);
    }
    for (const [id, both] of shared) {
      const either = (left.get(id) ?? 0) + rejected.voxels - both;
      if (kept.has(id) && both > REJECTED_IOU * either) suppressed.add(id);
    }
  }
  return suppressed;
}

function countLabels(brick: Uint32Array, counts: Map<number, number>): void {
  for (let i = 0; i < brick.length; ) {
    const label = brick[i];
    let end = i + 1;
    while (end < brick.length && brick[end] === label) end++;
    if (label !== 0) counts.set(label, (counts.get(label) ?? 0) + end - i);
    i = end;
  }
}
