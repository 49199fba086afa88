import type { Head } from "../checkpoint/network-config.ts";
import type { InstanceThresholds } from "../checkpoint/trained-model.ts";
import type { LookAround } from "../perception/look-around.ts";
import { mapsOfHeads, type ProbabilityMaps } from "../perception/probability-maps.ts";
import { resampleBox } from "../volume/resample.ts";
import {
  boxShape,
  intersectBoxes,
  type VoxelBox,
  type VoxelSpace,
  voxelCount,
  wholeBox,
  type Zyx,
} from "../volume/voxel-space.ts";
import type { Click } from "./click.ts";
import { nucleusAtClicks } from "./nucleus-at-clicks.ts";

/** What the network has said in a tile. */
export interface SeenTile {
  readonly look: LookAround;
  readonly heads: readonly Head[];
  /** `[z, y, x, head]`, of `look.tile`. */
  readonly probabilities: Float32Array;
}

export interface ClickQuestion {
  /** Voxels of the volume. */
  readonly clicks: readonly Click[];
  /** Of `look.box`; not 0 where other nuclei are. */
  readonly forbidden: Uint8Array;
  readonly thresholds: InstanceThresholds;
  readonly outlineUm: number;
  readonly moveUm: number;
  readonly diameterUm: number;
}

export interface ClickAnswer {
  /** Of `look.box`, the volume's own grid. */
  readonly nucleus: Uint8Array;
  /** The nucleus goes on where the answer does not hold: a wider look would see more of it. */
  readonly isCut: boolean;
}

/** Nuclei are told apart on the volume's own grid, as in a prediction, up to so many voxels; beyond, on the one that the network sees. */
const MAX_OWN_VOXELS = 700_000;
/** Of a nucleus's diameter: so near to the end of a look a voxel's surroundings are half unseen. */
const RIM_DIAMETERS = 0.15;

/** Null where the model sees no nucleus at the clicks. */
export function answerClicks(tile: SeenTile, volume: VoxelSpace, question: ClickQuestion): ClickAnswer | null {
  const { look } = tile;
  const nucleus =
    voxelCount(boxShape(look.box)) <= MAX_OWN_VOXELS
      ? onOwnGrid(tile, volume, question)
      : onSeenGrid(tile, volume, question);
  return nucleus && { nucleus, isCut: isCut(nucleus, look.box, volume, RIM_DIAMETERS * question.diameterUm) };
}

function onOwnGrid(tile: SeenTile, volume: VoxelSpace, question: ClickQuestion): Uint8Array | null {
  const { look } = tile;
  const given = mapsOfTile(tile);
  const onto = (values: Float32Array) => resampleBox({ values, box: given.box }, look.seen, volume, look.box);
  const { wall } = question.thresholds;
  const shapeZyx = boxShape(look.box);
  const maps: ProbabilityMaps = {
    shapeZyx,
    foreground: onto(given.foreground),
    distance: onto(given.distance),
    boundary: wall === 0 ? new Float32Array(voxelCount(shapeZyx)) : onto(given.boundary),
  };
  const clicks = question.clicks.map((click) => seenFrom(click, look.box.minZyx));
  const around = { shapeZyx, voxelSizeZyx: volume.voxelSizeZyx, maps, forbidden: question.forbidden };
  return nucleusAtClicks(around, { ...question, clicks });
}

/** Told apart where the network sees, and its smooth outline on the volume's grid. */
function onSeenGrid(tile: SeenTile, volume: VoxelSpace, question: ClickQuestion): Uint8Array | null {
  const { look } = tile;
  const { box, ...given } = mapsOfTile(tile);
  const shapeZyx = boxShape(box);
  const { voxelSizeZyx } = look.seen;
  const scaled = (at: number, axis: number) => ((at + 0.5) * volume.voxelSizeZyx[axis]) / voxelSizeZyx[axis];
  const clicks = question.clicks.map(({ voxelZyx, isInside }) => {
    const at = voxelZyx.map((place, axis) => Math.min(look.seen.shapeZyx[axis] - 1, Math.floor(scaled(place, axis))));
    return seenFrom({ voxelZyx: [at[0], at[1], at[2]], isInside }, box.minZyx);
  });
  const forbidden = forbiddenAsSeen(question.forbidden, look, volume, box);
  const maps = { shapeZyx, ...given };
  const found = nucleusAtClicks({ shapeZyx, voxelSizeZyx, maps, forbidden }, { ...question, clicks });
  if (!found) return null;
  const soft = resampleBox({ values: Float32Array.from(found), box }, look.seen, volume, look.box);
  return Uint8Array.from(soft, (value, i) => (value >= 0.5 && !question.forbidden[i] ? 1 : 0));
}

function forbiddenAsSeen(forbidden: Uint8Array, look: LookAround, volume: VoxelSpace, box: VoxelBox): Uint8Array {
  const own = { shapeZyx: boxShape(look.box), voxelSizeZyx: volume.voxelSizeZyx };
  const shape = boxShape(box);
  const seen = new Uint8Array(voxelCount(shape));
  const ratio = look.seen.voxelSizeZyx.map((size, axis) => size / volume.voxelSizeZyx[axis]);
  let i = 0;
  for (let z = 0; z < shape[0]; z++)
    for (let y = 0; y < shape[1]; y++)
      for (let x = 0; x < shape[2]; x++, i++) {
        const at = [z, y, x].map(
          (place, axis) => Math.floor((place + box.minZyx[axis] + 0.5) * ratio[axis]) - look.box.minZyx[axis],
        );
        if (at.every((place, axis) => place >= 0 && place < own.shapeZyx[axis]))
          seen[i] = forbidden[(at[0] * own.shapeZyx[1] + at[1]) * own.shapeZyx[2] + at[2]];
      }
  return seen;
}

/** The part of the tile that lies in the volume. */
function mapsOfTile({ look, heads, probabilities }: SeenTile): Omit<ProbabilityMaps, "shapeZyx"> & { box: VoxelBox } {
  const { tile, seen } = look;
  const box = intersectBoxes(tile, wholeBox(seen.shapeZyx)) as VoxelBox;
  const [depth, height, width] = boxShape(box);
  const [, rows, columns] = boxShape(tile);
  const maps = heads.map(() => new Float32Array(depth * height * width));
  let to = 0;
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++) {
      let from = (z * rows + y) * columns * heads.length;
      for (let x = 0; x < width; x++, to++) for (const map of maps) map[to] = probabilities[from++];
    }
  return { box, ...mapsOfHeads(heads, maps) };
}

const seenFrom = ({ voxelZyx: [z, y, x], isInside }: Click, minZyx: Zyx): Click => ({
  voxelZyx: [z - minZyx[0], y - minZyx[1], x - minZyx[2]],
  isInside,
});

/** Whether it comes near to a face of the box where the volume goes on. */
function isCut(nucleus: Uint8Array, box: VoxelBox, volume: VoxelSpace, rimUm: number): boolean {
  const [depth, height, width] = boxShape(box);
  const ends = ([0, 1, 2] as const).map((axis) => {
    const rim = Math.max(1, Math.round(rimUm / volume.voxelSizeZyx[axis]));
    const size = boxShape(box)[axis];
    return [box.minZyx[axis] > 0 ? rim : 0, box.maxZyx[axis] < volume.shapeZyx[axis] ? size - rim : size];
  });
  let i = 0;
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++) {
      const isRim = z < ends[0][0] || z >= ends[0][1] || y < ends[1][0] || y >= ends[1][1];
      for (let x = 0; x < width; x++, i++) if (nucleus[i] && (isRim || x < ends[2][0] || x >= ends[2][1])) return true;
    }
  return false;
}
