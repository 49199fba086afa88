import { boxShape, type VoxelBox, voxelCount, type Zyx } from "../volume/voxel-space.ts";

/** A proposal whose shape may be planted somewhere else. */
export interface PlantSource {
  /** As predicted. */
  readonly id: number;
  readonly box: VoxelBox;
}

/** A shape in a place where there is no nucleus. */
export interface Plant {
  readonly sourceId: number;
  /** Where it was put; as large as the source's. */
  readonly box: VoxelBox;
  /** 1 where it is, C order z, y, x in its box. */
  readonly mask: Uint8Array;
}

/** All of C order z, y, x in the box that is asked for. */
export interface PlantReaders {
  /** 1 where the source is. */
  readSource(source: PlantSource): Promise<Uint8Array>;
  /** Not 0 where something is labelled or proposed, places of missed nuclei too. */
  readTaken(box: VoxelBox): Promise<Uint8Array>;
  readImage(box: VoxelBox): Promise<ArrayLike<number>>;
}

const TRIES_PER_PLANT = 30;
/** A shape of this many voxels in its box is no nucleus that is looked at in one view. */
const MAX_BOX_VOXELS = 1 << 20;
/** From what is round the source (0) to the source itself (1), the place may be so bright on the whole … */
const MAX_MEAN = 0.25;
/** … and so much of it brighter than halfway. */
const MAX_BRIGHT_SHARE = 0.05;
/** Nothing else is so near, voxels. */
const MARGIN = 1;

/**
 * Shapes of middle size among the sources, each put where nothing is labelled or proposed and the image is dark: wrong for
 * certain, as far as an image can tell. Fewer than `count` where there is no such place. `random` gives 0 ≤ x < 1.
 */
export async function choosePlants(
  given: {
    readonly shapeZyx: Zyx;
    readonly sources: readonly PlantSource[];
    readonly count: number;
    random(): number;
  },
  readers: PlantReaders,
): Promise<Plant[]> {
  const { shapeZyx, count, random } = given;
  const sources = middleSizes(given.sources);
  const plants: Plant[] = [];
  if (sources.length === 0) return plants;
  for (let tries = 0; plants.length < count && tries < count * TRIES_PER_PLANT; tries++) {
    const source = sources[Math.floor(random() * sources.length)];
    const box = someBox(boxShape(source.box), shapeZyx, random);
    if (!box || plants.some((other) => meets(grown(box), other.box))) continue;
    if ((await readers.readTaken(inside(grown(box), shapeZyx))).some((value) => value !== 0)) continue;
    const mask = await readers.readSource(source);
    if (await isDark(source, box, mask, readers)) plants.push({ sourceId: source.id, box, mask });
  }
  return plants;
}

/** The middle half by the size of the box: neither specks nor what two nuclei make together. */
function middleSizes(sources: readonly PlantSource[]): PlantSource[] {
  const sizeOf = ({ box }: PlantSource) => voxelCount(boxShape(box));
  const bySize = sources
    .filter((one) => sizeOf(one) <= MAX_BOX_VOXELS)
    .sort((a, b) => sizeOf(a) - sizeOf(b) || a.id - b.id);
  const quarter = Math.floor(bySize.length / 4);
  return bySize.slice(quarter, bySize.length - quarter);
}

/** Beside the border, which would make it a nucleus that nobody is asked about; null where it does not fit. */
function someBox(size: Zyx, shapeZyx: Zyx, random: () => number): VoxelBox | null {
  const room = shapeZyx.map((extent, axis) => extent - 2 - size[axis]);
  if (room.some((free) => free < 0)) return null;
  const [z, y, x] = room.map((free) => 1 + Math.floor(random() * (free + 1)));
  return { minZyx: [z, y, x], maxZyx: [z + size[0], y + size[1], x + size[2]] };
}

/** Against what is inside and round the source, in the same image: numbers of an image mean nothing by themselves. */
async function isDark(source: PlantSource, box: VoxelBox, mask: Uint8Array, readers: PlantReaders): Promise<boolean> {
  const there = await readers.readImage(source.box);
  const taken = await readers.readTaken(source.box);
  const nucleus = meanWhere(there, (i) => mask[i] === 1);
  const round = meanWhere(there, (i) => mask[i] === 0 && taken[i] === 0);
  if (nucleus === null || round === null || nucleus <= round) return false;
  const here = await readers.readImage(box);
  const mean = meanWhere(here, (i) => mask[i] === 1);
  const bright = meanWhere(
    Array.from(here, (value) => (value > (nucleus + round) / 2 ? 1 : 0)),
    (i) => mask[i] === 1,
  );
  return mean !== null && bright !== null && mean <= round + MAX_MEAN * (nucleus - round) && bright <= MAX_BRIGHT_SHARE;
}

function meanWhere(values: ArrayLike<number>, isIn: (index: number) => boolean): number | null {
  let [sum, count] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    if (!isIn(i)) continue;
    sum += values[i];
    count++;
  }
  return count === 0 ? null : sum / count;
}

const grown = ({ minZyx, maxZyx }: VoxelBox): VoxelBox => ({
  minZyx: [minZyx[0] - MARGIN, minZyx[1] - MARGIN, minZyx[2] - MARGIN],
  maxZyx: [maxZyx[0] + MARGIN, maxZyx[1] + MARGIN, maxZyx[2] + MARGIN],
});

const inside = ({ minZyx, maxZyx }: VoxelBox, shapeZyx: Zyx): VoxelBox => ({
  minZyx: minZyx.map((at) => Math.max(0, at)) as unknown as Zyx,
  maxZyx: maxZyx.map((at, axis) => Math.min(shapeZyx[axis], at)) as unknown as Zyx,
});

const meets = (a: VoxelBox, b: VoxelBox): boolean =>
  [0, 1, 2].every((axis) => a.minZyx[axis] < b.maxZyx[axis] && b.minZyx[axis] < a.maxZyx[axis]);
