import { describe, expect, it, vi } from "vitest";
import { rasterise } from "../../core/edit/edit-intent.ts";
import { FunctionImage } from "../../core/edit/testing/function-image.ts";
import { brickKeyAt, indexInBrick } from "../../core/volume/brick.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { createTool, type ToolName, toolNames } from "./create-tool.ts";
import type { PreviewLabels } from "./preview-labels.ts";
import { createToolStage, sampleAt } from "./testing/tool-stage.ts";
import type { ToolSettings } from "./tool-context.ts";

const shapeZyx: Zyx = [30, 80, 150];
const voxelSizeZyx: Zyx = [2, 0.5, 0.4];
const centre: Zyx = [14, 40, 74];
const um = (z: number, y: number, x: number) =>
  Math.hypot((z - centre[0]) * 2, (y - centre[1]) * 0.5, (x - centre[2]) * 0.4);
const image = () => new FunctionImage(shapeZyx, (z, y, x) => (um(z, y, x) < 9 ? 800 : 100));
const labelAt = (z: number, _y: number, x: number) => (z < 6 ? (x < 40 ? 3 : x < 80 ? 4 : 0) : 0);

const stage = (settings: Partial<ToolSettings> = {}) =>
  createToolStage({ shapeZyx, voxelSizeZyx, image: image(), labelAt, settings });
const open = (name: ToolName, settings: Partial<ToolSettings> = {}) => {
  const on = stage(settings);
  return { ...on, tool: createTool(name, on.context, on.segmenting) };
};

const shownAt = (preview: PreviewLabels, z: number, y: number, x: number): number =>
  preview.readBrick(brickKeyAt(z, y, x))![indexInBrick(z, y, x)];

function voxelsShown(preview: PreviewLabels, label: number): number {
  let count = 0;
  for (let z = 0; z < shapeZyx[0]; z++)
    for (let y = 0; y < shapeZyx[1]; y++)
      for (let x = 0; x < shapeZyx[2]; x++) if (shownAt(preview, z, y, x) === label) count++;
  return count;
}

describe("brush and eraser", () => {
  const path: Zyx[] = [
    [2.5, 20, 20],
    [2.5, 30, 60],
    [2.5, 60, 100],
  ];

  it("shows every piece at once, commits one record at the end, and shares the stroke meanwhile (R10, R58)", () => {
    const { tool, document, preview, view, strokes } = open("brush");
    expect(tool.down(sampleAt(path[0]))).toBe(true);
    const label = view.get().selectedLabel;
    expect(label).toBe(70_000);
    tool.move([sampleAt(path[1])]);
    expect(shownAt(preview, 2, 25, 40)).toBe(label);
    expect(document.labelAt(2, 25, 40)).toBe(4);
    expect(document.acts).toHaveLength(0);
    tool.move([sampleAt(path[2])]);
    tool.up(sampleAt(path[2]));
    expect(document.acts).toHaveLength(1);
    expect(document.acts[0].act.records).toHaveLength(1);
    const brush = { shape: "disc" as const, radiusUm: 2, plane: "xy" as const };
    const expected = rasterise({ kind: "stroke", brush, pathZyx: path }, { shapeZyx, voxelSizeZyx });
    expect(document.countOf(label)).toBe(expected.count);
    expect(voxelsShown(preview, label)).toBe(expected.count);
    expect(strokes.at(-1)).toBeNull();
    expect(strokes.some((stroke) => stroke?.label === label && stroke.pathZyx.length > 1)).toBe(true);
  });

  it("what is shown during a masked stroke is what is written at its end", () => {
    const { tool, document, preview, view } = open("brush", { mask: "background", brushShape: "ball" });
    view.set({ selectedLabel: 4 });
    tool.down(sampleAt(path[0]));
    tool.move([sampleAt(path[1]), sampleAt(path[2])]);
    const shown = voxelsShown(preview, 4);
    expect(voxelsShown(preview, 3)).toBe(document.countOf(3));
    tool.up(sampleAt(path[2]));
    expect(document.countOf(4)).toBe(shown);
  });

  it("follows others: paint that arrives under the stroke stays under it", async () => {
    const { tool, document, preview, view } = open("brush");
    view.set({ selectedLabel: 4 });
    tool.down(sampleAt(path[0]));
    await document.commit({
      name: "other",
      records: [{ kind: "paint", label: 9, runs: Int32Array.of(2, 20, 18, 60) }],
    });
    expect([shownAt(preview, 2, 20, 20), shownAt(preview, 2, 20, 50)]).toEqual([4, 9]);
    tool.cancel();
    expect([shownAt(preview, 2, 20, 20), shownAt(preview, 2, 20, 50)]).toEqual([9, 9]);
  });

  it("shows a stroke until it is kept, and the next one beside it, however long keeping takes", async () => {
    const on = stage();
    const { document, preview, view } = on;
    const kept: (() => void)[] = [];
    const commit: typeof on.context.commit = async (act) => {
      await new Promise<void>((resolve) => kept.push(resolve));
      await document.commit(act);
    };
    const tool = createTool("brush", { ...on.context, commit }, on.segmenting);
    view.set({ selectedLabel: 9 });
    tool.down(sampleAt([10.5, 20, 20]));
    tool.up(sampleAt([10.5, 20, 20]));
    tool.down(sampleAt([10.5, 60, 120]));
    tool.move([sampleAt([10.5, 60, 122])]);
    const shown = () => [shownAt(preview, 10, 20, 20), shownAt(preview, 10, 60, 121)];
    expect(shown()).toEqual([9, 9]);
    expect(document.countOf(9)).toBe(0);
    kept[0]();
    await vi.waitFor(() => expect(document.labelAt(10, 20, 20)).toBe(9));
    expect(shown()).toEqual([9, 9]);
    expect(document.labelAt(10, 60, 121)).toBe(0);
    tool.cancel();
    expect(shown()).toEqual([9, 0]);
  });

  it("Shift erases for one stroke; Ctrl, other buttons and the 3D pane are not for the tool", () => {
    const { tool, document, preview } = open("brush");
    expect(tool.down(sampleAt(path[0], { ctrlKey: true }))).toBe(false);
    expect(tool.down(sampleAt(path[0], { button: 1 }))).toBe(false);
    expect(tool.down(sampleAt(path[0], { pane: "3d" }))).toBe(false);
    expect(tool.down(sampleAt(path[0], { shiftKey: true }))).toBe(true);
    tool.up(sampleAt(path[0]));
    expect(document.labelAt(2, 20, 20)).toBe(0);
    expect(shownAt(preview, 2, 20, 20)).toBe(0);
    expect(document.undo()).toEqual({ name: "erase" });
  });

  it("warns of a stroke that does not touch the nucleus it is painted for", async () => {
    const knownBox = { minZyx: [0, 0, 40], maxZyx: [6, 80, 80] } as const;
    const on = createToolStage({ shapeZyx, voxelSizeZyx, image: image(), labelAt, knownBox });
    const tool = createTool("brush", on.context, on.segmenting);
    on.view.set({ selectedLabel: 4 });
    for (const [at, warnings] of [
      [[2.5, 40, 86], 1],
      [[2.5, 40, 79], 1],
      [[9.5, 40, 60], 2],
    ] as const) {
      tool.down(sampleAt(at));
      tool.up(sampleAt(at));
      await vi.waitFor(() => expect(on.messages).toHaveLength(warnings));
    }
    expect(on.document.acts).toHaveLength(3);
    expect(on.messages.every((message) => message.tone === "warning")).toBe(true);
  });

  it("Shift during a stroke draws straight on from there, however the hand shook meanwhile", () => {
    const { tool, document, view, preview } = open("brush");
    view.set({ selectedLabel: 9 });
    tool.down(sampleAt([10.5, 20, 20]));
    tool.move([sampleAt([10.5, 24, 30])]);
    for (const [y, x] of [
      [60, 50],
      [5, 70],
      [40, 100],
    ])
      tool.move([sampleAt([10.5, y, x], { shiftKey: true })]);
    const shown = voxelsShown(preview, 9);
    tool.up(sampleAt([10.5, 40, 100], { shiftKey: true }));
    const pathZyx: Zyx[] = [
      [10.5, 20, 20],
      [10.5, 24, 30],
      [10.5, 40, 100],
    ];
    const brush = { shape: "disc" as const, radiusUm: 2, plane: "xy" as const };
    const expected = rasterise({ kind: "stroke", brush, pathZyx }, { shapeZyx, voxelSizeZyx });
    expect([document.countOf(9), shown]).toEqual([expected.count, expected.count]);
    expected.forEachRun((z, y, first) => expect(document.labelAt(z, y, first)).toBe(9));
  });

  it("a reader cannot paint", () => {
    const { tool, document } = open("brush");
    document.canEdit = false;
    expect(tool.down(sampleAt(path[0]))).toBe(false);
  });
});

describe("cancel leaves nothing, in every tool and at every point", () => {
  const inNucleus: Zyx = [2, 20, 20];
  for (const name of toolNames)
    it(name, async () => {
      const { tool, document, preview, marks, draft, strokes } = open(name, { mask: "background" });
      const before = voxelsShown(preview, 0);
      for (const drags of [0, 1, 3]) {
        tool.down(sampleAt(inNucleus, { label: 3 }));
        for (let i = 0; i < drags; i++)
          tool.move([sampleAt([2, 30 + i * 10, 60 + i * 9], { label: 4 }), sampleAt([2, 50, 90])]);
        tool.cancel();
        tool.up(sampleAt([2, 50, 90]));
        expect(voxelsShown(preview, 0)).toBe(before);
        expect(document.acts).toHaveLength(0);
        expect(marks.now).toEqual([]);
        expect(draft()).toBeNull();
        expect(strokes.at(-1) ?? null).toBeNull();
      }
      // Whatever was on its way when it was cancelled must not arrive later.
      await new Promise((resolve) => setTimeout(resolve, 0));
      expect(document.acts).toHaveLength(0);
      expect(voxelsShown(preview, 0)).toBe(before);
    });
});

describe("outline", () => {
  it("shows the line while it is drawn and fills it at the end, in one slice", () => {
    const { tool, document, preview, view } = open("outline");
    view.set({ selectedLabel: 4 });
    const at = (z: number, x: number) => sampleAt([z, 40, x], { pane: "xz" });
    tool.down(at(10.5, 90));
    tool.move([at(20.5, 90), at(20.5, 130)]);
    expect(shownAt(preview, 15, 40, 90)).toBe(4);
    tool.move([at(10.5, 130)]);
    const before = document.countOf(4);
    tool.up(at(10.5, 130));
    expect(document.countOf(4) - before).toBe(10 * 40);
    expect(document.labelAt(15, 40, 110)).toBe(4);
    expect(document.labelAt(15, 41, 110)).toBe(0);
  });
});

describe("threshold fill", () => {
  const brightVoxels = () => {
    let count = 0;
    for (let z = 0; z < shapeZyx[0]; z++)
      for (let y = 0; y < shapeZyx[1]; y++) for (let x = 0; x < shapeZyx[2]; x++) if (um(z, y, x) < 9) count++;
    return count;
  };

  it("released before its data is there: fills the nucleus as soon as it is", async () => {
    const { tool, document, view } = open("threshold");
    tool.down(sampleAt([14.2, 40.1, 74.9]));
    tool.up(sampleAt([14.2, 40.1, 74.9]));
    await vi.waitFor(() => expect(document.acts).toHaveLength(1));
    const filled = document.countOf(view.get().selectedLabel);
    expect(Math.abs(filled / brightVoxels() - 1)).toBeLessThan(0.08);
  });

  it("dragging changes what is shown, and only release commits", async () => {
    const { tool, document, preview, view } = open("threshold");
    tool.down(sampleAt(centre));
    await vi.waitFor(() => expect(voxelsShown(preview, view.get().selectedLabel)).toBeGreaterThan(1000));
    const first = voxelsShown(preview, view.get().selectedLabel);
    tool.move([sampleAt([centre[0], centre[1], centre[2] + 45])]);
    const stricter = voxelsShown(preview, view.get().selectedLabel);
    expect(stricter).toBeLessThan(first);
    expect(document.acts).toHaveLength(0);
    tool.up(sampleAt([centre[0], centre[1], centre[2] + 45]));
    await vi.waitFor(() => expect(document.acts).toHaveLength(1));
    expect(document.countOf(view.get().selectedLabel)).toBe(stricter);
  });

  it("says when it stopped at its reach", async () => {
    const { tool, messages } = open("threshold", { reachUm: 5 });
    tool.down(sampleAt(centre));
    tool.up(sampleAt(centre));
    await vi.waitFor(() => expect(messages.at(-1)?.text).toMatch(/stopped 5 µm from the click/));
  });
});

describe("split and merge", () => {
  it("splits by two clicks and is ready for the next; a click elsewhere is refused with words", async () => {
    const { tool, document, marks, messages } = open("split");
    const whole = document.countOf(3);
    tool.down(sampleAt([25, 70, 140]));
    tool.up(sampleAt([25, 70, 140]));
    expect(messages).toHaveLength(1);
    tool.down(sampleAt([3, 20, 5], { label: 3 }));
    tool.up(sampleAt([3, 20, 5]));
    expect(marks.now).toHaveLength(1);
    expect(tool.down(sampleAt([3, 20, 60], { label: 4 }))).toBe(false);
    expect(tool.down(sampleAt([3, 70, 35], { label: 3 }))).toBe(true);
    await vi.waitFor(() => expect(document.acts).toHaveLength(1));
    await vi.waitFor(() => expect(marks.now).toEqual([]));
    expect(document.countOf(3) + document.countOf(70_000)).toBe(whole);
    expect(document.labelAt(3, 70, 35)).toBe(70_000);
  });

  it("cuts by a line drawn across a nucleus, which is shown meanwhile; the selected one is meant where it crosses several", async () => {
    const { tool, document, marks, view, preview, messages } = open("split");
    const [whole, other] = [document.countOf(3), document.countOf(4)];
    const line = (fromX: number, toX: number) => {
      tool.down(sampleAt([3.5, 40.5, fromX]));
      tool.move([sampleAt([3.5, 40.5, (fromX + toX) / 2])]);
      tool.move([sampleAt([3.5, 40.5, toX])]);
      expect([shownAt(preview, 3, 40, toX - 1), marks.now.length]).toEqual([0, 2]);
      tool.up(sampleAt([3.5, 40.5, toX]));
    };
    view.set({ selectedLabel: 3 });
    line(2, 76);
    await vi.waitFor(() => expect(document.acts).toHaveLength(1));
    await vi.waitFor(() => expect(marks.now).toEqual([]));
    expect([document.countOf(3) + document.countOf(70_000), document.countOf(4)]).toEqual([whole, other]);
    expect(Math.abs(document.countOf(3) - document.countOf(70_000))).toBeLessThan(whole / 20);
    expect(shownAt(preview, 3, 40, 60)).toBe(4);
    line(100, 140);
    expect(messages.at(-1)?.text).toMatch(/across a nucleus/);
    expect(document.acts).toHaveLength(1);
  });

  it("merges two clicked nuclei, refuses the same one twice", () => {
    const { tool, document, failures, marks, view } = open("merge");
    tool.down(sampleAt([3, 20, 60], { label: 4 }));
    tool.down(sampleAt([3, 21, 60], { label: 4 }));
    expect(failures).toHaveLength(1);
    tool.down(sampleAt([3, 21, 5], { label: 3 }));
    expect(document.acts[0].act.records).toEqual([{ kind: "merge", a: 3, b: 4 }]);
    expect(view.get().selectedLabel).toBe(3);
    expect(marks.now).toEqual([]);
  });
});

describe("box", () => {
  it("is drawn in one pane with a depth in µm, and each face can be dragged in any pane", () => {
    const { tool, draft } = open("box");
    tool.down(sampleAt([10.5, 20, 30]));
    tool.move([sampleAt([10.5, 60, 130])]);
    tool.up(sampleAt([10.5, 60, 130]));
    // 40 rows are 20 µm: 10 slices of 2 µm.
    expect(draft()).toEqual({ minZyx: [5, 20, 30], maxZyx: [15, 60, 130] });
    tool.down(sampleAt([15.1, 40, 80], { pane: "xz" }));
    tool.move([sampleAt([22.2, 40, 95], { pane: "xz" })]);
    tool.up(sampleAt([22.2, 40, 95], { pane: "xz" }));
    expect(draft()).toEqual({ minZyx: [5, 20, 30], maxZyx: [22, 60, 130] });
    tool.down(sampleAt([10, 20.3, 30.4]));
    tool.move([sampleAt([10, 300, -5])]);
    tool.up(sampleAt([10, 300, -5]));
    expect(draft()).toEqual({ minZyx: [5, 59, 0], maxZyx: [22, 60, 130] });
  });

  it("beside a face takes hold of that face, inside moves the whole, and only away from it draws another", () => {
    const { tool, draft, view, document } = open("box");
    const dragTo = (from: Zyx, to: Zyx, pane: "xy" | "xz" = "xy") => {
      tool.down(sampleAt(from, { pane }));
      tool.move([sampleAt(to, { pane })]);
      tool.up(sampleAt(to, { pane }));
    };
    dragTo([10.5, 20, 30], [10.5, 60, 130]);
    expect(draft()).toEqual({ minZyx: [5, 20, 30], maxZyx: [15, 60, 130] });
    const perPixel = 1 / (view.get().zoom * document.voxelSizeZyx[1]);
    dragTo([10.5, 60 + 20 * perPixel, 80], [10.5, 70, 80]);
    expect(draft()).toEqual({ minZyx: [5, 20, 30], maxZyx: [15, 70, 130] });
    dragTo([10, 40, 80], [10, 43.2, 70.1]);
    expect(draft()).toEqual({ minZyx: [5, 23, 20], maxZyx: [15, 73, 120] });
    // It keeps its size at the border.
    dragTo([10, 40, 80], [10, -500, 80]);
    expect(draft()).toEqual({ minZyx: [5, 0, 20], maxZyx: [15, 50, 120] });
    dragTo([10.5, 50 + 60 * perPixel, 20], [10.5, 50 + 60 * perPixel + 8, 40]);
    expect(draft()?.minZyx[1]).toBeGreaterThan(50);
  });

  it("a click keeps the draft, Escape drops it", () => {
    const { tool, draft } = open("box");
    tool.down(sampleAt([10, 10, 10]));
    tool.move([sampleAt([10, 30, 30])]);
    tool.up(sampleAt([10, 30, 30]));
    const drawn = draft();
    tool.down(sampleAt([10, 70, 140]));
    tool.up(sampleAt([10, 70, 140]));
    expect(draft()).toEqual(drawn);
    tool.cancel();
    expect(draft()).toBeNull();
  });
});
