import { expect, it } from "vitest";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { evenly, fillingStroke, outlineOf, slicesOf, type Yx } from "./plan-strokes.ts";

const SHAPE: Zyx = [7, 40, 56];
const VOXEL: Zyx = [2, 0.5, 0.8];
const CENTRE = [3, 19, 30];

/** An ellipsoid of voxels of unequal sides, and a neighbour that touches it. */
const labels = Uint32Array.from({ length: SHAPE[0] * SHAPE[1] * SHAPE[2] }, (_, i) => {
  const zyx = [Math.floor(i / (SHAPE[1] * SHAPE[2])), Math.floor(i / SHAPE[2]) % SHAPE[1], i % SHAPE[2]];
  const um = zyx.map((at, axis) => (at - CENTRE[axis]) * VOXEL[axis]);
  if (Math.hypot(um[0] / 5, um[1] / 6, um[2] / 8) < 1) return 4;
  return zyx[2] > 40 ? 9 : 0;
});
const volume = {
  kind: { name: "", file: "" },
  shapeZyx: SHAPE,
  voxelSizeZyx: VOXEL,
  image: new Float32Array(),
  labels,
};
const object = {
  label: 4,
  voxels: labels.filter((one) => one === 4).length,
  box: { minZyx: [0, 0, 0], maxZyx: SHAPE },
} as const;
const slices = slicesOf(volume, object);

/** Even and odd crossings of a line to the right. */
function isWithin(path: readonly Yx[], y: number, x: number): boolean {
  let crossings = 0;
  for (let i = 1; i < path.length; i++) {
    const [[ya, xa], [yb, xb]] = [path[i - 1], path[i]];
    if (ya > y !== yb > y && x < xa + ((y - ya) / (yb - ya)) * (xb - xa)) crossings++;
  }
  return crossings % 2 === 1;
}

function iouOf(z: number, isDrawn: (y: number, x: number) => boolean): number {
  let [both, either] = [0, 0];
  for (let y = 0; y < SHAPE[1]; y++)
    for (let x = 0; x < SHAPE[2]; x++) {
      const [truth, drawn] = [labels[(z * SHAPE[1] + y) * SHAPE[2] + x] === 4, isDrawn(y + 0.5, x + 0.5)];
      both += Number(truth && drawn);
      either += Number(truth || drawn);
    }
  return both / either;
}

it("draws lines that go round the nucleus, and none of its neighbour", () => {
  expect(slices.map(({ z }) => z)).toEqual([1, 2, 3, 4, 5]);
  for (const slice of slices) {
    const path = outlineOf(slice);
    expect(iouOf(slice.z, (y, x) => isWithin(path, y, x))).toBeGreaterThan(0.9);
  }
});

it("fills a slice by one stroke that stays in it", () => {
  const radiusUm = 2;
  for (const slice of slices) {
    const path = fillingStroke(slice, radiusUm);
    const isPainted = (y: number, x: number) =>
      path.some((from, i) => {
        const to = path[Math.min(i + 1, path.length - 1)];
        return [...Array(41).keys()].some((step) => {
          const [py, px] = [0, 1].map((axis) => from[axis] + ((to[axis] - from[axis]) * step) / 40);
          return Math.hypot((y - py) * VOXEL[1], (x - px) * VOXEL[2]) <= radiusUm;
        });
      });
    expect(iouOf(slice.z, isPainted)).toBeGreaterThan(0.8);
  }
});

it("takes slices evenly apart, the ends among them", () => {
  expect(evenly([1, 2, 3, 4, 5, 6, 7, 8, 9], 3)).toEqual([1, 5, 9]);
  expect(evenly([1, 2], 3)).toEqual([1, 2]);
});
