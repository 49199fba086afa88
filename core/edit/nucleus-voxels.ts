import {
  BRICK_SIZE,
  type BrickKey,
  backgroundBrick,
  brickBox,
  brickGridZyx,
  brickKeyOf,
  brickKeysOfBox,
  brickPositionZyx,
} from "../volume/brick.ts";
import { intersectBoxes, type VoxelBox, wholeBox } from "../volume/voxel-space.ts";
import type { LabelBrickSource, LabelValue } from "./label-document.ts";
import { VoxelSet } from "./voxel-set.ts";

/**
 * All voxels of some labels. Looks in the bricks of `knownBox` (from the nucleus list), in every brick that happens to be
 * loaded (strokes newer than the list), and in each neighbour of a brick whose shared face the labels touch. Loads
 * no other brick, so a nucleus costs the few bricks it lies in, however large the volume.
 */
export async function collectNucleusVoxels(
  source: LabelBrickSource,
  labels: readonly LabelValue[],
  knownBox: VoxelBox | null,
  signal?: AbortSignal,
): Promise<VoxelSet> {
  const wanted = new Set(labels);
  const voxels = new VoxelSet(source.shapeZyx);
  const seen = new Set<BrickKey>();
  const known = knownBox && intersectBoxes(knownBox, wholeBox(source.shapeZyx));
  let next = [...new Set([...(known ? brickKeysOfBox(known) : []), ...loadedKeys(source)])];
  while (next.length > 0) {
    await source.loadBricks(next, signal);
    const neighbours = new Set<BrickKey>();
    for (const key of next) {
      seen.add(key);
      for (const face of addBrickVoxels(voxels, source, key, wanted)) neighbours.add(face);
    }
    next = [...neighbours].filter((key) => !seen.has(key));
  }
  return voxels;
}

function loadedKeys(source: LabelBrickSource): BrickKey[] {
  return brickKeysOfBox(wholeBox(source.shapeZyx)).filter((key) => source.readBrick(key) !== undefined);
}

/** Adds one brick's voxels and names the neighbours across the faces that they touch. */
function addBrickVoxels(
  voxels: VoxelSet,
  source: LabelBrickSource,
  key: BrickKey,
  wanted: ReadonlySet<LabelValue>,
): BrickKey[] {
  const brick = source.readBrick(key);
  if (!brick || brick === backgroundBrick) return [];
  const { minZyx, maxZyx } = brickBox(key, source.shapeZyx);
  const faces = new Set<number>();
  let last = 0; // most voxels repeat their neighbour's label: ask the set only when it changes
  let lastWanted = wanted.has(0);
  for (let z = minZyx[0]; z < maxZyx[0]; z++)
    for (let y = minZyx[1]; y < maxZyx[1]; y++) {
      const row = ((z % BRICK_SIZE) * BRICK_SIZE + (y % BRICK_SIZE)) * BRICK_SIZE - minZyx[2];
      for (let x = minZyx[2]; x < maxZyx[2]; x++) {
        const label = brick[row + x];
        if (label !== last) {
          last = label;
          lastWanted = wanted.has(label);
        }
        if (!lastWanted) continue;
        voxels.add(z, y, x);
        if (z === minZyx[0]) faces.add(0);
        if (z === maxZyx[0] - 1) faces.add(1);
        if (y === minZyx[1]) faces.add(2);
        if (y === maxZyx[1] - 1) faces.add(3);
        if (x === minZyx[2]) faces.add(4);
        if (x === maxZyx[2] - 1) faces.add(5);
      }
    }
  const grid = brickGridZyx(source.shapeZyx);
  const at = brickPositionZyx(key);
  return [...faces].flatMap((face) => {
    const to = [...at];
    const axis = face >> 1;
    to[axis] += face % 2 === 0 ? -1 : 1;
    return to[axis] < 0 || to[axis] >= grid[axis] ? [] : [brickKeyOf(to[0], to[1], to[2])];
  });
}
