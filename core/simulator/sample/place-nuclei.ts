import type { VoxelSpace, Zyx } from "../../volume/voxel-space.ts";
import type { SeededRandom } from "../seeded-random.ts";

/** One nucleus of the synthetic tissue; everything in micrometres. */
export interface SampleNucleus {
  readonly centerUm: Zyx;
  readonly semiAxesUm: Zyx;
  /** Rows: the nucleus' own axes in z, y, x. */
  readonly axes: readonly [Zyx, Zyx, Zyx];
  /** Relative brightness, around 1. */
  readonly brightness: number;
  /** Phases of the bumps on its surface. */
  readonly bumps: Zyx;
  /** Bright grains (chromocentres), µm from its centre. */
  readonly grains: readonly Zyx[];
}

const MEAN_RADIUS_UM = 6.3;
/** Two nuclei come as near as this share of the sum of their mean radii: below 1 they touch and flatten each other. */
const CLOSEST = 0.86;
const MAX_ATTEMPTS = 6000;
/** Share of nuclei placed right beside another one, as in tissue. */
const CLUSTERED = 0.75;

export const meanRadiusUm = ({ semiAxesUm: [a, b, c] }: SampleNucleus): number => Math.cbrt(a * b * c);

/** Packs `count` nuclei into the volume; fewer where they no longer fit. Those near the faces are cut by them. */
export function placeNuclei(space: VoxelSpace, count: number, random: SeededRandom): SampleNucleus[] {
  const extent: Zyx = [
    space.shapeZyx[0] * space.voxelSizeZyx[0],
    space.shapeZyx[1] * space.voxelSizeZyx[1],
    space.shapeZyx[2] * space.voxelSizeZyx[2],
  ];
  const placed: SampleNucleus[] = [];
  for (let attempt = 0; attempt < MAX_ATTEMPTS && placed.length < count; attempt++) {
    const neighbour =
      placed.length && random.uniform() < CLUSTERED ? placed[Math.floor(random.uniform() * placed.length)] : null;
    const nucleus = drawNucleus(extent, neighbour, random);
    if (isFree(nucleus, placed, extent)) placed.push(nucleus);
  }
  return placed;
}

function drawNucleus(extent: Zyx, neighbour: SampleNucleus | null, random: SeededRandom): SampleNucleus {
  const size = MEAN_RADIUS_UM * Math.exp(0.18 * random.normal());
  const stretch = () => Math.exp(0.14 * random.normal());
  const semiAxesUm: Zyx = [size * stretch(), size * stretch(), size * stretch()];
  const axes = randomAxes(random);
  const radius = Math.cbrt(semiAxesUm[0] * semiAxesUm[1] * semiAxesUm[2]);
  const direction = randomAxes(random)[0];
  const reach = neighbour ? (meanRadiusUm(neighbour) + radius) * (CLOSEST + 0.12 * random.uniform()) : 0;
  const along = (axis: 0 | 1 | 2): number =>
    neighbour ? neighbour.centerUm[axis] + direction[axis] * reach : random.uniform() * extent[axis];
  return {
    centerUm: [along(0), along(1), along(2)],
    semiAxesUm,
    axes,
    brightness: Math.exp(0.22 * random.normal()),
    bumps: [random.uniform() * 6.28, random.uniform() * 6.28, random.uniform() * 6.28],
    grains: Array.from({ length: 3 + Math.floor(random.uniform() * 5) }, () => {
      const [d] = randomAxes(random);
      const far = radius * 0.75 * Math.cbrt(random.uniform());
      return [d[0] * far, d[1] * far, d[2] * far] as const;
    }),
  };
}

function isFree(nucleus: SampleNucleus, placed: readonly SampleNucleus[], extent: Zyx): boolean {
  const { centerUm } = nucleus;
  const radius = meanRadiusUm(nucleus);
  // The centre lies inside, or it would leave a sliver nobody can recognise.
  if (centerUm.some((position, axis) => position < 0.25 * radius || position > extent[axis] - 0.25 * radius))
    return false;
  return placed.every((other) => {
    const distance = Math.hypot(...centerUm.map((position, axis) => position - other.centerUm[axis]));
    return distance >= CLOSEST * (radius + meanRadiusUm(other));
  });
}

/** Three perpendicular unit vectors, evenly turned. */
function randomAxes(random: SeededRandom): [Zyx, Zyx, Zyx] {
  const first = unit([random.normal(), random.normal(), random.normal()]);
  const other = unit([random.normal(), random.normal(), random.normal()]);
  const second = unit(cross(first, other));
  return [first, second, cross(first, second)];
}

const unit = ([z, y, x]: Zyx): Zyx => {
  const length = Math.hypot(z, y, x) || 1;
  return [z / length, y / length, x / length];
};

const cross = (a: Zyx, b: Zyx): Zyx => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
