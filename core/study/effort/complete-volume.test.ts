import { expect, it } from "vitest";
import { moveOutlines } from "../../labels/move-outlines.ts";
import type { VoxelSpace } from "../../volume/voxel-space.ts";
import { completeVolume } from "./complete-volume.ts";
import type { CostModel } from "./cost-model.ts";
import { indexLabels } from "./label-index.ts";

const SPACE: VoxelSpace = { shapeZyx: [6, 20, 24], voxelSizeZyx: [1, 0.5, 0.4] };
const PRICES: CostModel = {
  points: { look: 1, accept: 1, reject: 1, merge: 2, splitInTwo: 2, splitInMore: 3, repaintSlice: 1 },
  seconds: { look: 3, accept: 1, reject: 1, merge: 4, splitInTwo: 6, splitInMore: 9, repaintSlice: 7 },
};

/** Blocks of 4 × 6 × 6 voxels, a voxel of nothing between them. */
const truth = Uint32Array.from({ length: 6 * 20 * 24 }, (_, i) => {
  const [z, y, x] = [Math.floor(i / 480), Math.floor(i / 24) % 20, i % 24];
  if (z < 1 || z > 4 || y % 7 === 6 || x % 7 === 6 || y > 12 || x > 19) return 0;
  return 1 + Math.floor(y / 7) * 3 + Math.floor(x / 7);
});

const complete = (proposals: Uint32Array) =>
  completeVolume(
    {
      ...SPACE,
      truth: indexLabels(truth, SPACE.shapeZyx),
      proposals: indexLabels(proposals, SPACE.shapeZyx),
      isNucleus: () => true,
    },
    PRICES,
  );

it("takes no paint where all is right, and all of it where nothing is proposed", () => {
  const painted = truth.filter((label) => label !== 0).length;
  const right = complete(truth);
  expect(right.corrected).toMatchObject({ looks: 6, nuclei: 6, strokes: 0, editedVoxels: 0, points: 12 });
  expect(right.drawn).toMatchObject({ looks: 6, nuclei: 6, strokes: 24, editedVoxels: painted, points: 30 });
  const nothing = complete(new Uint32Array(truth.length));
  expect(nothing.corrected).toEqual(nothing.drawn);
});

it("charges wrong outlines by the voxels that differ, a join and what is none, each once", () => {
  const shrunk = moveOutlines(truth, SPACE, -0.45);
  const differ = truth.filter((label, i) => label !== shrunk[i]).length;
  expect(differ).toBeGreaterThan(0);
  expect(complete(shrunk).corrected.editedVoxels).toBeLessThanOrEqual(differ);
  const joined = complete(truth.map((label) => (label === 2 ? 1 : label)));
  expect(joined.corrected).toMatchObject({ looks: 5, nuclei: 6, editedVoxels: 0, points: 5 + 4 + 2 });
  const pieces = complete(truth.map((label, i) => (label === 1 && i % 24 > 2 ? 50 : label)));
  expect(pieces.corrected).toMatchObject({ looks: 6, nuclei: 6, editedVoxels: 0, points: 6 + 5 + 2 });
  const noise = truth.slice();
  noise.fill(60, 0, 5);
  expect(complete(noise).corrected).toMatchObject({ looks: 7, nuclei: 7, points: 14 });
});
