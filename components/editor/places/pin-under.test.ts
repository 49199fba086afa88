import { expect, it } from "vitest";
import { pinUnder } from "./pin-under.ts";

const voxelSizeZyx = [2, 0.5, 0.25] as const;
const pin = { id: "p", voxelZyx: [3.5, 40, 60] as const };
const at = (pane: "xy" | "xz" | "yz" | "3d", z: number, y: number, x: number) =>
  pinUnder({ pane, voxelZyx: [z, y, x] }, [pin], voxelSizeZyx, 10)?.id ?? null;

it("a click on the bubble above the place is on the pin, in µm of every plane, and not beside or deep below it", () => {
  // 8 px to the side are 0.8 µm: 3.2 voxels of x; 18 px up are 1.8 µm: 3.6 voxels of y, and 0.9 of z.
  expect([at("xy", 3, 37, 63), at("xy", 3, 37, 63.4), at("xy", 3, 36, 60), at("xy", 3, 41, 60)]).toEqual([
    "p",
    null,
    null,
    null,
  ]);
  expect([at("xz", 2.8, 40, 60), at("xz", 2.4, 40, 60)]).toEqual(["p", null]);
  expect([at("yz", 3.5, 37, 60), at("yz", 4, 37, 60)]).toEqual(["p", null]);
  // Two slices are 4 µm; a third is deeper than pins are drawn.
  expect([at("xy", 5, 39, 60), at("xy", 6, 39, 60), at("3d", 3, 39, 60)]).toEqual(["p", null, null]);
});
