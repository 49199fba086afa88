import { createSeededRandom } from "../../simulator/seeded-random.ts";
import { type VoxelSpace, voxelCount, type Zyx } from "../../volume/voxel-space.ts";

export const kinds = ["speckled", "long"] as const;

export interface TwoKinds extends VoxelSpace {
  readonly image: Float32Array;
  readonly labels: Uint32Array;
  readonly kindOf: ReadonlyMap<number, (typeof kinds)[number]>;
}

const CELL_UM = 8;

/**
 * Nuclei on a lattice, of two kinds by chance: small, bright and speckled, or large, dim and long in any direction of the
 * plane. Sizes and brightness of both vary so much that neither tells them apart by itself.
 */
export function createTwoKinds(
  seed: number,
  { shapeZyx, voxelSizeZyx }: VoxelSpace = { shapeZyx: [22, 80, 88], voxelSizeZyx: [1.1, 0.5, 0.55] },
): TwoKinds {
  const random = createSeededRandom(seed);
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  const image = new Float32Array(voxelCount(shapeZyx));
  for (let i = 0; i < image.length; i++) image[i] = 100 + 15 * random.normal();
  const labels = new Uint32Array(image.length);
  const kindOf = new Map<number, (typeof kinds)[number]>();
  const cells = shapeZyx.map((size, axis) => Math.floor((size * voxelSizeZyx[axis]) / CELL_UM));
  let label = 70_000; // beyond 16 bits
  for (let cz = 0; cz < cells[0]; cz++)
    for (let cy = 0; cy < cells[1]; cy++)
      for (let cx = 0; cx < cells[2]; cx++) {
        const kind = kinds[random.uniform() < 0.5 ? 0 : 1];
        const isLong = kind === "long";
        const radiusUm = isLong ? between(1.5, 2) : between(1.6, 2.3);
        const stretch = isLong ? between(1.35, 1.7) : between(1, 1.15);
        const brightness = isLong ? between(120, 260) : between(180, 320);
        const speckle = isLong ? 0.05 : 0.35;
        const angle = between(0, Math.PI);
        const phases = [between(0, 6), between(0, 6), between(0, 6)];
        const centre = [cz, cy, cx].map((at) => (at + 0.5) * CELL_UM + between(-0.3, 0.3));
        const box = ([0, 1, 2] as const).map((axis) => [
          Math.max(0, Math.floor((centre[axis] - 4) / voxelSizeZyx[axis])),
          Math.min(shapeZyx[axis], Math.ceil((centre[axis] + 4) / voxelSizeZyx[axis])),
        ]);
        kindOf.set(++label, kind);
        for (let z = box[0][0]; z < box[0][1]; z++)
          for (let y = box[1][0]; y < box[1][1]; y++)
            for (let x = box[2][0]; x < box[2][1]; x++) {
              const away = [z, y, x].map((at, axis) => (at + 0.5) * voxelSizeZyx[axis] - centre[axis]) as [
                number,
                number,
                number,
              ];
              const along = (Math.cos(angle) * away[2] + Math.sin(angle) * away[1]) / stretch;
              const across = Math.cos(angle) * away[1] - Math.sin(angle) * away[2];
              if (Math.hypot(away[0], along, across) > radiusUm) continue;
              const i = (z * shapeZyx[1] + y) * shapeZyx[2] + x;
              labels[i] = label;
              const wave = away.reduce((product, at, axis) => product * Math.cos(4 * at + phases[axis]), 1);
              image[i] += brightness * (1 + speckle * wave);
            }
      }
  return { shapeZyx, voxelSizeZyx, image, labels, kindOf };
}

/** A box of it, as if it were a volume of its own. */
export function cutOut(volume: TwoKinds, minZyx: Zyx, shapeZyx: Zyx): Pick<TwoKinds, "shapeZyx" | "image" | "labels"> {
  const image = new Float32Array(voxelCount(shapeZyx));
  const labels = new Uint32Array(image.length);
  let i = 0;
  for (let z = 0; z < shapeZyx[0]; z++)
    for (let y = 0; y < shapeZyx[1]; y++)
      for (let x = 0; x < shapeZyx[2]; x++, i++) {
        const from = ((z + minZyx[0]) * volume.shapeZyx[1] + y + minZyx[1]) * volume.shapeZyx[2] + x + minZyx[2];
        image[i] = volume.image[from];
        labels[i] = volume.labels[from];
      }
  return { shapeZyx, image, labels };
}
