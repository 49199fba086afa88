import { describe, expect, it } from "vitest";
import type { Zyx } from "../volume/voxel-space.ts";
import { type PaintOrder, paintAct, rasterise } from "./edit-intent.ts";
import type { EditAct } from "./label-document.ts";
import { paintMasks } from "./paint-mask.ts";
import { MemoryLabelDocument } from "./testing/memory-label-document.ts";
import { seededRandom } from "./testing/seeded-random.ts";

const shapeZyx: Zyx = [20, 70, 90];
const voxelSizeZyx: Zyx = [1.5, 0.3, 0.2];
/** Slabs of nuclei 3 and 5 with background between. */
const labelAt = (_z: number, y: number, x: number) => (x < 30 ? 3 : x >= 50 && y > 10 ? 5 : 0);

const order = (change: Partial<PaintOrder>): PaintOrder => ({
  name: "brush",
  intent: {
    kind: "stroke",
    brush: { shape: "ball", plane: "xy", radiusUm: 3 },
    pathZyx: [
      [10, 20, 15],
      [10, 30, 70],
    ],
  },
  label: 9,
  mask: "everything",
  selectedLabel: 5,
  ...change,
});

const paintedVoxels = (act: EditAct | null): Set<string> => {
  const voxels = new Set<string>();
  for (const record of act?.records ?? []) {
    if (record.kind !== "paint") continue;
    for (let i = 0; i < record.runs.length; i += 4)
      for (let x = record.runs[i + 2]; x < record.runs[i + 3]; x++)
        voxels.add(`${record.runs[i]},${record.runs[i + 1]},${x}`);
  }
  return voxels;
};

describe("masks are evaluated by the author, voxel by voxel (R11)", () => {
  for (const mask of paintMasks)
    for (const label of [9, 5, 0])
      it(`${label === 0 ? "erasing" : `painting ${label}`} over ${mask}`, async () => {
        const document = new MemoryLabelDocument({ shapeZyx, voxelSizeZyx, labelAt });
        const act = await paintAct(document, order({ mask, label }));
        const covered = rasterise(order({}).intent, document);
        const expected = new Set<string>();
        covered.forEachRun((z, y, first, end) => {
          for (let x = first; x < end; x++) {
            const present = labelAt(z, y, x);
            const kept =
              mask === "everything" ||
              (mask === "background" && (label === 0 || present === 0 || present === label)) ||
              (mask === "selected" && present === 5);
            if (kept) expected.add(`${z},${y},${x}`);
          }
        });
        expect(expected.size).toBeGreaterThan(100);
        expect(paintedVoxels(act)).toEqual(expected);
      });

  it("keeps voxels that already have the label: they matter when the stroke beneath is undone", async () => {
    const document = new MemoryLabelDocument({ shapeZyx, voxelSizeZyx });
    for (let i = 0; i < 2; i++) await document.commit((await paintAct(document, order({ mask: "background" })))!);
    const count = document.countOf(9);
    expect(count).toBeGreaterThan(1000);
    document.acts[0].undone = true;
    await document.commit({ name: "nothing", records: [] });
    expect(document.countOf(9)).toBe(count);
  });

  it("a merged group is one nucleus to the masks", async () => {
    const document = new MemoryLabelDocument({ shapeZyx, voxelSizeZyx, labelAt });
    await document.commit({ name: "merge", records: [{ kind: "merge", a: 3, b: 5 }] });
    const act = await paintAct(document, order({ mask: "selected", selectedLabel: 3, label: 0 }));
    await document.commit(act!);
    const left = [3, 5].map((label) => document.countOf(label));
    const free = [3, 5].map((label) => new MemoryLabelDocument({ shapeZyx, voxelSizeZyx, labelAt }).countOf(label));
    expect(left[0]).toBeLessThan(free[0]);
    expect(left[1]).toBeLessThan(free[1]);
  });

  it("nothing left to write is no act at all", async () => {
    const document = new MemoryLabelDocument({ shapeZyx, voxelSizeZyx, labelAt });
    expect(await paintAct(document, order({ mask: "selected", selectedLabel: 0 }))).toBeNull();
  });

  it("is synchronous without a mask or with all bricks there, and loads only its own bricks otherwise", async () => {
    const big: Zyx = [20, 300, 400];
    const document = new MemoryLabelDocument({ shapeZyx: big, voxelSizeZyx, loaded: false });
    expect(paintAct(document, order({}))).not.toBeInstanceOf(Promise);
    const act = paintAct(document, order({ mask: "background" }));
    expect(act).toBeInstanceOf(Promise);
    expect(await act).not.toBeNull();
    expect(document.loads.sort()).toEqual(rasterise(order({}).intent, document).brickKeys());
    expect(paintAct(document, order({ mask: "background" }))).not.toBeInstanceOf(Promise);
  });

  it("random strokes of several people's labels, undone and redone, equal a replay from nothing", async () => {
    const random = seededRandom(5);
    const document = new MemoryLabelDocument({ shapeZyx, voxelSizeZyx, labelAt });
    for (let i = 0; i < 8; i++) {
      const pathZyx = [0, 1].map(() => shapeZyx.map((size) => random() * size) as unknown as Zyx);
      const intent = {
        kind: "stroke" as const,
        brush: { shape: "disc" as const, plane: "xz" as const, radiusUm: 2 },
        pathZyx,
      };
      const act = await paintAct(document, order({ intent, label: 10 + i, mask: paintMasks[i % 2] }));
      if (act) await document.commit(act);
    }
    const before = [...Array(20).keys()].map((label) => document.countOf(label));
    document.undo();
    document.undo();
    document.redo();
    document.redo();
    expect([...Array(20).keys()].map((label) => document.countOf(label))).toEqual(before);
  });
});
