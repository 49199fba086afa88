import type { SeededRandom } from "./seeded-random.ts";

const SIDE = 32;
const MASK = SIDE - 1;

/** Smooth random values in space, lattice distance 1, repeating after 32: mean 0, standard deviation about 1. */
export type Noise = (z: number, y: number, x: number) => number;

export function createValueNoise(random: SeededRandom): Noise {
  const lattice = new Float32Array(SIDE ** 3);
  // Interpolation halves the spread of even numbers; 3.4 makes their standard deviation 1 again.
  for (let i = 0; i < lattice.length; i++) lattice[i] = 3.4 * (random.uniform() + random.uniform() - 1);
  return (z, y, x) => {
    const fz = Math.floor(z);
    const fy = Math.floor(y);
    const fx = Math.floor(x);
    const tz = ease(z - fz);
    const ty = ease(y - fy);
    const tx = ease(x - fx);
    const x0 = fx & MASK;
    const x1 = (fx + 1) & MASK;
    const z0 = (fz & MASK) * SIDE;
    const z1 = ((fz + 1) & MASK) * SIDE;
    const y0 = fy & MASK;
    const y1 = (fy + 1) & MASK;
    const nearLow = between(lattice, (z0 + y0) * SIDE, x0, x1, tx);
    const farLow = between(lattice, (z1 + y0) * SIDE, x0, x1, tx);
    const near = nearLow + (between(lattice, (z0 + y1) * SIDE, x0, x1, tx) - nearLow) * ty;
    const far = farLow + (between(lattice, (z1 + y1) * SIDE, x0, x1, tx) - farLow) * ty;
    return near + (far - near) * tz;
  };
}

function between(lattice: Float32Array, row: number, x0: number, x1: number, t: number): number {
  return lattice[row + x0] + (lattice[row + x1] - lattice[row + x0]) * t;
}

const ease = (t: number): number => t * t * (3 - 2 * t);
