import { resampleLinear } from "../../core/volume/resample.ts";
import { type VoxelSpace, voxelCount, type Zyx } from "../../core/volume/voxel-space.ts";
import { seenSpace } from "./canonical-size.ts";
import { poolingFactor, receptiveRadius } from "./model/network-config.ts";
import type { Predictor } from "./model/predictor.ts";
import { type IntensityWindow, measureWindow, normaliseImage } from "./normalise.ts";
import { applySymmetry, invertSymmetry, type Symmetry, symmetriesOf } from "./symmetries.ts";
import { blendWeights, chooseTileShape, planTiles, readMirrored } from "./tiles.ts";

/** Probabilities of every voxel of a volume. */
export interface ProbabilityMaps {
  readonly shapeZyx: Zyx;
  readonly foreground: Float32Array;
  readonly distance: Float32Array;
  readonly boundary: Float32Array;
}

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
  const seen = seeImage(image, space, options);
  return seen.back(await predictNormalised(predictor, seen.image, seen.space.shapeZyx, options));
}

/** The normalised image on the grid that the network sees, and the way back to its own. */
function seeImage(image: Float32Array, own: VoxelSpace, { window, sideUm }: PredictOptions) {
  const normalised = normaliseImage(image, window ?? measureWindow(image));
  if (!sideUm) return { image: normalised, space: own, back: (maps: ProbabilityMaps) => maps };
  const space = seenSpace(own, sideUm);
  const back = ({ foreground, distance, boundary }: ProbabilityMaps): ProbabilityMaps => ({
    shapeZyx: own.shapeZyx,
    foreground: resampleLinear(foreground, space, own),
    distance: resampleLinear(distance, space, own),
    boundary: resampleLinear(boundary, space, own),
  });
  return { image: resampleLinear(normalised, own, space), space, back };
}

/** How many passes `predictSymmetries` makes. */
export const countPasses = (space: VoxelSpace, { sideUm, maxPasses }: PredictOptions = {}): number =>
  Math.min(symmetriesOf(seenSpace(space, sideUm ?? null).voxelSizeZyx).length, maxPasses ?? Number.POSITIVE_INFINITY);

/** One pass per in-plane symmetry of the grid, each mapped back to the volume's own frame. The first is the identity. */
export async function* predictSymmetries(
  predictor: Predictor,
  image: Float32Array,
  space: VoxelSpace,
  options: PredictOptions = {},
): AsyncGenerator<{ readonly symmetry: Symmetry; readonly maps: ProbabilityMaps }> {
  const seen = seeImage(image, space, options);
  const { shapeZyx } = seen.space;
  const all = symmetriesOf(seen.space.voxelSizeZyx);
  const passes = countPasses(space, options);
  for (let pass = 0; pass < passes; pass++) {
    const symmetry = all[passes === 1 ? 0 : Math.round((pass * (all.length - 1)) / (passes - 1))];
    const turned = applySymmetry(seen.image, shapeZyx, symmetry);
    const maps = await predictNormalised(predictor, turned.values, turned.shapeZyx, options);
    const back = (values: Float32Array) => invertSymmetry(values, shapeZyx, symmetry);
    yield {
      symmetry,
      maps: seen.back({
        shapeZyx,
        foreground: back(maps.foreground),
        distance: back(maps.distance),
        boundary: back(maps.boundary),
      }),
    };
  }
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

  mean(): ProbabilityMaps {
    if (!this.sum) throw new Error("the mean of no pass");
    const { shapeZyx, foreground, distance, boundary } = this.sum;
    const scaled = (values: Float32Array) => values.map((value) => value / this.passes);
    return { shapeZyx, foreground: scaled(foreground), distance: scaled(distance), boundary: scaled(boundary) };
  }
}

async function predictNormalised(
  predictor: Predictor,
  image: Float32Array,
  shapeZyx: Zyx,
  options: PredictOptions,
): Promise<ProbabilityMaps> {
  const { config } = predictor;
  const factor = poolingFactor(config);
  const tileZyx = chooseTileShape(shapeZyx, factor, options.maxTileVoxels ?? DEFAULT_TILE_VOXELS);
  const radius = receptiveRadius(config);
  const overlapZyx = ([0, 1, 2] as const).map((axis) =>
    Math.min(Math.floor(tileZyx[axis] / 2), Math.max(Math.ceil(radius[axis] / 2), Math.ceil(tileZyx[axis] / 4))),
  ) as [number, number, number];
  const tiles = planTiles(shapeZyx, tileZyx, overlapZyx, factor);
  const heads = config.heads.length;
  const sums = config.heads.map(() => new Float32Array(voxelCount(shapeZyx)));
  const weightSum = new Float32Array(voxelCount(shapeZyx));
  for (const [index, tile] of tiles.entries()) {
    options.signal?.throwIfAborted();
    const values = await predictor.predictTile(readMirrored(image, shapeZyx, tile), tileZyx);
    const [wz, wy, wx] = ([0, 1, 2] as const).map((axis) =>
      blendWeights(tile.minZyx[axis], tileZyx[axis], shapeZyx[axis], overlapZyx[axis]),
    );
    for (let z = 0; z < tileZyx[0] && tile.minZyx[0] + z < shapeZyx[0]; z++)
      for (let y = 0; y < tileZyx[1] && tile.minZyx[1] + y < shapeZyx[1]; y++) {
        let from = (z * tileZyx[1] + y) * tileZyx[2] * heads;
        let to = ((tile.minZyx[0] + z) * shapeZyx[1] + tile.minZyx[1] + y) * shapeZyx[2] + tile.minZyx[2];
        const last = Math.min(tileZyx[2], shapeZyx[2] - tile.minZyx[2]);
        for (let x = 0; x < last; x++, to++) {
          const weight = wz[z] * wy[y] * wx[x];
          weightSum[to] += weight;
          for (let head = 0; head < heads; head++) sums[head][to] += weight * values[from++];
        }
      }
    options.onTile?.(index + 1, tiles.length);
  }
  for (const sum of sums) for (let i = 0; i < sum.length; i++) sum[i] /= weightSum[i];
  const foreground = sums[config.heads.indexOf("foreground")];
  const distance = sums[config.heads.indexOf("distance")];
  const boundaryHead = config.heads.indexOf("boundary");
  // Without a head of its own the rim is where there is foreground but hardly any distance.
  const boundary =
    boundaryHead >= 0 ? sums[boundaryHead] : foreground.map((value, i) => value * Math.max(0, 1 - 2 * distance[i]));
  return { shapeZyx, foreground, distance, boundary };
}
