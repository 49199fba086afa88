import type { NetworkConfig } from "../../../core/checkpoint/network-config.ts";
import { poolingFactor, receptiveRadius } from "../../../core/checkpoint/network-layout.ts";
import { seenSpace } from "../../../core/perception/canonical-size.ts";
import { type IntensityWindow, measureWindow, normaliseImage } from "../../../core/perception/intensity-window.ts";
import { mapsOfHeads, type ProbabilityMaps } from "../../../core/perception/probability-maps.ts";
import {
  blendWeights,
  boxOfTile,
  chooseTileShape,
  type GridInArray,
  planTiles,
  readMirrored,
} from "../../../core/perception/tiles.ts";
import { BRICK_SIZE } from "../../../core/volume/brick.ts";
import { type ImageSource, imageInMemory } from "../../../core/volume/image-source.ts";
import { type BoxOfValues, boxToResample, resampleBox } from "../../../core/volume/resample.ts";
import {
  boxShape,
  intersectBoxes,
  unionOfBoxes,
  type VoxelBox,
  type VoxelSpace,
  voxelCount,
  wholeBox,
  type Zyx,
} from "../../../core/volume/voxel-space.ts";
import type { Predictor } from "../network/predictor.ts";
import { invertBox, type Symmetry, symmetriesOf, turnBox, turnedGrid, turnedShape } from "./symmetries.ts";
import { askForTile } from "./uniform-tiles.ts";

export interface PredictOptions {
  /** Voxels in one tile: bounds the memory. */
  readonly maxTileVoxels?: number;
  readonly window?: IntensityWindow;
  /** Side of the cubes that the network sees the volume in (canonical-size.ts); without it, its own grid. */
  readonly sideUm?: number | null;
  /** Only so many of the symmetries, spread over all of them. */
  readonly maxPasses?: number;
  readonly signal?: AbortSignal;
  readonly onTile?: (done: number, total: number) => void;
}

/** About 100 MB for each array of 16 channels. */
const DEFAULT_TILE_VOXELS = 1_600_000;

/** Predicts a raw volume in overlapping tiles whose probabilities are blended: no seams at tile borders. */
export async function predictVolume(
  predictor: Predictor,
  image: Float32Array,
  space: VoxelSpace,
  options: PredictOptions = {},
): Promise<ProbabilityMaps> {
  for await (const { maps } of predictSymmetries(predictor, image, space, { ...options, maxPasses: 1 })) return maps;
  throw new Error("a prediction without a pass");
}

/** How many passes `predictSymmetries` makes. */
export const countPasses = (space: VoxelSpace, { sideUm, maxPasses }: PredictOptions = {}): number =>
  Math.min(symmetriesOf(seenSpace(space, sideUm ?? null).voxelSizeZyx).length, maxPasses ?? Number.POSITIVE_INFINITY);

/** One pass per in-plane symmetry of the grid, each mapped back to the volume's own frame. The first is the identity. */
export const predictSymmetries = (
  predictor: Predictor,
  image: Float32Array,
  space: VoxelSpace,
  options: PredictOptions = {},
): AsyncGenerator<SymmetryPass> =>
  predictBox(predictor, imageInMemory(image, space), wholeBox(space.shapeZyx), {
    ...options,
    window: options.window ?? measureWindow(image),
  });

export interface SymmetryPass {
  readonly symmetry: Symmetry;
  readonly maps: ProbabilityMaps;
}

/**
 * The passes in a box of a volume, to the last bit as in the whole volume: tiles lie where the volume's shape puts them, and
 * those that meet the box are predicted. The image is read where they lie.
 */
export async function* predictBox(
  predictor: Predictor,
  source: ImageSource,
  box: VoxelBox,
  options: PredictOptions & { readonly window: IntensityWindow },
): AsyncGenerator<SymmetryPass> {
  const sideUm = options.sideUm ?? null;
  const own: VoxelSpace = { shapeZyx: source.shapeZyx, voxelSizeZyx: source.voxelSizeZyx };
  const space = seenSpace(own, sideUm);
  const { shapeZyx } = space;
  const all = symmetriesOf(space.voxelSizeZyx);
  const passes = countPasses(source, options);
  const wanted = sideUm === null ? box : boxToResample(space, own, box);
  const plans = Array.from({ length: passes }, (_, pass) => {
    const symmetry = all[passes === 1 ? 0 : Math.round((pass * (all.length - 1)) / (passes - 1))];
    const turned = turnBox(wanted, shapeZyx, symmetry);
    const plan = planPass(predictor.config, turnedShape(shapeZyx, symmetry), turned, options);
    return { ...plan, symmetry, turned, shown: invertBox(plan.shown, shapeZyx, symmetry) };
  });
  const shown = plans.map((plan) => plan.shown).reduce(unionOfBoxes);
  const image = await seeImage(source, own, sideUm === null ? null : space, shown, options.window);
  const given = { values: image, box: shown };
  for (const plan of plans) {
    const maps = await predictTiles(predictor, given, { box: wanted, shapeZyx }, plan, options);
    const back = (map: Float32Array) =>
      sideUm === null ? map : resampleBox({ values: map, box: wanted }, space, own, box);
    const [foreground, distance, boundary] = [maps.foreground, maps.distance, maps.boundary].map(back);
    yield { symmetry: plan.symmetry, maps: { shapeZyx: boxShape(box), foreground, distance, boundary } };
  }
}

/** The normalised image in a box of the grid that the network sees; `space` is null where that is the image's own. */
async function seeImage(
  source: ImageSource,
  own: VoxelSpace,
  space: VoxelSpace | null,
  box: VoxelBox,
  window: IntensityWindow,
): Promise<Float32Array> {
  if (!space) return readNormalised(source, box, window);
  const needed = boxToResample(own, space, box);
  return resampleBox({ values: await readNormalised(source, needed, window), box: needed }, own, space, box);
}

/** Brick by brick in depth: the image as stored is never there as a whole. */
async function readNormalised(source: ImageSource, box: VoxelBox, window: IntensityWindow): Promise<Float32Array> {
  const { minZyx, maxZyx } = box;
  const normalised = new Float32Array(voxelCount(boxShape(box)));
  let at = 0;
  for (let z = minZyx[0]; z < maxZyx[0]; ) {
    const end = Math.min(maxZyx[0], (Math.floor(z / BRICK_SIZE) + 1) * BRICK_SIZE);
    const slab = await source.readImage({ minZyx: [z, minZyx[1], minZyx[2]], maxZyx: [end, maxZyx[1], maxZyx[2]] });
    normalised.set(normaliseImage(slab, window), at);
    at += slab.length;
    z = end;
  }
  return normalised;
}

/** Mean over passes, for the reported segmentation. */
export class MeanMaps {
  private sum: ProbabilityMaps | null = null;
  private passes = 0;

  add(maps: ProbabilityMaps): void {
    this.passes++;
    if (!this.sum) {
      this.sum = {
        shapeZyx: maps.shapeZyx,
        foreground: maps.foreground.slice(),
        distance: maps.distance.slice(),
        boundary: maps.boundary.slice(),
      };
      return;
    }
    for (const head of ["foreground", "distance", "boundary"] as const) {
      const total = this.sum[head];
      const values = maps[head];
      for (let i = 0; i < total.length; i++) total[i] += values[i];
    }
  }

  /** At the end: the sums themselves are divided. */
  mean(): ProbabilityMaps {
    const sum = this.sum;
    if (!sum) throw new Error("the mean of no pass");
    this.sum = null;
    for (const head of ["foreground", "distance", "boundary"] as const) {
      const values = sum[head];
      for (let i = 0; i < values.length; i++) values[i] /= this.passes;
    }
    return sum;
  }
}

interface PassPlan {
  /** Of the whole turned volume, as the network sees it. */
  readonly shapeZyx: Zyx;
  readonly tileZyx: Zyx;
  readonly overlapZyx: Zyx;
  readonly tiles: readonly VoxelBox[];
}

interface TurnedPass extends PassPlan {
  readonly symmetry: Symmetry;
  /** The box that is wanted, in the turned volume. */
  readonly turned: VoxelBox;
}

/** The volume's tiles that meet a box, and the voxels that they show. */
function planPass(
  config: NetworkConfig,
  shapeZyx: Zyx,
  wanted: VoxelBox,
  { maxTileVoxels }: PredictOptions,
): PassPlan & { readonly shown: VoxelBox } {
  const factor = poolingFactor(config);
  const tileZyx = chooseTileShape(shapeZyx, factor, maxTileVoxels ?? DEFAULT_TILE_VOXELS);
  const radius = receptiveRadius(config);
  const overlapZyx = ([0, 1, 2] as const).map((axis) =>
    Math.min(Math.floor(tileZyx[axis] / 2), Math.max(Math.ceil(radius[axis] / 2), Math.ceil(tileZyx[axis] / 4))),
  ) as [number, number, number];
  const tiles = planTiles(shapeZyx, tileZyx, overlapZyx, factor).filter((tile) => intersectBoxes(tile, wanted));
  const shown = tiles.map((tile) => boxOfTile(shapeZyx, tile)).reduce(unionOfBoxes);
  return { shapeZyx, tileZyx, overlapZyx, tiles, shown };
}

/**
 * Blended probabilities in a box of the seen volume, whose shape comes with it. Tiles are read as the pass turns them, and what the
 * network says of them is added where it belongs: no array is ever turned as a whole.
 */
async function predictTiles(
  predictor: Predictor,
  given: BoxOfValues,
  wanted: { readonly box: VoxelBox; readonly shapeZyx: Zyx },
  pass: TurnedPass,
  options: PredictOptions,
): Promise<Omit<ProbabilityMaps, "shapeZyx">> {
  const { heads } = predictor.config;
  const source = turnedGrid(given.box, wanted.shapeZyx, pass.symmetry);
  const target = turnedGrid(wanted.box, wanted.shapeZyx, pass.symmetry);
  const voxels = voxelCount(boxShape(wanted.box));
  const sums = heads.map(() => new Float32Array(voxels));
  const weightSum = new Float32Array(voxels);
  for (const [index, tile] of pass.tiles.entries()) {
    options.signal?.throwIfAborted();
    const seen = readMirrored(given.values, source, pass.shapeZyx, tile);
    addTile(sums, weightSum, target, pass, tile, await askForTile(predictor, seen, pass.tileZyx));
    options.onTile?.(index + 1, pass.tiles.length);
  }
  for (const sum of sums) for (let i = 0; i < voxels; i++) sum[i] /= weightSum[i];
  return mapsOfHeads(heads, sums);
}

/** Adds what the network says of a tile, `[d, h, w, heads]`, by its weights. */
function addTile(
  sums: readonly Float32Array[],
  weightSum: Float32Array,
  target: GridInArray,
  { symmetry, turned, shapeZyx, tileZyx, overlapZyx }: TurnedPass,
  tile: VoxelBox,
  values: Float32Array,
): void {
  const heads = sums.length;
  // The inner loop goes along what is x in the volume: voxels that are written lie side by side.
  const [outer, inner] = symmetry.swap ? ([2, 1] as const) : ([1, 2] as const);
  const step = (symmetry.swap ? symmetry.flipY : symmetry.flipX) ? -1 : 1;
  const stride = symmetry.swap ? tileZyx[2] * heads : heads;
  const [wz, wy, wx] = ([0, 1, 2] as const).map((axis) =>
    blendWeights(tile.minZyx[axis], tileZyx[axis], shapeZyx[axis], overlapZyx[axis]),
  );
  const { minZyx, maxZyx } = intersectBoxes(tile, turned) as VoxelBox;
  const along = new Float64Array(maxZyx[inner] - minZyx[inner]);
  for (let z = minZyx[0]; z < maxZyx[0]; z++) {
    const [tz, begin] = [z - tile.minZyx[0], minZyx[inner] - tile.minZyx[inner]];
    for (let i = 0; i < along.length; i++) along[i] = symmetry.swap ? wz[tz] * wy[begin + i] : wx[begin + i];
    for (let place = minZyx[outer]; place < maxZyx[outer]; place++) {
      const across = place - tile.minZyx[outer];
      const weight = symmetry.swap ? wx[across] : wz[tz] * wy[across];
      const [y, x] = symmetry.swap ? [minZyx[1], place] : [place, minZyx[2]];
      const first = target.plane(z) + target.row(y) + target.column(x);
      const from = ((tz * tileZyx[1] + y - tile.minZyx[1]) * tileZyx[2] + x - tile.minZyx[2]) * heads;
      addFirstTwo(weightSum, sums, first, step, along, weight, values, from, stride);
      for (let head = 2; head < heads; head++)
        addRow(sums[head], first, step, along, weight, values, from + head, stride);
    }
  }
}

/** The weights and the first two heads, as many as a network has at least, in one walk. */
function addFirstTwo(
  weightSum: Float32Array,
  [one, other]: readonly Float32Array[],
  first: number,
  step: number,
  along: Float64Array,
  weight: number,
  values: Float32Array,
  from: number,
  stride: number,
): void {
  for (let i = 0, at = first, read = from; i < along.length; i++, at += step, read += stride) {
    const own = along[i] * weight;
    weightSum[at] += own;
    one[at] += own * values[read];
    other[at] += own * values[read + 1];
  }
}

function addRow(
  sum: Float32Array,
  first: number,
  step: number,
  along: Float64Array,
  weight: number,
  values: Float32Array,
  from: number,
  stride: number,
): void {
  for (let i = 0, at = first, read = from; i < along.length; i++, at += step, read += stride)
    sum[at] += along[i] * weight * values[read];
}
