import { flood } from "../../labels/flood.ts";
import { seededWatershed } from "../../labels/watershed.ts";
import { blur } from "../../volume/blur.ts";
import { type VoxelSpace, voxelCount, type Zyx } from "../../volume/voxel-space.ts";
import { type CoarseGrid, forFacePairs, neighbours, poolToGrid } from "./coarse-grid.ts";

/** Blocks of the coarse grid across a nucleus. */
const ACROSS = 20;
/** Sigma of the blur that leaves one hill per nucleus, of its diameter. */
const HILL_SIGMA = 0.16;
/** Two hills are one nucleus where the way between them dips less than this part of the lower one's height. */
const SADDLE_DIP = 0.06;
/** Places of the edge between background (0) and the top of the hill (1) that are tried. */
const EDGE_SHARES = [0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65];
/** A nucleus is at most this many times as large as the typical one of its project. */
const LARGEST = 2.5;

/** What lies round a click, x fastest. */
export interface Surroundings extends VoxelSpace {
  readonly values: Float32Array;
  /** 1 where the nucleus may lie. */
  readonly free: Uint8Array;
  readonly seedZyx: Zyx;
  readonly background: number;
}

export interface NucleusBasin {
  /** 1 where a voxel belongs to the nucleus of the seed rather than to one that touches it. */
  readonly inside: Uint8Array;
  readonly topZyx: Zyx;
  readonly top: number;
  /** Where the surface is steepest, between background (0) and top (1). */
  readonly edgeShare: number;
}

/**
 * The part of the surroundings that belongs to the nucleus under the seed: blurred by a part of a nucleus's size, each nucleus is
 * one hill of brightness; a watershed parts the hills where they touch, and its own is bounded where the edge is steepest.
 * The size is what the project's nuclei have, else that of the blob that stands out best at the seed (Lindeberg 1998).
 */
export function findBasin(around: Surroundings, knownDiameterUm: number | null, reachUm: number): NucleusBasin {
  const grid = poolToGrid(around.values, around, (knownDiameterUm ?? reachUm) / ACROSS);
  const seed = grid.of(...around.seedZyx);
  const diameterUm = knownDiameterUm ?? guessDiameterUm(grid, seed, reachUm);
  const free = freeOnGrid(around, grid);
  free[seed] = 1;
  const hills = blurred(grid, HILL_SIGMA * diameterUm);
  const labels = seededWatershed(
    hills.map((v) => -v),
    numberedTops(hills, free, grid.shapeZyx),
    free,
    grid.shapeZyx,
  );
  const own = joinedHills(hills, labels, grid.shapeZyx, labels[seed], around.background);
  const inside = Uint8Array.from(labels, (label) => Number(label !== 0 && own.has(label)));
  let topAt = seed;
  for (let i = 0; i < hills.length; i++) if (inside[i] !== 0 && hills[i] > hills[topAt]) topAt = i;
  const soft = blurred(grid, diameterUm / ACROSS);
  const largestUm3 = knownDiameterUm === null ? Infinity : (LARGEST * Math.PI * knownDiameterUm ** 3) / 6;
  const edgeShare = steepestShare({ soft, inside, grid, topAt, background: around.background, largestUm3 });
  return { ...onFineGrid(around, grid, inside, topAt), top: soft[topAt], edgeShare };
}

function blurred(grid: CoarseGrid, sigmaUm: number): Float32Array {
  const soft = grid.values.slice();
  blur(soft, grid, [sigmaUm, sigmaUm, sigmaUm]);
  return soft;
}

/** A blob of radius r answers most to a Laplacian of Gaussians of sigma r / √3; here by differences of Gaussians. */
function guessDiameterUm(grid: CoarseGrid, seed: number, reachUm: number): number {
  const RATIO = 1.25;
  const smallest = Math.max(...grid.voxelSizeZyx);
  let best = { answer: Number.NEGATIVE_INFINITY, sigmaUm: reachUm / 4 };
  let narrow: Float32Array | null = null;
  for (let sigmaUm = smallest; sigmaUm <= reachUm / 2; sigmaUm *= RATIO) {
    narrow ??= blurred(grid, sigmaUm);
    const wide = blurred(grid, sigmaUm * RATIO);
    const at = topNear(narrow, seed, grid.shapeZyx);
    const answer = narrow[at] - wide[at];
    if (answer > best.answer) best = { answer, sigmaUm: sigmaUm * Math.sqrt(RATIO) };
    narrow = wide;
  }
  return 2 * Math.sqrt(3) * best.sigmaUm;
}

/** Uphill from a voxel to where nothing round it is higher. */
function topNear(hills: Float32Array, from: number, shapeZyx: Zyx): number {
  for (let at = from; ; ) {
    const next = neighbours(at, shapeZyx).reduce((best, one) => (hills[one] > hills[best] ? one : best), at);
    if (next === at) return at;
    at = next;
  }
}

/** A number at every free voxel that no free neighbour is higher than. */
function numberedTops(hills: Float32Array, free: Uint8Array, shapeZyx: Zyx): Uint32Array {
  const tops = new Uint32Array(hills.length);
  let count = 0;
  for (let i = 0; i < hills.length; i++)
    if (free[i] !== 0 && neighbours(i, shapeZyx).every((other) => free[other] === 0 || isLower(hills, other, i)))
      tops[i] = ++count;
  return tops;
}

const isLower = (hills: Float32Array, one: number, than: number): boolean =>
  hills[one] < hills[than] || (hills[one] === hills[than] && one > than);

/** The seed's hill with those that only a shallow dip parts from it: texture, not another nucleus. */
function joinedHills(
  hills: Float32Array,
  labels: Uint32Array,
  shapeZyx: Zyx,
  first: number,
  background: number,
): ReadonlySet<number> {
  const heights = new Map<number, number>();
  for (let i = 0; i < labels.length; i++)
    heights.set(labels[i], Math.max(heights.get(labels[i]) ?? Number.NEGATIVE_INFINITY, hills[i]));
  const saddles = new Map<number, Map<number, number>>();
  const note = (a: number, b: number, height: number): void => {
    const of = saddles.get(a) ?? new Map<number, number>();
    saddles.set(a, of.set(b, Math.max(of.get(b) ?? Number.NEGATIVE_INFINITY, height)));
  };
  forFacePairs(shapeZyx, (i, j) => {
    const [a, b] = [labels[i], labels[j]];
    if (a === b || a === 0 || b === 0) return;
    note(a, b, Math.min(hills[i], hills[j]));
    note(b, a, Math.min(hills[i], hills[j]));
  });
  const joined = new Set([first]);
  for (const one of joined)
    for (const [other, saddle] of saddles.get(one) ?? []) {
      const lower = Math.min(heights.get(one) as number, heights.get(other) as number);
      if (lower - saddle <= SADDLE_DIP * (lower - background)) joined.add(other);
    }
  return joined;
}

interface EdgeSearch {
  readonly soft: Float32Array;
  readonly inside: Uint8Array;
  readonly grid: CoarseGrid;
  readonly topAt: number;
  readonly background: number;
  readonly largestUm3: number;
}

/** Where the brightness falls most steeply on the way out, over the whole surface but the seams to other hills. */
function steepestShare({ soft, inside, grid, topAt, background, largestUm3 }: EdgeSearch): number {
  const voxelUm3 = grid.voxelSizeZyx.reduce((product, size) => product * size, 1);
  let best = { share: 0.5, slope: Number.NEGATIVE_INFINITY };
  for (const share of EDGE_SHARES) {
    const threshold = background + share * (soft[topAt] - background);
    const region = new Uint8Array(soft.length);
    let count = 0;
    flood(grid.shapeZyx, [topAt], (i) => {
      if (region[i] !== 0 || inside[i] === 0 || soft[i] < threshold) return false;
      region[i] = 1;
      count++;
      return true;
    });
    if (count === 0 || (count * voxelUm3 > largestUm3 && share < EDGE_SHARES[EDGE_SHARES.length - 1])) continue;
    let [fall, faces] = [0, 0];
    forFacePairs(grid.shapeZyx, (i, j, axis) => {
      if (region[i] === region[j] || inside[i] === 0 || inside[j] === 0) return;
      fall += Math.abs(soft[i] - soft[j]) / grid.voxelSizeZyx[axis];
      faces++;
    });
    if (faces > 0 && fall / faces > best.slope) best = { share, slope: fall / faces };
  }
  return best.share;
}

/** A block is free where most of its voxels are. */
function freeOnGrid({ free, shapeZyx }: Surroundings, grid: CoarseGrid): Uint8Array {
  const balance = new Int32Array(voxelCount(grid.shapeZyx));
  let i = 0;
  for (let z = 0; z < shapeZyx[0]; z++)
    for (let y = 0; y < shapeZyx[1]; y++)
      for (let x = 0; x < shapeZyx[2]; x++, i++) balance[grid.of(z, y, x)] += free[i] !== 0 ? 1 : -1;
  return Uint8Array.from(balance, (more) => Number(more > 0));
}

function onFineGrid(
  { shapeZyx, free, values, seedZyx }: Surroundings,
  grid: CoarseGrid,
  coarse: ArrayLike<number>,
  topAt: number,
): Pick<NucleusBasin, "inside" | "topZyx"> {
  const inside = new Uint8Array(free.length);
  let topZyx = seedZyx;
  let brightest = Number.NEGATIVE_INFINITY;
  let i = 0;
  for (let z = 0; z < shapeZyx[0]; z++)
    for (let y = 0; y < shapeZyx[1]; y++)
      for (let x = 0; x < shapeZyx[2]; x++, i++) {
        const block = grid.of(z, y, x);
        if (free[i] === 0 || coarse[block] === 0) continue;
        inside[i] = 1;
        if (block !== topAt || values[i] <= brightest) continue;
        brightest = values[i];
        topZyx = [z, y, x];
      }
  return { inside, topZyx };
}
