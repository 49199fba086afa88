import { expect, it } from "vitest";
import { moveOutlines } from "../../../core/labels/move-outlines.ts";
import { type VoxelSpace, voxelCount } from "../../../core/volume/voxel-space.ts";
import { outlineConvention } from "./outline-convention.ts";

const space: VoxelSpace = { shapeZyx: [24, 60, 70], voxelSizeZyx: [1.5, 0.6, 0.5] };

/** Balls round the given places, in µm. */
function balls(radiusUm: number, count = 4): Uint32Array {
  const centres = [
    [10, 9, 8],
    [14, 24, 11],
    [20, 14, 25],
    [12, 27, 28],
  ].slice(0, count);
  const [z, y, x] = space.voxelSizeZyx;
  return Uint32Array.from({ length: voxelCount(space.shapeZyx) }, (_, i) => {
    const at = [Math.floor(i / 4200) * z, (Math.floor(i / 70) % 60) * y, (i % 70) * x];
    return 1 + centres.findIndex((centre) => Math.hypot(...at.map((value, k) => value - centre[k])) <= radiusUm);
  });
}

it.each([
  [3, 5, 2],
  [5, 3.4, -1.6],
  [4.2, 4.2, 0],
])("a model that draws balls of %f µm where people draw %f is asked for %f µm more", (found, truth, expected) => {
  const move = outlineConvention([{ ...space, truth: balls(truth), found: balls(found) }])!;
  expect(Math.abs(move - expected)).toBeLessThan(0.5);
  // What counts: with the move both are alike.
  const moved = moveOutlines(balls(found), space, move);
  const wanted = balls(truth);
  const count = (keep: (i: number) => boolean) => moved.filter((_, i) => keep(i)).length;
  const both = count((i) => moved[i] !== 0 && moved[i] === wanted[i]);
  expect(both / count((i) => moved[i] !== 0 || wanted[i] !== 0)).toBeGreaterThan(0.85);
});

it("one wrong match among few changes little, and two nuclei are no convention", () => {
  const truth = balls(5);
  const first = truth.map((label) => (label === 1 ? 0 : label));
  // Half of a nucleus only.
  const half = truth.map((label, i) => (label === 1 && i % 70 < 16 ? 1 : 0));
  const found = balls(3.5).map((label, i) => (first[i] || half[i] ? label : 0));
  expect(
    Math.abs(outlineConvention([{ ...space, truth: first.map((label, i) => label || half[i]), found }])! - 1.5),
  ).toBeLessThan(0.5);
  expect(outlineConvention([{ ...space, truth: balls(5, 2), found: balls(4) }])).toBeNull();
  const two = { ...space, truth: balls(5, 2), found: balls(4, 2) };
  expect(outlineConvention([two, two])).not.toBeNull();
});
