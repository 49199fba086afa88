import { describe, expect, it, vi } from "vitest";
import { FunctionImage } from "../../../core/edit/testing/function-image.ts";
import { brickKeyAt, indexInBrick } from "../../../core/volume/brick.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { createTool } from "../create-tool.ts";
import { BALL_UM, createToolStage, sampleAt } from "../testing/tool-stage.ts";

const shapeZyx: Zyx = [20, 40, 90];
const voxelSizeZyx: Zyx = [2, 0.5, 0.4];
/** Nucleus 3 on the left, over a seam of bricks nucleus 4 on the right. */
const labelAt = (z: number, y: number, x: number) => (z < 4 || y < 10 || y >= 30 ? 0 : x < 20 ? 3 : x >= 70 ? 4 : 0);
const middle: Zyx = [10, 20, 45];

/** Voxels of a ball in µm, one by one. */
function ballAt(centre: Zyx, um: number, isFree: (z: number, y: number, x: number) => boolean = () => true): number {
  let count = 0;
  for (let z = 0; z < shapeZyx[0]; z++)
    for (let y = 0; y < shapeZyx[1]; y++)
      for (let x = 0; x < shapeZyx[2]; x++) {
        const away = [z, y, x].map((at, axis) => (at - centre[axis]) * voxelSizeZyx[axis]);
        if (Math.hypot(...away) <= um && isFree(z, y, x)) count++;
      }
  return count;
}

function open() {
  const stage = createToolStage({ shapeZyx, voxelSizeZyx, image: new FunctionImage(shapeZyx, () => 1), labelAt });
  const tool = createTool("segment", stage.context, stage.segmenting);
  const click = async (at: Zyx, change: Parameters<typeof sampleAt>[1] = {}) => {
    const label = stage.document.labelAt(Math.floor(at[0]), Math.floor(at[1]), Math.floor(at[2]));
    const took = tool.down(sampleAt(at, { label, ...change }));
    tool.up(sampleAt(at, change));
    await stage.segmenting.setMoveUm(stage.segmenting.moveUm);
    return took;
  };
  const seen = (z: number, y: number, x: number) =>
    stage.preview.readBrick(brickKeyAt(z, y, x))?.[indexInBrick(z, y, x)];
  return { ...stage, tool, click, seen };
}

describe("click to segment", () => {
  it("shows what a click finds, and paints it as one act when it is kept", async () => {
    const { click, segmenting, document, shown, seen, marks, view } = open();
    await click([10.5, 20.5, 45.5]);
    const label = shown.now!.label;
    expect(shown.now?.found).toEqual({ painted: ballAt(middle, BALL_UM), erased: 0, by: "model", isCut: false });
    expect(marks.now).toEqual([{ voxelZyx: [10.5, 20.5, 45.5], text: "+" }]);
    expect(seen(10, 20, 45)).toBe(label);
    expect(document.acts).toHaveLength(0);
    await segmenting.keep();
    expect([shown.now, marks.now, view.get().selectedLabel]).toEqual([null, [], label]);
    expect(document.countOf(label)).toBe(ballAt(middle, BALL_UM));
    expect(document.acts).toHaveLength(1);
    expect(document.undo()).toEqual({ name: "click to segment" });
    expect(seen(10, 20, 45)).toBe(0);
  });

  it("leaves nothing when it is dropped, and gives the same label out again", async () => {
    const { click, segmenting, document, shown, seen, marks } = open();
    await click(middle);
    const { label } = shown.now!;
    segmenting.drop();
    expect([shown.now, marks.now, seen(10, 20, 45), document.acts.length]).toEqual([null, [], 0, 0]);
    await click([10, 20, 50]);
    expect(shown.now?.label).toBe(label);
    await segmenting.keep();
    await click([14, 30, 40]);
    expect(shown.now?.label).not.toBe(label);
  });

  it("adds with a second click, takes away with Alt, and goes back click by click", async () => {
    const { click, segmenting, shown, marks } = open();
    await click(middle, { altKey: true });
    expect(shown.now).toBeNull(); // there is nothing yet to take from
    const sizes: number[] = [];
    const note = () => sizes.push(shown.now!.found!.painted);
    await click(middle);
    note();
    await click([10, 20, 52]);
    note();
    await click([10, 25, 52], { altKey: true });
    note();
    expect(sizes[1]).toBeGreaterThan(sizes[0]);
    expect(sizes[2]).toBeLessThan(sizes[1]);
    expect(marks.now.map(({ text }) => text)).toEqual(["+", "+", "−"]);
    await segmenting.takeBackClick();
    expect(shown.now?.found?.painted).toBe(sizes[1]);
    await segmenting.takeBackClick();
    expect(shown.now?.found?.painted).toBe(sizes[0]);
    await segmenting.takeBackClick();
    expect(shown.now).toBeNull();
  });

  it("takes a stroke as clicks along it", async () => {
    const { tool, segmenting, marks } = open();
    tool.down(sampleAt([10, 20, 35]));
    tool.move([sampleAt([10, 20, 36]), sampleAt([10, 20, 45]), sampleAt([10, 20, 55])]);
    tool.up(sampleAt([10, 20, 55]));
    await segmenting.setMoveUm(0);
    expect(marks.now.map(({ voxelZyx }) => voxelZyx[2])).toEqual([35.5, 45.5, 55.5]);
  });

  it("never paints over other nuclei, also not over what others paint until it is kept", async () => {
    const { click, segmenting, document, shown } = open();
    const free = (z: number, y: number, x: number) => labelAt(z, y, x) === 0;
    await click([10, 20, 64]);
    const { label } = shown.now!;
    expect(shown.now?.found?.painted).toBe(ballAt([10, 20, 64], BALL_UM, free));
    const [three, four] = [document.countOf(3), document.countOf(4)];
    const runs = Int32Array.from([10, 20, 60, 66]);
    await document.commit({ name: "paint", records: [{ kind: "paint", label: 9, runs }] });
    await vi.waitFor(() => expect(shown.now?.found?.painted).toBe(ballAt([10, 20, 64], BALL_UM, free) - 6));
    await segmenting.keep();
    expect([document.countOf(3), document.countOf(4), document.countOf(9)]).toEqual([three, four, 6]);
    expect(document.countOf(label)).toBe(ballAt([10, 20, 64], BALL_UM, free) - 6);
  });

  it("proposes a nucleus anew that is clicked: it gets what it lacks and loses what is not its own", async () => {
    const { click, segmenting, document, shown, seen } = open();
    const before = document.countOf(4);
    await click([10, 20, 75]);
    expect(shown.now).toMatchObject({ label: 4, isAnew: true });
    expect(seen(19, 29, 89)).toBe(0);
    await segmenting.keep();
    expect(document.countOf(4)).toBe(ballAt([10, 20, 75], BALL_UM));
    document.undo();
    expect(document.countOf(4)).toBe(before);
    // Another nucleus does not join by a click.
    await click(middle);
    await click([10, 20, 10]);
    expect(shown.now?.found?.painted).toBe(ballAt(middle, BALL_UM));
  });

  it("moves the outline of what is shown in µm, and of the next one", async () => {
    const { click, segmenting, shown } = open();
    await click(middle);
    await segmenting.setMoveUm(1);
    expect(shown.now).toMatchObject({ moveUm: 1, found: { painted: ballAt(middle, BALL_UM + 1) } });
    await segmenting.keep();
    await click([10, 20, 65]);
    expect(shown.now?.moveUm).toBe(1);
  });

  it("keeps what a click finds when the yes comes before the answer", async () => {
    const { tool, segmenting, document, shown } = open();
    tool.down(sampleAt(middle));
    tool.up(sampleAt(middle));
    expect(shown.now).toMatchObject({ found: null });
    const { label } = shown.now!;
    await segmenting.keep();
    expect(document.countOf(label)).toBe(ballAt(middle, BALL_UM));
  });
});
