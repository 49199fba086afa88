import { expect, it } from "vitest";
import type { Zyx } from "../../volume/voxel-space.ts";
import { planeAxes, type SlicePlane } from "../slice-plane.ts";
import { MemoryLabelDocument } from "../testing/memory-label-document.ts";
import { seededRandom } from "../testing/seeded-random.ts";
import { cutByLineAct } from "./cut-by-line.ts";

const shapeZyx: Zyx = [20, 40, 90];
const voxelSizeZyx: Zyx = [2, 0.5, 0.4];
const isNucleus = (z: number, y: number, x: number) => Math.hypot((z - 10) * 2, (y - 20) * 0.5, (x - 62) * 0.4) < 7.5;
const open = () =>
  new MemoryLabelDocument({ shapeZyx, voxelSizeZyx, labelAt: (...at) => (isNucleus(...at) ? 5 : at[2] < 9 ? 6 : 0) });

it("cuts along the line through all slices, whatever its direction, and the larger piece keeps the label", async () => {
  const random = seededRandom(8);
  for (let round = 0; round < 9; round++) {
    const plane = (["xy", "xz", "yz"] as SlicePlane[])[round % 3];
    const { row, column } = planeAxes(plane);
    const document = open();
    const point = () =>
      shapeZyx.map((_, axis) => [10.5, 20.5, 62.5][axis] + (random() - 0.5) * [4, 12, 16][axis]) as unknown as Zyx;
    const line = { plane, fromZyx: point(), toZyx: point() };
    const [whole, others] = [document.countOf(5), document.countOf(6)];
    await document.commit(await cutByLineAct(document, 5, line, null));
    const [kept, cut] = [document.countOf(5), document.countOf(70_000)];
    expect(kept + cut).toBe(whole);
    expect(kept).toBeGreaterThanOrEqual(cut);
    expect(document.countOf(6)).toBe(others);
    // The angle at which the line is seen says the side, another way than by the product that the cut is made with.
    const sideOf = (at: readonly number[]) => {
      const angle = (p: readonly number[]) => Math.atan2(p[row] - line.fromZyx[row], p[column] - line.fromZyx[column]);
      const turn = angle(at.map((v) => v + 0.5)) - angle(line.toZyx);
      return Math.sin(turn) > 0;
    };
    const sides = new Map<number, Set<boolean>>();
    for (let z = 0; z < 20; z++)
      for (let y = 0; y < 40; y++)
        for (let x = 9; x < 90; x++) {
          const label = document.labelAt(z, y, x);
          if (label !== 0) sides.set(label, (sides.get(label) ?? new Set()).add(sideOf([z, y, x])));
        }
    expect([...sides.values()].map((side) => side.size)).toEqual([1, 1]);
  }
});

it("refuses a line beside the nucleus", async () => {
  const line = { plane: "xy", fromZyx: [10, 0, 20], toZyx: [10, 39, 20] } as const;
  await expect(cutByLineAct(open(), 5, line, null)).rejects.toMatchObject({ tag: "line-beside" });
});
