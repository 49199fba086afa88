import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { buildKnownMask, knownMaskReach } from "../../../core/labels/known-mask.ts";
import { BRICK_SIZE, BRICK_VOXELS, type BrickKey, brickBox, brickKeysOfBox } from "../../../core/volume/brick.ts";
import { boxShape, intersectBoxes, type VoxelBox, voxelCount, wholeBox } from "../../../core/volume/voxel-space.ts";
import { readLabels } from "../../collab/operations/read-labels.ts";
import { LABEL_BRICK_BYTES, readLabelChunk } from "../../label-images/read-label-chunk.ts";
import type { Services } from "../../services.ts";
import type { VolumeFacts } from "./volume-facts.ts";

const unzip = promisify(gunzip);
const zip = promisify(gzip);

/** Chunks of the current state are what readers ask for once: little time is spent on them. */
const compress = (values: Uint32Array | Uint8Array): Promise<Uint8Array> =>
  zip(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), { level: 1 });

const anyOf = (values: ArrayLike<number>): boolean => {
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) return true;
  return false;
};

/** The labels of one brick as they are now; null where all is background. */
export async function labelsChunk(
  services: Services,
  volumeId: string,
  { shapeZyx }: VolumeFacts,
  key: BrickKey,
): Promise<Uint8Array | null> {
  const box = brickBox(key, shapeZyx);
  const { labels } = await readLabels(services, volumeId, box);
  return labels && compress(paddedBrick(labels, box, box, new Uint32Array(BRICK_VOXELS)));
}

/** What may be learned from one brick as it is now (core/labels/known-mask.ts); null where nothing is known. */
export async function knownChunk(
  services: Services,
  volumeId: string,
  facts: VolumeFacts,
  key: BrickKey,
): Promise<Uint8Array | null> {
  const { shapeZyx, voxelSizeZyx, claimed } = facts;
  const box = brickBox(key, shapeZyx);
  const around = grown(box, knownMaskReach(voxelSizeZyx), shapeZyx);
  const { labels, truth } = await readLabels(services, volumeId, around);
  const { undecided, rejected } = await proposedIn(services, facts, around);
  const completeBoxes = facts.boxes.flatMap((vouched) => {
    const part = intersectBoxes(vouched, around);
    return part ? [shifted(part, around.minZyx)] : [];
  });
  if (!labels && !rejected && completeBoxes.length === 0) return null;
  const known = buildKnownMask({
    shapeZyx: boxShape(around),
    voxelSizeZyx,
    labels: labels ?? new Uint32Array(voxelCount(boxShape(around))),
    truthLabels: new Set(truth.filter((label) => !claimed.has(label))),
    undecidedProposals: undecided,
    rejectedProposals: rejected,
    completeBoxes,
  });
  const brick = paddedBrick(known, around, box, new Uint8Array(BRICK_VOXELS));
  return anyOf(brick) ? compress(brick) : null;
}

/** A stored chunk of the current prediction, of any level, without what people have judged; null where nothing is proposed. */
export async function proposalsChunk(
  services: Services,
  { proposals }: VolumeFacts,
  name: string,
): Promise<Uint8Array | null> {
  if (!proposals?.currentPrefix) return null;
  const stored = await services.blobs.get(proposals.currentPrefix + name);
  if (!stored) return null;
  const bytes = await unzip(stored, { maxOutputLength: LABEL_BRICK_BYTES });
  const labels = new Uint32Array(BRICK_VOXELS);
  new Uint8Array(labels.buffer).set(bytes);
  let isAsStored = true;
  for (let i = 0; i < labels.length; i++)
    if (labels[i] !== 0 && !proposals.undecided.has(labels[i])) {
      labels[i] = 0;
      isAsStored = false;
    }
  if (isAsStored) return stored;
  return anyOf(labels) ? compress(labels) : null;
}

/** Where proposals are open, and where they were rejected; as a snapshot would hold them. */
async function proposedIn(services: Services, { shapeZyx, proposals }: VolumeFacts, box: VoxelBox) {
  if (!proposals) return { undecided: null, rejected: null };
  const { currentPrefix, undecided: open } = proposals;
  const near = proposals.rejected.filter((one) => intersectBoxes(one.box, box));
  const undecided = new Uint8Array(voxelCount(boxShape(box)));
  const rejected = near.length > 0 ? new Uint8Array(undecided.length) : null;
  for (const key of brickKeysOfBox(box)) {
    const own = brickBox(key, shapeZyx);
    const current = currentPrefix === null ? null : await readLabelChunk(services.blobs, currentPrefix, key);
    if (current)
      eachVoxel(own, box, (from, to) => {
        if (open.has(current[from])) undecided[to] = 1;
      });
    if (!rejected) continue;
    for (const one of near) {
      const part = intersectBoxes(one.box, own) && (await readLabelChunk(services.blobs, one.blobPrefix, key));
      if (part)
        eachVoxel(own, box, (from, to) => {
          if (part[from] === one.labelValue) rejected[to] = 1;
        });
    }
  }
  return { undecided, rejected };
}

/** Voxels that a brick and a box share: their index in the brick, and in the box. */
function eachVoxel(brick: VoxelBox, box: VoxelBox, visit: (from: number, to: number) => void): void {
  const part = intersectBoxes(brick, box);
  if (!part) return;
  const [, height, width] = boxShape(box);
  for (let z = part.minZyx[0]; z < part.maxZyx[0]; z++)
    for (let y = part.minZyx[1]; y < part.maxZyx[1]; y++) {
      const from = ((z - brick.minZyx[0]) * BRICK_SIZE + y - brick.minZyx[1]) * BRICK_SIZE - brick.minZyx[2];
      const to = ((z - box.minZyx[0]) * height + y - box.minZyx[1]) * width - box.minZyx[2];
      for (let x = part.minZyx[2]; x < part.maxZyx[2]; x++) visit(from + x, to + x);
    }
}

/** A brick cut out of values in a box; voxels outside of the volume stay 0. */
function paddedBrick<T extends Uint32Array | Uint8Array>(
  values: ArrayLike<number>,
  from: VoxelBox,
  brick: VoxelBox,
  out: T,
): T {
  eachVoxel(brick, from, (to, at) => {
    out[to] = values[at];
  });
  return out;
}

const grown = ({ minZyx, maxZyx }: VoxelBox, by: readonly number[], shapeZyx: VolumeFacts["shapeZyx"]): VoxelBox => {
  const [z, y, x] = by;
  const wide = {
    minZyx: [minZyx[0] - z, minZyx[1] - y, minZyx[2] - x],
    maxZyx: [maxZyx[0] + z, maxZyx[1] + y, maxZyx[2] + x],
  } as const;
  const inside = intersectBoxes(wide, wholeBox(shapeZyx));
  if (!inside) throw new RangeError("the brick lies outside the volume");
  return inside;
};

const shifted = ({ minZyx, maxZyx }: VoxelBox, [z, y, x]: readonly number[]): VoxelBox => ({
  minZyx: [minZyx[0] - z, minZyx[1] - y, minZyx[2] - x],
  maxZyx: [maxZyx[0] - z, maxZyx[1] - y, maxZyx[2] - x],
});
