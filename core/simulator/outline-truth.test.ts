import { expect, it } from "vitest";
import type { VoxelSpace, Zyx } from "../volume/voxel-space.ts";
import { drawNumbers } from "./draw-numbers.ts";
import { fillBodies } from "./fill-bodies.ts";
import { fineGridOf } from "./fine-grid.ts";
import type { NucleusBody } from "./nucleus-body.ts";
import { blurBodies, keepWholePieces, labelsAtOutline } from "./outline-truth.ts";
import { createSeededRandom } from "./seeded-random.ts";

const VOLUME: VoxelSpace = { shapeZyx: [15, 36, 42], voxelSizeZyx: [2, 0.6, 0.5] };
const CENTER: Zyx = [15, 10.8, 10.5];
const SEMI_AXES: Zyx = [5, 4, 6];
const SIGMA: Zyx = [1.9, 0.7, 0.7];
const drawn = drawNumbers(createSeededRandom(1));

const ellipsoid = (centerUm: Zyx, semiAxesUm: Zyx): NucleusBody => ({
  centerUm,
  semiAxesUm,
  radiusUm: Math.cbrt(semiAxesUm[0] * semiAxesUm[1] * semiAxesUm[2]),
  axes: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  bend: 0,
  waves: [],
  bumpHeight: 0,
  brightness: 1,
  isHollow: false,
  isMitotic: false,
  nucleoli: [],
  chromocentres: [],
});

function outlined(bodies: readonly NucleusBody[], marginUm: number): Uint32Array {
  const grid = fineGridOf(VOLUME, SIGMA, 0.7);
  const spread = { nearUmZyx: SIGMA, farUmZyx: SIGMA };
  const blurred = blurBodies(grid, VOLUME, bodies, fillBodies(grid, bodies, 0), spread, drawn);
  return labelsAtOutline(blurred, VOLUME, () => marginUm, Math.abs(marginUm));
}

/** The blurred ellipsoid by plain summation over small cubes: nothing of the simulator is in it. */
function blurredAt(offset: Zyx): number {
  const step = 0.35;
  let sum = 0;
  for (let z = -SEMI_AXES[0]; z <= SEMI_AXES[0]; z += step)
    for (let y = -SEMI_AXES[1]; y <= SEMI_AXES[1]; y += step)
      for (let x = -SEMI_AXES[2]; x <= SEMI_AXES[2]; x += step) {
        if ((z / SEMI_AXES[0]) ** 2 + (y / SEMI_AXES[1]) ** 2 + (x / SEMI_AXES[2]) ** 2 > 1) continue;
        const away = [z, y, x].reduce((total, at, i) => total + ((at - offset[i]) / SIGMA[i]) ** 2, 0);
        sum += Math.exp(-away / 2);
      }
  return sum;
}

/** From the centre along an axis to half of the level at the centre, µm. */
function halfMaximumAlong(axis: 0 | 1 | 2): number {
  const half = blurredAt([0, 0, 0]) / 2;
  let at = 0;
  while (blurredAt([axis === 0 ? at : 0, axis === 1 ? at : 0, axis === 2 ? at : 0]) > half) at += 0.05;
  return at;
}

/** From the first to the last voxel of the label along an axis through the centre, both whole, µm. */
function extentAlong(labels: Uint32Array, axis: 0 | 1 | 2): number {
  const [, height, width] = VOLUME.shapeZyx;
  const at = CENTER.map((um, i) => Math.floor(um / VOLUME.voxelSizeZyx[i]));
  let voxels = 0;
  for (let i = 0; i < VOLUME.shapeZyx[axis]; i++) {
    const [z, y, x] = at.map((position, other) => (other === axis ? i : position));
    if (labels[(z * height + y) * width + x] !== 0) voxels++;
  }
  return voxels * VOLUME.voxelSizeZyx[axis];
}

const halves = ([0, 1, 2] as const).map(halfMaximumAlong);

for (const marginUm of [0, 1.2, -0.8])
  it(`outlines at the half maximum of the blurred nucleus, ${marginUm} µm outside of it`, () => {
    const labels = outlined([ellipsoid(CENTER, SEMI_AXES)], marginUm);
    for (const axis of [0, 1, 2] as const) {
      const expected = 2 * (halves[axis] + marginUm);
      // Voxels are whole, at both ends.
      expect(Math.abs(extentAlong(labels, axis) - expected)).toBeLessThanOrEqual(1.05 * VOLUME.voxelSizeZyx[axis]);
    }
  });

it("divides two touching nuclei between them, however generous the outlines", () => {
  const pair = [ellipsoid([15, 10.8, 7], [4, 4, 4]), ellipsoid([15, 10.8, 13.5], [4, 4, 4])];
  const labels = outlined(pair, 1);
  const { shapeZyx, voxelSizeZyx } = VOLUME;
  const middleUm = (7 + 13.5) / 2;
  let [first, second] = [0, 0];
  labels.forEach((label, at) => {
    const x = ((at % shapeZyx[2]) + 0.5) * voxelSizeZyx[2];
    if (label === 1) {
      first++;
      expect(x).toBeLessThanOrEqual(middleUm + voxelSizeZyx[2]);
    } else if (label === 2) {
      second++;
      expect(x).toBeGreaterThanOrEqual(middleUm - voxelSizeZyx[2]);
    }
  });
  expect(Math.abs(first - second) / (first + second)).toBeLessThan(0.05);
});

it("keeps the largest piece of each label and no crumbs", () => {
  const labels = Uint32Array.of(1, 1, 0, 1, 2, 2, 2, 0, 3);
  expect([...keepWholePieces(labels, [1, 1, 9], 2)]).toEqual([1, 1, 0, 0, 2, 2, 2, 0, 0]);
});
