import { Problem } from "../../problem.ts";
import { brickKeysOfBox } from "../../volume/brick.ts";
import {
  boxShape,
  intersectBoxes,
  type VoxelBox,
  type VoxelSpace,
  voxelCount,
  wholeBox,
} from "../../volume/voxel-space.ts";
import type { EditAct, LabelBrickSource, LabelValue } from "../label-document.ts";
import { VoxelReader } from "../voxel-reader.ts";
import { VoxelSet } from "../voxel-set.ts";

/** Work on a shape takes up to 20 bytes and 0.2 µs per voxel of its box. */
export const MAX_REGION_VOXELS = 6_000_000;

/** A nucleus and what lies around it as dense arrays, x fastest. `shapeZyx` is the box's, cut at the borders of the volume. */
export interface NucleusRegion extends VoxelSpace {
  readonly box: VoxelBox;
  /** 1 = a voxel of the nucleus. */
  readonly own: Uint8Array;
  /** 1 = a voxel of another nucleus, which no work on this one may take. */
  readonly blocked: Uint8Array;
}

/** What a change of shape writes into a region: nothing, the nucleus, or background. */
export const KEEP = 0;
export const PAINT = 1;
export const ERASE = 2;

export interface ShapeChange {
  readonly painted: VoxelSet;
  readonly erased: VoxelSet;
}

/** Loads the bricks of the box. `group`: the nucleus with all that was merged into it. */
export async function readRegion(
  labels: LabelBrickSource,
  group: readonly LabelValue[],
  wanted: VoxelBox,
  signal?: AbortSignal,
): Promise<NucleusRegion> {
  const box = intersectBoxes(wanted, wholeBox(labels.shapeZyx)) as VoxelBox;
  const shapeZyx = boxShape(box);
  if (voxelCount(shapeZyx) > MAX_REGION_VOXELS)
    throw new Problem({
      tag: "nucleus-too-large",
      what: "This nucleus reaches too far to be reshaped as a whole.",
      where: `${shapeZyx.join(" × ")} voxels`,
      hint: "If parts of it lie far apart, keep its largest part first.",
    });
  await labels.loadBricks(brickKeysOfBox(box), signal);
  const own = new Uint8Array(voxelCount(shapeZyx));
  const blocked = new Uint8Array(own.length);
  const members = new Set(group);
  const reader = new VoxelReader(labels);
  let i = 0;
  for (let z = box.minZyx[0]; z < box.maxZyx[0]; z++)
    for (let y = box.minZyx[1]; y < box.maxZyx[1]; y++)
      for (let x = box.minZyx[2]; x < box.maxZyx[2]; x++, i++) {
        const label = reader.at(z, y, x);
        if (label === 0) continue;
        if (members.has(label)) own[i] = 1;
        else blocked[i] = 1;
      }
  return { box, shapeZyx, voxelSizeZyx: labels.voxelSizeZyx, own, blocked };
}

/** A box that is `byUm` wider on every side, and at least one voxel. */
export function widenedBox({ minZyx, maxZyx }: VoxelBox, byUm: number, { voxelSizeZyx }: VoxelSpace): VoxelBox {
  const [z, y, x] = voxelSizeZyx.map((size) => Math.ceil(byUm / size) + 1);
  return {
    minZyx: [minZyx[0] - z, minZyx[1] - y, minZyx[2] - x],
    maxZyx: [maxZyx[0] + z, maxZyx[1] + y, maxZyx[2] + x],
  };
}

export function changeOf(
  { box, shapeZyx }: Pick<NucleusRegion, "box" | "shapeZyx">,
  writes: Uint8Array,
  volume: VoxelSpace,
): ShapeChange {
  const painted = new VoxelSet(volume.shapeZyx);
  const erased = new VoxelSet(volume.shapeZyx);
  const [z0, y0, x0] = box.minZyx;
  const width = shapeZyx[2];
  for (let row = 0; row * width < writes.length; row++) {
    const z = z0 + Math.floor(row / shapeZyx[1]);
    const y = y0 + (row % shapeZyx[1]);
    for (let first = 0; first < width; ) {
      const write = writes[row * width + first];
      let end = first + 1;
      while (end < width && writes[row * width + end] === write) end++;
      if (write !== KEEP) (write === PAINT ? painted : erased).addRun(z, y, x0 + first, x0 + end);
      first = end;
    }
  }
  return { painted, erased };
}

/** Null when nothing changes. One record, so that it is undone as a whole; `label` gets what is painted. */
export function changeAct(name: string, label: LabelValue, { painted, erased }: ShapeChange): EditAct | null {
  const groups = [
    { label: 0, voxels: erased },
    { label, voxels: painted },
  ]
    .filter(({ voxels }) => voxels.count > 0)
    .map((group) => ({ label: group.label, runs: group.voxels.toRuns() }));
  if (groups.length === 0) return null;
  return {
    name,
    records: [groups.length === 1 ? { kind: "paint", ...groups[0] } : { kind: "paintGroups", groups }],
  };
}
