import { describe, expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import { cropBox } from "../volume/image-source.ts";
import { boxShape, type VoxelSpace, voxelCount, type Zyx } from "../volume/voxel-space.ts";
import { blobReachZyx, findImageBlobs } from "./image-blobs.ts";

const space: VoxelSpace = { shapeZyx: [16, 50, 64], voxelSizeZyx: [1.5, 0.5, 0.6] };
const DIAMETER_UM = 6;
/** Keeps balls apart that touch. */
const BLOB_UM = 4.5;

/** Balls with a soft edge in noise. */
function imageOf(
  centresUm: readonly Zyx[],
  noise: number,
  seed: number,
  brightness = (_: number) => 0.8,
): Float32Array {
  const random = seededRandom(seed);
  const { shapeZyx, voxelSizeZyx } = space;
  const image = new Float32Array(voxelCount(shapeZyx));
  let i = 0;
  for (let z = 0; z < shapeZyx[0]; z++)
    for (let y = 0; y < shapeZyx[1]; y++)
      for (let x = 0; x < shapeZyx[2]; x++, i++) {
        centresUm.forEach((centre, ball) => {
          const away = Math.hypot(...[z, y, x].map((at, axis) => at * voxelSizeZyx[axis] - centre[axis]));
          const share = Math.min(1, Math.max(0, (DIAMETER_UM / 2 + 0.5 - away) / 1));
          image[i] = Math.max(image[i], brightness(ball) * share);
        });
        image[i] += noise * (random() - 0.5);
      }
  return image;
}

const indexOf = (placeUm: Zyx) => {
  const [z, y, x] = placeUm.map((at, axis) => Math.round(at / space.voxelSizeZyx[axis]));
  return (z * space.shapeZyx[1] + y) * space.shapeZyx[2] + x;
};
const placeOf = (voxel: number): Zyx => {
  const [, rows, columns] = space.shapeZyx;
  const [z, y, x] = [Math.floor(voxel / rows / columns), Math.floor(voxel / columns) % rows, voxel % columns];
  return [z * space.voxelSizeZyx[0], y * space.voxelSizeZyx[1], x * space.voxelSizeZyx[2]];
};
const awayUm = (a: Zyx, b: Zyx) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

const centres: Zyx[] = [
  [6, 6, 6],
  [6, 12, 6], // touches the first
  [13.5, 18, 25],
  [18, 8, 30],
];

describe("bright blobs of a nucleus' size", () => {
  it("are found where balls are, also where they touch, one each, the brightest first", () => {
    const brightness = [0.9, 0.7, 0.5, 0.3];
    const { middles, strength } = findImageBlobs(
      imageOf(centres, 0.05, 1, (ball) => brightness[ball]),
      space,
      BLOB_UM,
    );
    expect(middles).toHaveLength(centres.length);
    middles.forEach((middle, rank) => {
      expect(awayUm(placeOf(middle), centres[rank])).toBeLessThan(1.7);
      if (rank > 0) expect(strength[middle]).toBeLessThanOrEqual(strength[middles[rank - 1]]);
    });
  });

  it("are none where there is noise alone, and one where a nucleus has a grain", () => {
    expect(findImageBlobs(imageOf([], 0.05, 2), space, BLOB_UM).middles).toEqual([]);
    const image = imageOf([centres[0]], 0, 3);
    image[indexOf([7.5, 6, 7.8])] = 1;
    expect(findImageBlobs(image, space, BLOB_UM).middles).toHaveLength(1);
  });

  it("are the peaks that no higher peak is nearer to than half a diameter", () => {
    const random = seededRandom(4);
    const image = Float32Array.from({ length: voxelCount(space.shapeZyx) }, () => 3 * random());
    const { middles, strength } = findImageBlobs(image, space, DIAMETER_UM);
    const [depth, rows, columns] = space.shapeZyx;
    const peaks: number[] = [];
    for (let i = 0; i < strength.length; i++) {
      const [z, y, x] = [Math.floor(i / rows / columns), Math.floor(i / columns) % rows, i % columns];
      let highest = strength[i] >= 0.01;
      for (const dz of [-1, 0, 1])
        for (const dy of [-1, 0, 1])
          for (const dx of [-1, 0, 1]) {
            const [az, ay, ax] = [z + dz, y + dy, x + dx];
            const inside = az >= 0 && ay >= 0 && ax >= 0 && az < depth && ay < rows && ax < columns;
            if (inside && strength[(az * rows + ay) * columns + ax] > strength[i]) highest = false;
          }
      if (highest) peaks.push(i);
    }
    const naive = peaks
      .filter((a) => !peaks.some((b) => strength[b] > strength[a] && awayUm(placeOf(a), placeOf(b)) < DIAMETER_UM / 2))
      .sort((a, b) => strength[b] - strength[a]);
    expect(naive.length).toBeGreaterThan(10);
    expect(middles).toEqual(naive);
  });

  it("are the same in a part of the image, as far as it sees enough", () => {
    const random = seededRandom(5);
    const image = Float32Array.from({ length: voxelCount(space.shapeZyx) }, () => 3 * random());
    const whole = findImageBlobs(image, space, 3);
    const box = { minZyx: [2, 9, 14], maxZyx: [16, 47, 60] } as const;
    const part = findImageBlobs(
      cropBox(image, space.shapeZyx, box, Float32Array),
      { ...space, shapeZyx: boxShape(box) },
      3,
    );
    const [rz, ry, rx] = blobReachZyx(space.voxelSizeZyx, 3);
    const [, rows, columns] = space.shapeZyx;
    const [, partRows, partColumns] = boxShape(box);
    const seen = (voxel: number, z: number, y: number, x: number) =>
      z >= box.minZyx[0] + rz && // its last slice is the volume's
      y >= box.minZyx[1] + ry &&
      y < box.maxZyx[1] - ry &&
      x >= box.minZyx[2] + rx &&
      x < box.maxZyx[2] - rx
        ? [voxel]
        : [];
    const expected = whole.middles.flatMap((voxel) =>
      seen(voxel, Math.floor(voxel / rows / columns), Math.floor(voxel / columns) % rows, voxel % columns),
    );
    const found = part.middles.flatMap((voxel) => {
      const z = Math.floor(voxel / partRows / partColumns) + box.minZyx[0];
      const y = (Math.floor(voxel / partColumns) % partRows) + box.minZyx[1];
      const x = (voxel % partColumns) + box.minZyx[2];
      return seen((z * rows + y) * columns + x, z, y, x);
    });
    expect(expected.length).toBeGreaterThan(3);
    expect(found).toEqual(expected);
  });
});
