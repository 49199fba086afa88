import type { VoxelSpace, Zyx } from "../../volume/voxel-space.ts";

/** Half-axes in µm along three directions at right angles, each z, y, x of length 1. */
export interface Ellipsoid {
  readonly halfAxesUm: Zyx;
  readonly directionsZyx: readonly [Zyx, Zyx, Zyx];
}

/** Directions that a random rotation makes; three numbers 0…1 (Shoemake 1992). */
export function randomDirections(random: () => number): [Zyx, Zyx, Zyx] {
  const [u, v, w] = [random(), random() * 2 * Math.PI, random() * 2 * Math.PI];
  const [a, b] = [Math.sqrt(1 - u), Math.sqrt(u)];
  const [x, y, z, s] = [a * Math.sin(v), a * Math.cos(v), b * Math.sin(w), b * Math.cos(w)];
  return [
    [1 - 2 * (x * x + y * y), 2 * (y * z + s * x), 2 * (x * z - s * y)],
    [2 * (y * z - s * x), 1 - 2 * (x * x + z * z), 2 * (x * y + s * z)],
    [2 * (x * z + s * y), 2 * (x * y - s * z), 1 - 2 * (y * y + z * z)],
  ];
}

/** Voxels whose middle lies inside, round a centre that is `shiftZyx` voxels off the middle of the box, which holds it with room. */
export function digitalEllipsoid(
  { halfAxesUm, directionsZyx }: Ellipsoid,
  voxelSizeZyx: Zyx,
  shiftZyx: Zyx,
): { readonly labels: Uint32Array; readonly space: VoxelSpace } {
  const reach = Math.max(...halfAxesUm);
  const shapeZyx = voxelSizeZyx.map((size) => 2 * Math.ceil(reach / size) + 5) as unknown as Zyx;
  const [depth, height, width] = shapeZyx;
  const labels = new Uint32Array(depth * height * width);
  const at = (index: number, axis: 0 | 1 | 2) =>
    (index + 0.5 - shapeZyx[axis] / 2 - shiftZyx[axis]) * voxelSizeZyx[axis];
  for (let z = 0, i = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) {
        let sum = 0;
        for (let axis = 0; axis < 3; axis++) {
          const [dz, dy, dx] = directionsZyx[axis];
          sum += ((dz * at(z, 0) + dy * at(y, 1) + dx * at(x, 2)) / halfAxesUm[axis]) ** 2;
        }
        if (sum <= 1) labels[i] = 1;
      }
  return { labels, space: { shapeZyx, voxelSizeZyx } };
}

const STEPS = 200;

/** 36 π V² / S³ of the ellipsoid itself, its surface by adding up patches. */
export function trueSphericity([a, b, c]: Zyx): number {
  let surface = 0;
  for (let i = 0; i < STEPS; i++)
    for (let j = 0; j < STEPS; j++) {
      const theta = (Math.PI * (i + 0.5)) / STEPS;
      const phi = (2 * Math.PI * (j + 0.5)) / STEPS;
      const sine = Math.sin(theta);
      surface +=
        sine *
        Math.hypot(b * c * sine * Math.cos(phi), a * c * sine * Math.sin(phi), a * b * Math.cos(theta)) *
        ((2 * Math.PI ** 2) / STEPS ** 2);
    }
  return (36 * Math.PI * ((4 / 3) * Math.PI * a * b * c) ** 2) / surface ** 3;
}
