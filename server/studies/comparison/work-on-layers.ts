import { compareLayers, type DrawnLayer } from "../../../core/agreement/compare-layers.ts";
import { consensusImage } from "../../../core/agreement/consensus-image.ts";
import { isTruth } from "../../../core/labels/label-status.ts";
import { BRICK_SIZE, type BrickKey, brickBox, brickKeysOfBox } from "../../../core/volume/brick.ts";
import { boxShape, intersectBoxes, type VoxelBox, voxelCount, type Zyx } from "../../../core/volume/voxel-space.ts";
import { type FrozenState, openFrozenLabels } from "../../collab/frozen/frozen-labels.ts";
import type { ReadLabelBrick } from "../../label-images/brick-volume-source.ts";
import { readLabelChunk } from "../../label-images/read-label-chunk.ts";
import { writeLabelImage } from "../../label-images/write-label-image.ts";
import { statusInSnapshot } from "../../snapshots/frozen-status.ts";
import type { BlobStore } from "../../storage/blob-store.ts";
import type { AgreedLayers, AgreeTask, ComparedLayers, CompareTask } from "./study-tasks.ts";

/** Opening the layers is as long as a few pairs. */
const OPENING = 0.3;

/** Everything that a study shows. Memory: the layers of the box, four bytes a voxel each (core/study bounds them). */
export async function compareStudy(
  blobs: BlobStore,
  task: CompareTask,
  onProgress: (done: number) => void,
): Promise<ComparedLayers> {
  const layers: DrawnLayer[] = [];
  for (const frozen of task.layers) {
    layers.push(await openLayer(blobs, frozen, task.box));
    onProgress((OPENING * layers.length) / task.layers.length);
  }
  const { box, voxelSizeZyx } = task;
  const model = task.model && (await openModel(blobs, task.model, box));
  const rest = (done: number) => onProgress(OPENING + (1 - OPENING) * done);
  return { kind: "compare", result: compareLayers({ box, voxelSizeZyx, layers, model, onProgress: rest }) };
}

/** Writes the label image of what the layers agree on. */
export async function writeConsensus(blobs: BlobStore, task: AgreeTask): Promise<AgreedLayers> {
  const layers: Uint32Array[] = [];
  for (const frozen of task.layers) layers.push((await openLayer(blobs, frozen, task.box)).labels);
  const { labels, nuclei } = consensusImage(layers, boxShape(task.box), task.method);
  const extents = await writeLabelImage({
    blobs,
    dataRoot: task.environment.dataRoot,
    prefix: task.prefix,
    name: "consensus",
    sourceImage: "../../../image.ome.zarr",
    shapeZyx: task.shapeZyx,
    voxelSizeZyx: task.voxelSizeZyx,
    readBrick: bricksOfCrop(labels, task.box, task.shapeZyx),
  });
  const extentOf = new Map(extents.map((extent) => [extent.label, extent]));
  return {
    kind: "agree",
    nuclei: nuclei.flatMap(({ id, votes }) => {
      const extent = extentOf.get(id);
      return extent ? [{ votes, extent }] : [];
    }),
  };
}

/** What was drawn in the box and is meant to be a nucleus: what its annotator calls unfinished is none yet. */
async function openLayer(blobs: BlobStore, frozen: FrozenState, box: VoxelBox): Promise<DrawnLayer> {
  const opened = await openFrozenLabels(blobs, frozen);
  const labels = await readCrop(opened.readBrick, box, frozen.grid.shapeZyx);
  const counts = new Map<number, boolean>();
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (label === 0) continue;
    let isMeant = counts.get(label);
    if (isMeant === undefined) {
      isMeant = isTruth(statusInSnapshot(opened.fieldsOf(label).status, false));
      counts.set(label, isMeant);
    }
    if (!isMeant) labels[i] = 0;
  }
  return { labels, classOf: (label) => opened.fieldsOf(label).class ?? null };
}

async function openModel(blobs: BlobStore, { prefix, labels }: NonNullable<CompareTask["model"]>, box: VoxelBox) {
  const { shapeZyx } = labels.grid;
  const proposed = await readCrop((key) => readLabelChunk(blobs, prefix, key), box, shapeZyx);
  if (proposed.every((label) => label === 0)) return null;
  const live = await readCrop((await openFrozenLabels(blobs, labels)).readBrick, box, shapeZyx);
  const isTaken = Uint8Array.from(live, (label, i) => (label !== 0 && proposed[i] === 0 ? 1 : 0));
  return { labels: proposed, isTaken };
}

/** The voxels of a box, z, y, x. */
async function readCrop(readBrick: ReadLabelBrick, box: VoxelBox, shapeZyx: Zyx): Promise<Uint32Array> {
  const crop = new Uint32Array(voxelCount(boxShape(box)));
  for (const key of brickKeysOfBox(box)) {
    const brick = await readBrick(key);
    if (!brick) continue;
    for (const { inCrop, inBrick, length } of sharedRows(key, box, shapeZyx))
      crop.set(brick.subarray(inBrick, inBrick + length), inCrop);
  }
  return crop;
}

const bricksOfCrop = (crop: Uint32Array, box: VoxelBox, shapeZyx: Zyx): ReadLabelBrick => {
  const keys = new Set(brickKeysOfBox(box));
  return async (key) => {
    if (!keys.has(key)) return null;
    const brick = new Uint32Array(BRICK_SIZE ** 3);
    for (const { inCrop, inBrick, length } of sharedRows(key, box, shapeZyx))
      brick.set(crop.subarray(inCrop, inCrop + length), inBrick);
    return brick;
  };
};

/** Rows along x that a brick and a box share, by where each begins. */
function* sharedRows(key: BrickKey, box: VoxelBox, shapeZyx: Zyx) {
  const whole = brickBox(key, shapeZyx);
  const shared = intersectBoxes(whole, box);
  if (!shared) return;
  const [, rows, columns] = boxShape(box);
  const [z0, y0, x0] = shared.minZyx;
  const length = shared.maxZyx[2] - x0;
  for (let z = z0; z < shared.maxZyx[0]; z++)
    for (let y = y0; y < shared.maxZyx[1]; y++)
      yield {
        inCrop: ((z - box.minZyx[0]) * rows + (y - box.minZyx[1])) * columns + (x0 - box.minZyx[2]),
        inBrick: ((z - whole.minZyx[0]) * BRICK_SIZE + (y - whole.minZyx[1])) * BRICK_SIZE + (x0 - whole.minZyx[2]),
        length,
      };
}
