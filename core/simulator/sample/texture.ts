/** Smooth random values in space: two octaves of trilinear noise on lattices of 2.2 and 0.9 µm. About 0…1, mean 0.5. */
export function createTexture(seed: number): (zUm: number, yUm: number, xUm: number) => number {
  const hash = (z: number, y: number, x: number): number => {
    let h = Math.imul(z, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(x, 0x9e3779b1) ^ seed;
    h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
  };
  const octave = (z: number, y: number, x: number): number => {
    const [fz, fy, fx] = [Math.floor(z), Math.floor(y), Math.floor(x)];
    const [tz, ty, tx] = [z - fz, y - fy, x - fx];
    const mix = (a: number, b: number, t: number) => a + (b - a) * t * t * (3 - 2 * t);
    const row = (dz: number, dy: number) => mix(hash(fz + dz, fy + dy, fx), hash(fz + dz, fy + dy, fx + 1), tx);
    return mix(mix(row(0, 0), row(0, 1), ty), mix(row(1, 0), row(1, 1), ty), tz);
  };
  return (z, y, x) => 0.65 * octave(z / 2.2, y / 2.2, x / 2.2) + 0.35 * octave(z / 0.9, y / 0.9, x / 0.9);
}
