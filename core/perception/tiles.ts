import type { VoxelBox, Zyx } from "../volume/voxel-space.ts";

/**
 * Where tiles begin along one axis: evenly spread, overlapping by at least `overlap`, covering `size` voxels; always on
 * the grid of pooling boxes, or neighbouring tiles would pool other voxels together and disagree.
 */
export function tileOrigins(size: number, tile: number, overlap: number, factor: number): number[] {
  if (tile >= size) return [0];
  const last = Math.ceil((size - tile) / factor) * factor;
  const stride = Math.max(factor, Math.floor((tile - overlap) / factor) * factor);
  const count = Math.ceil(last / stride) + 1;
  return Array.from({ length: count }, (_, i) => Math.floor((i * last) / (count - 1) / factor) * factor);
}

/** Boxes of one shape that cover the volume; they may reach a little beyond it. */
export function planTiles(shapeZyx: Zyx, tileZyx: Zyx, overlapZyx: Zyx, factorZyx: Zyx): VoxelBox[] {
  const [zs, ys, xs] = ([0, 1, 2] as const).map((axis) =>
    tileOrigins(shapeZyx[axis], tileZyx[axis], overlapZyx[axis], factorZyx[axis]),
  );
  return zs.flatMap((z) =>
    ys.flatMap((y) =>
      xs.map((x) => ({
        minZyx: [z, y, x] as const,
        maxZyx: [z + tileZyx[0], y + tileZyx[1], x + tileZyx[2]] as const,
      })),
    ),
  );
}

/**
 * Weight of each voxel along one axis of a tile: 1 in the middle, falling as a squared sine over `overlap` voxels to
 * nearly 0 at an edge where another tile goes on, so that what padding has touched hardly counts. An edge at the volume's border keeps its weight.
 */
export function blendWeights(origin: number, tile: number, size: number, overlap: number): Float32Array {
  const weights = new Float32Array(tile).fill(1);
  for (let i = 0; i < Math.min(overlap, tile); i++) {
    const weight = Math.sin((Math.PI / 2) * ((i + 0.5) / overlap)) ** 2;
    if (origin > 0) weights[i] = Math.min(weights[i], weight);
    if (origin + tile < size) weights[tile - 1 - i] = Math.min(weights[tile - 1 - i], weight);
  }
  return weights;
}

/** Tile shape for a volume: as much as `maxVoxels` allows, whole multiples of `factorZyx`, no larger than needed. */
export function chooseTileShape(shapeZyx: Zyx, factorZyx: Zyx, maxVoxels: number): Zyx {
  const roundUp = (value: number, factor: number) => Math.max(factor, Math.ceil(value / factor) * factor);
  const tile: [number, number, number] = [
    roundUp(shapeZyx[0], factorZyx[0]),
    roundUp(shapeZyx[1], factorZyx[1]),
    roundUp(shapeZyx[2], factorZyx[2]),
  ];
  while (tile[0] * tile[1] * tile[2] > maxVoxels) {
    const longest = tile.indexOf(Math.max(...tile)) as 0 | 1 | 2;
    if (tile[longest] <= factorZyx[longest]) break;
    tile[longest] = roundUp(tile[longest] / 2, factorZyx[longest]);
  }
  return tile;
}

/** Where planes, rows and columns of a volume lie in an array of a part of it: a voxel's index is their sum. */
export interface GridInArray {
  plane(z: number): number;
  row(y: number): number;
  column(x: number): number;
}

/** An array of a box of a volume, C order. */
export function gridOfBox({ minZyx, maxZyx }: VoxelBox): GridInArray {
  const [height, width] = [maxZyx[1] - minZyx[1], maxZyx[2] - minZyx[2]];
  return {
    plane: (z) => (z - minZyx[0]) * height * width,
    row: (y) => (y - minZyx[1]) * width,
    column: (x) => x - minZyx[2],
  };
}

/** Copies a tile of the volume; what lies outside is mirrored at the border. `values` hold at least `boxOfTile`. */
export function readMirrored(
  values: Float32Array,
  grid: GridInArray,
  shapeZyx: Zyx,
  { minZyx, maxZyx }: VoxelBox,
): Float32Array<ArrayBuffer> {
  const places = (axis: 0 | 1 | 2, at: (place: number) => number) =>
    placesOf(minZyx[axis], maxZyx[axis], (place) => at(mirror(place, shapeZyx[axis])));
  const [zs, ys, xs] = [places(0, grid.plane), places(1, grid.row), places(2, grid.column)];
  const tile = new Float32Array(zs.length * ys.length * xs.length);
  let at = 0;
  for (const z of zs)
    for (const y of ys) {
      const row = z + y;
      for (let x = 0; x < xs.length; x++) tile[at++] = values[row + xs[x]];
    }
  return tile;
}

const placesOf = (begin: number, end: number, at: (place: number) => number): Int32Array =>
  Int32Array.from({ length: end - begin }, (_, i) => at(begin + i));

/** The voxels of the volume that a tile shows, mirrored ones too. */
export function boxOfTile(shapeZyx: Zyx, { minZyx, maxZyx }: VoxelBox): VoxelBox {
  const first = (axis: 0 | 1 | 2) => Math.max(0, Math.min(minZyx[axis], 2 * shapeZyx[axis] - 1 - maxZyx[axis]));
  const end = (axis: 0 | 1 | 2) => Math.min(shapeZyx[axis], maxZyx[axis]);
  return { minZyx: [first(0), first(1), first(2)], maxZyx: [end(0), end(1), end(2)] };
}

/** …2 1 | 0 1 2 … n−1 | n−2 …, for any distance beyond the border. */
function mirror(index: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const folded = ((index % period) + period) % period;
  return folded < size ? folded : period - folded;
}
