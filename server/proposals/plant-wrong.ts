import { textHash } from "../../core/text/text-hash.ts";
import { choosePlants, type Plant, type PlantSource } from "../../core/vigilance/choose-plants.ts";
import { BRICK_SIZE, BRICK_VOXELS, type BrickKey, brickBox, brickKeysOfBox } from "../../core/volume/brick.ts";
import { boxShape, intersectBoxes, type VoxelBox, voxelCount, type Zyx } from "../../core/volume/voxel-space.ts";
import type { ReadLabelBrick } from "../label-images/brick-volume-source.ts";
import type { PlantTask } from "../label-worker/label-tasks.ts";

export type OpenImage = (prefix: string) => Promise<{ readBox(box: VoxelBox): Promise<ArrayLike<number>> }>;

interface PlantGround {
  /** Predicted ids that are proposed. */
  readonly kept: ReadonlySet<number>;
  readonly readPredicted: ReadLabelBrick;
  /** All that is proposed, whatever its values. */
  readonly readComposed: ReadLabelBrick;
  readonly readLive: ReadLabelBrick;
  readonly openImage: OpenImage;
}

/** 256 KiB each. */
const MAX_KEPT_BRICKS = 128;

/** Makes up wrong proposals for a new prediction: shapes of its own, where nothing is. The same again for the same task. */
export async function plantWrong(
  { shapeZyx }: { readonly shapeZyx: Zyx },
  { count, sources, imagePrefix, seed }: PlantTask,
  { kept, readPredicted, readComposed, readLive, openImage }: PlantGround,
): Promise<Plant[]> {
  const image = await openImage(imagePrefix);
  const takenBricks = new Map<BrickKey, Uint8Array | null>();
  const takenBrick = async (key: BrickKey): Promise<Uint8Array | null> => {
    const known = takenBricks.get(key);
    if (known !== undefined) return known;
    const brick = occupied(await readComposed(key), await readLive(key));
    if (takenBricks.size >= MAX_KEPT_BRICKS) takenBricks.delete(takenBricks.keys().next().value as BrickKey);
    takenBricks.set(key, brick);
    return brick;
  };
  return choosePlants(
    { shapeZyx, count, sources: sources.filter(({ id }) => kept.has(id)), random: drawnBy(seed) },
    {
      readSource: ({ id, box }: PlantSource) => cutOut(box, shapeZyx, readPredicted, (value) => (value === id ? 1 : 0)),
      readTaken: (box) => cutOut(box, shapeZyx, takenBrick, (value) => value),
      readImage: (box) => image.readBox(box),
    },
  );
}

const drawnBy = (seed: string): (() => number) => {
  let drawn = 0;
  return () => textHash(`${seed} ${drawn++}`) / 2 ** 32;
};

function occupied(proposed: Uint32Array | null, live: Uint32Array | null): Uint8Array | null {
  if (!proposed && !live) return null;
  const taken = new Uint8Array(BRICK_VOXELS);
  for (let i = 0; i < taken.length; i++) if (proposed?.[i] || live?.[i]) taken[i] = 1;
  return taken;
}

async function cutOut(
  box: VoxelBox,
  shapeZyx: Zyx,
  read: (key: BrickKey) => Promise<ArrayLike<number> | null>,
  asValue: (value: number) => number,
): Promise<Uint8Array> {
  const cut = new Uint8Array(voxelCount(boxShape(box)));
  for (const key of brickKeysOfBox(box)) {
    const brick = await read(key);
    if (!brick) continue;
    eachShared(box, key, shapeZyx, (inBox, inBrick) => {
      cut[inBox] = asValue(brick[inBrick]);
    });
  }
  return cut;
}

/** Voxels that a box has in a brick: their index in the box, and in the brick. */
function eachShared(
  box: VoxelBox,
  key: BrickKey,
  shapeZyx: Zyx,
  visit: (inBox: number, inBrick: number) => void,
): void {
  const brick = brickBox(key, shapeZyx);
  const part = intersectBoxes(box, brick);
  if (!part) return;
  const [, sizeY, sizeX] = boxShape(box);
  for (let z = part.minZyx[0]; z < part.maxZyx[0]; z++)
    for (let y = part.minZyx[1]; y < part.maxZyx[1]; y++) {
      const boxRow = ((z - box.minZyx[0]) * sizeY + y - box.minZyx[1]) * sizeX - box.minZyx[2];
      const brickRow = ((z - brick.minZyx[0]) * BRICK_SIZE + y - brick.minZyx[1]) * BRICK_SIZE - brick.minZyx[2];
      for (let x = part.minZyx[2]; x < part.maxZyx[2]; x++) visit(boxRow + x, brickRow + x);
    }
}

/** Label values in turn, plants anywhere among the others: a number tells nothing. */
export function nameAll(
  kept: readonly number[],
  plants: number,
  firstLabel: number,
  seed: string,
): { readonly labelOf: ReadonlyMap<number, number>; readonly plantLabels: readonly number[] } {
  const random = drawnBy(`places ${seed}`);
  const all: (number | null)[] = [...kept];
  for (let i = 0; i < plants; i++) all.splice(Math.floor(random() * (all.length + 1)), 0, null);
  return {
    labelOf: new Map(all.flatMap((id, i) => (id === null ? [] : [[id, firstLabel + i] as const]))),
    plantLabels: all.flatMap((id, i) => (id === null ? [firstLabel + i] : [])),
  };
}

export function withPlants(
  readBrick: ReadLabelBrick,
  plants: readonly Plant[],
  labels: readonly number[],
  shapeZyx: Zyx,
): ReadLabelBrick {
  if (plants.length === 0) return readBrick;
  return async (key) => {
    const own = brickBox(key, shapeZyx);
    const here = [...plants.entries()].filter(([, { box }]) => intersectBoxes(box, own));
    const brick = await readBrick(key);
    if (here.length === 0) return brick;
    const painted = brick ?? new Uint32Array(BRICK_VOXELS);
    for (const [i, { box, mask }] of here)
      eachShared(box, key, shapeZyx, (inBox, inBrick) => {
        if (mask[inBox] === 1) painted[inBrick] = labels[i];
      });
    return painted;
  };
}
