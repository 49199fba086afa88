import { type VoxelSpace, voxelCount, type Zyx } from "../volume/voxel-space.ts";
import { drawNumbers } from "./draw-numbers.ts";
import { fillBodies } from "./fill-bodies.ts";
import { fineGridOf } from "./fine-grid.ts";
import { lightSurroundings } from "./light-surroundings.ts";
import { lookThroughMicroscope, type PointSpread, pointSpreadOf } from "./look-through-microscope.ts";
import { blurBodies, keepWholePieces, labelsAtOutline } from "./outline-truth.ts";
import { packNuclei } from "./pack-nuclei.ts";
import { createSeededRandom, type SeededRandom } from "./seeded-random.ts";
import { SIMULATOR_RANGES, type SimulatorDraw, type SimulatorRanges } from "./simulator-ranges.ts";
import { stainNuclei } from "./stain-nuclei.ts";
import { takePicture } from "./take-picture.ts";
import { createValueNoise } from "./value-noise.ts";
import { namedVisibleNuclei } from "./visible-nuclei.ts";

export interface SimulatorWish {
  readonly seed: number;
  readonly shapeZyx: Zyx;
  /** µm */
  readonly voxelSizeZyx: Zyx;
  /** Mean diameter that the drawn outlines come near to, µm. */
  readonly diameterUm: number;
  /** Entries of `SIMULATOR_RANGES` that are other for this volume. */
  readonly ranges?: Partial<SimulatorRanges>;
}

/** A volume as a microscope and people make it. C order z, y, x. */
export interface SimulatedVolume extends VoxelSpace {
  /** Camera counts, not normalised; Float32 where the drawn storage is float32. */
  readonly image: Float32Array | Uint16Array;
  /** 1…n without gaps, each one face-connected piece, as people draw: at the blurred outline. */
  readonly labels: Uint32Array;
  /** Mean equivalent diameter of the labels that no face of the volume cuts; of the wish where there are none. */
  readonly diameterUm: number;
  readonly drawn: SimulatorDraw;
}

/** Nuclei in fewer voxels are not drawn by anybody. */
const FEWEST_VOXELS = 8;
/** And not those of which less than this share of a usual nucleus is seen. */
const SMALLEST_SHARE = 0.03;

/** The same wish gives the same volume. */
export function simulateVolume(wish: SimulatorWish): SimulatedVolume {
  const random = createSeededRandom(wish.seed);
  const drawn = drawNumbers(random, wish.ranges);
  const { shapeZyx, voxelSizeZyx } = wish;
  const volume: VoxelSpace = { shapeZyx, voxelSizeZyx };
  const spread = pointSpreadOf(volume, wish.diameterUm, drawn);
  const bareUm = bareDiameter(wish.diameterUm, spread, drawn);
  const grid = fineGridOf(volume, marginOf(spread), Math.max(spread.nearUmZyx[0], wish.diameterUm / 8));

  const bodies = packNuclei(volume, bareUm / 2, drawn, random);
  const filled = fillBodies(grid, bodies, drawn.contactGap * bareUm);
  const dye = stainNuclei(grid, bodies, filled, bareUm, drawn, random);
  lightSurroundings(dye, grid, filled.coverage, bodies.length, bareUm, drawn, random);
  const light = lookThroughMicroscope(dye, grid, volume, spread, bareUm, drawn, random);
  const image = takePicture(light, volume, bareUm, drawn, random);

  const outlines = labelsAtOutline(
    blurBodies(grid, volume, bodies, filled, spread, drawn),
    volume,
    outlineMargin(volume, wish.diameterUm, drawn, random),
    (Math.abs(drawn.outlineGenerosity) + WOBBLE_REACH * drawn.outlineWobble) * wish.diameterUm,
  );
  const usualVoxels = ((Math.PI / 6) * wish.diameterUm ** 3) / (voxelSizeZyx[0] * voxelSizeZyx[1] * voxelSizeZyx[2]);
  const pieces = keepWholePieces(outlines, shapeZyx, Math.max(FEWEST_VOXELS, SMALLEST_SHARE * usualVoxels));
  const labels = namedVisibleNuclei(pieces, light, volume, drawn);
  return { ...volume, image, labels, diameterUm: meanDiameter(labels, volume) ?? wish.diameterUm, drawn };
}

/** What shines in from outside comes from about this far. */
const marginOf = ({ farUmZyx: [z, y, x] }: PointSpread): Zyx => [1.5 * z, 1.5 * y, 1.5 * x];

/** Where balls are thrown at random the small ones find room more often, and their edges are the first to be lost: measured. */
const LOST_TO_PACKING = 1.1;
/** Nuclei that are packed closer than they are wide cut pieces of each other off: measured. */
const LOST_TO_TOUCHING = 0.5;

/**
 * Diameter of the bare nuclei whose outlines come near to the wish: blur and generous outlines make them look larger than they are,
 * packing smaller.
 */
function bareDiameter(diameterUm: number, { nearUmZyx }: PointSpread, drawn: SimulatorDraw): number {
  const bare = diameterUm * (1 - 2 * drawn.outlineGenerosity);
  // Half maximum of a ball's blurred middle line, to about a tenth, along each axis.
  const growth = nearUmZyx.map((sigma) => Math.sqrt(1 + 2 * (sigma / bare) ** 2));
  const touching = 1 + LOST_TO_TOUCHING * Math.max(0, 1 - drawn[`${drawn.packing}Spacing`]);
  const mixture = 1 - drawn.smallShare * (1 - drawn.smallScale);
  return (bare * LOST_TO_PACKING * touching) / mixture / Math.cbrt(growth[0] * growth[1] * growth[2]);
}

const WOBBLE_REACH = 2.5;

function outlineMargin(
  { voxelSizeZyx }: VoxelSpace,
  diameterUm: number,
  drawn: SimulatorDraw,
  random: SeededRandom,
): (z: number, y: number, x: number) => number {
  const noise = createValueNoise(random);
  const [uz, uy, ux] = voxelSizeZyx.map((size) => size / (0.4 * diameterUm));
  const margin = drawn.outlineGenerosity * diameterUm;
  const wobble = drawn.outlineWobble * diameterUm;
  return (z, y, x) => margin + wobble * Math.max(-WOBBLE_REACH, Math.min(WOBBLE_REACH, noise(z * uz, y * uy, x * ux)));
}

function meanDiameter(labels: Uint32Array, { shapeZyx, voxelSizeZyx }: VoxelSpace): number | null {
  const [depth, height, width] = shapeZyx;
  const voxels: number[] = [];
  const cut = new Set<number>();
  for (let i = 0; i < voxelCount(shapeZyx); i++) {
    if (labels[i] === 0) continue;
    voxels[labels[i]] = (voxels[labels[i]] ?? 0) + 1;
    const x = i % width;
    const y = Math.floor(i / width) % height;
    const z = Math.floor(i / width / height);
    if (z % (depth - 1) === 0 || y % (height - 1) === 0 || x % (width - 1) === 0) cut.add(labels[i]);
  }
  const voxelUm3 = voxelSizeZyx[0] * voxelSizeZyx[1] * voxelSizeZyx[2];
  const whole = voxels
    .filter((_, label) => !cut.has(label))
    .map((count) => Math.cbrt((6 / Math.PI) * count * voxelUm3));
  return whole.length > 0 ? whole.reduce((sum, one) => sum + one, 0) / whole.length : null;
}

export { SIMULATOR_RANGES, type SimulatorDraw, type SimulatorRanges };
