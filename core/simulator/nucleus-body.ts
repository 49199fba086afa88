import type { Zyx } from "../volume/voxel-space.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { SimulatorDraw } from "./simulator-ranges.ts";

/** A ball inside a nucleus, in semi-axes from its centre. */
export interface Spot {
  readonly at: Zyx;
  readonly radius: number;
}

/** One nucleus before the microscope. Micrometres; position 0 is the first corner of the volume. */
export interface NucleusBody {
  readonly centerUm: Zyx;
  readonly radiusUm: number;
  readonly semiAxesUm: Zyx;
  /** Rows: the nucleus' own axes in z, y, x. */
  readonly axes: readonly [Zyx, Zyx, Zyx];
  /** How far its middle is pushed sideways, in semi-axes: a bean. */
  readonly bend: number;
  /** Waves on its surface: direction times frequency, phase, in turns. */
  readonly waves: readonly (readonly [z: number, y: number, x: number, phase: number])[];
  readonly bumpHeight: number;
  /** 1 is the volume's usual. */
  readonly brightness: number;
  readonly isHollow: boolean;
  readonly isMitotic: boolean;
  readonly nucleoli: readonly Spot[];
  readonly chromocentres: readonly Spot[];
}

/** Waves and bend reach outwards to here, in semi-axes. */
export const bodyReach = (body: NucleusBody): number => 1.02 + 2 * body.bumpHeight + 0.8 * body.bend;

/** A nucleus of radius `radiusUm` (of a ball of its volume) whose third axis is `normal` where there is one. */
export function drawBody(
  centerUm: Zyx,
  radiusUm: number,
  normal: Zyx | null,
  common: Zyx,
  drawn: SimulatorDraw,
  random: SeededRandom,
): NucleusBody {
  const isMitotic = random.uniform() < drawn.mitoticShare;
  const spread = (): number => Math.exp(drawn.axisSpread * random.normal());
  const flat = (normal ? drawn.cystFlattening : drawn.flattening) * (isMitotic ? 1.8 : 1);
  // Longest, middle, shortest; their product is 1.
  const axes: Zyx = [drawn.elongation * spread(), spread(), spread() / flat];
  const scale = (radiusUm * (isMitotic ? 0.8 : 1)) / Math.cbrt(axes[0] * axes[1] * axes[2]);
  const frames: Record<SimulatorDraw["orientation"], () => [Zyx, Zyx, Zyx]> = {
    random: () => frameAlong(direction(random), random),
    alongZ: () => frameAlong([1, 0.2 * random.normal(), 0.2 * random.normal()], random),
    inPlane: () => frameAlong([0.15 * random.normal(), random.normal(), random.normal()], random),
    common: () => frameAlong(common.map((part) => part + 0.2 * random.normal()) as [number, number, number], random),
  };
  const [first, second, third] = normal && !isMitotic ? frameAlong(normal, random) : frames[drawn.orientation]();
  const isDim = random.uniform() < drawn.dimShare;
  const dim = isDim ? drawn.dimFactor : 1;
  const brightness =
    Math.exp(drawn.brightnessSpread * random.normal()) * dim * (isMitotic ? drawn.mitoticBrightness : 1);
  const isHollow = random.uniform() < drawn.hollowShare && !isMitotic;
  const count = (mean: number): number => (isMitotic || mean === 0 ? 0 : random.poisson(mean));
  const diameters = (2 * radiusUm) / scale;
  return {
    centerUm,
    radiusUm,
    semiAxesUm: [axes[0] * scale, axes[1] * scale, axes[2] * scale],
    axes: normal && !isMitotic ? [second, third, first] : [first, second, third],
    bend: drawn.bend * random.uniform(),
    waves: Array.from({ length: 4 }, (_, i) => {
      const [z, y, x] = direction(random);
      const frequency = (2 + i) / 6;
      return [z * frequency, y * frequency, x * frequency, random.uniform()] as const;
    }),
    bumpHeight: Math.min(0.25, drawn.bumpHeight * (isMitotic ? 2.5 : 1)),
    brightness,
    isHollow,
    isMitotic,
    nucleoli: spots(count(drawn.nucleoli), 0.55, drawn.nucleolusRadius * diameters, random),
    chromocentres: spots(count(drawn.chromocentres), 0.8, drawn.chromocentreRadius * diameters, random),
  };
}

function spots(count: number, farthest: number, radius: number, random: SeededRandom): Spot[] {
  return Array.from({ length: Math.min(count, 20) }, () => {
    const [z, y, x] = direction(random);
    const far = farthest * Math.cbrt(random.uniform());
    return { at: [z * far, y * far, x * far] as const, radius: radius * (0.7 + 0.6 * random.uniform()) };
  });
}

export function direction(random: SeededRandom): Zyx {
  return unit([random.normal(), random.normal(), random.normal()]);
}

/** Three perpendicular unit vectors, the first along `along`, turned round it at random. */
function frameAlong(along: Zyx, random: SeededRandom): [Zyx, Zyx, Zyx] {
  const first = unit(along);
  const second = unit(cross(first, direction(random)));
  return [first, second, cross(first, second)];
}

export const unit = ([z, y, x]: Zyx): Zyx => {
  const length = Math.sqrt(z * z + y * y + x * x);
  return length > 1e-9 ? [z / length, y / length, x / length] : [1, 0, 0];
};

const cross = (a: Zyx, b: Zyx): Zyx => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
