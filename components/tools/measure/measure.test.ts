import { describe, expect, it } from "vitest";
import { FunctionImage } from "../../../core/edit/testing/function-image.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { createTool } from "../create-tool.ts";
import { createToolStage, sampleAt } from "../testing/tool-stage.ts";
import { measuredUm } from "./measured.ts";

const shapeZyx: Zyx = [30, 80, 150];
const voxelSizeZyx: Zyx = [2, 0.5, 0.4];

function open() {
  const on = createToolStage({ shapeZyx, voxelSizeZyx, image: new FunctionImage(shapeZyx, () => 1) });
  const tool = createTool("measure", on.context, on.segmenting);
  const click = (at: Zyx) => {
    expect(tool.down(sampleAt(at))).toBe(true);
    tool.move([sampleAt([at[0], at[1], at[2] + 0.1])]); // a hand trembles
    tool.up(sampleAt(at));
  };
  const drag = (from: Zyx, to: Zyx) => {
    tool.down(sampleAt(from));
    tool.move([sampleAt(to)]);
    tool.up(sampleAt(to));
  };
  return { ...on, tool, click, drag, measured: on.context.measured };
}

describe("a distance", () => {
  it("is in µm, whatever the voxels are: 3 slices of 2 µm and 20 voxels of 0.4 µm are 10 µm", () => {
    const { lengthUm, alongUmZyx } = measuredUm([4.5, 9, 10], [7.5, 9, 30], { voxelSizeZyx });
    expect(lengthUm).toBeCloseTo(10, 12);
    expect(alongUmZyx.map((um) => Number(um.toFixed(9)))).toEqual([6, 0, 8]);
    expect(measuredUm([7.5, 9, 30], [4.5, 9, 10], { voxelSizeZyx }).lengthUm).toBeCloseTo(10, 12);
  });

  it("is measured by two clicks, in two slices too, or by a drag, and edits nothing", () => {
    const { click, drag, measured, document } = open();
    click([4.5, 9, 10]);
    expect(measured()).toEqual({ fromZyx: [4.5, 9, 10], toZyx: null });
    click([7.5, 9, 30]);
    expect(measured()).toEqual({ fromZyx: [4.5, 9, 10], toZyx: [7.5, 9, 30] });
    drag([2.5, 60, 60], [2.5, 70, 90]);
    expect(measured()).toEqual({ fromZyx: [2.5, 60, 60], toZyx: [2.5, 70, 90] });
    expect(document.acts).toHaveLength(0);
  });

  it("is pulled by its ends, but only where they lie in the slice", () => {
    const { drag, click, measured } = open();
    drag([2.5, 60, 60], [2.5, 70, 90]);
    drag([2.5, 60.5, 60.5], [2.5, 30, 40]);
    expect(measured()).toEqual({ fromZyx: [2.5, 30, 40], toZyx: [2.5, 70, 90] });
    click([3.5, 70, 90]);
    expect(measured()).toEqual({ fromZyx: [3.5, 70, 90], toZyx: null });
  });

  it("is cleared by Escape; during a drag what was there before comes back", () => {
    const { tool, drag, measured } = open();
    drag([2.5, 60, 60], [2.5, 70, 90]);
    tool.down(sampleAt([2.5, 10, 10]));
    tool.move([sampleAt([2.5, 20, 20])]);
    tool.cancel();
    expect(measured()).toEqual({ fromZyx: [2.5, 60, 60], toZyx: [2.5, 70, 90] });
    tool.cancel();
    expect(measured()).toBeNull();
  });

  it("leaves panning and picking by Ctrl to the viewer", () => {
    const { tool, measured } = open();
    expect(tool.down(sampleAt([2.5, 1, 1], { button: 1 }))).toBe(false);
    expect(tool.down(sampleAt([2.5, 1, 1], { ctrlKey: true }))).toBe(false);
    expect(measured()).toBeNull();
  });
});
