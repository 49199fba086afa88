import { describe, expect, it } from "vitest";
import { brickKeyAt } from "../volume/brick.ts";
import type { Zyx } from "../volume/voxel-space.ts";
import {
  deleteNucleusAct,
  mergeAct,
  partsAfterUnmerge,
  setClassAct,
  statusOf,
  toggleUnfinishedAct,
  unmergeAct,
} from "./nucleus-acts.ts";
import { collectNucleusVoxels } from "./nucleus-voxels.ts";
import { MemoryLabelDocument } from "./testing/memory-label-document.ts";

const shapeZyx: Zyx = [70, 200, 260];
const voxelSizeZyx: Zyx = [2, 0.5, 0.25];
/** Nucleus 7 crosses many bricks; 70 000 lies apart; 9 in a far corner. */
const labelAt = (z: number, y: number, x: number) =>
  ((z - 62) * 2) ** 2 + ((y - 64) * 0.5) ** 2 + ((x - 70) * 0.25) ** 2 < 144
    ? 7
    : z < 3 && y > 195 && x > 250
      ? 9
      : z > 60 && y > 150 && x < 20
        ? 70_000
        : 0;

const naiveCount = (document: MemoryLabelDocument, label: number) => document.countOf(label);

describe("delete a nucleus in all its bricks", () => {
  it("erases every voxel of it and of nothing else, from a box that is too small", async () => {
    const document = new MemoryLabelDocument({ shapeZyx, voxelSizeZyx, labelAt, loaded: false });
    const others = [9, 70_000].map((label) => naiveCount(document, label));
    expect(naiveCount(document, 7)).toBeGreaterThan(5000);
    const act = await deleteNucleusAct(document, 7, { minZyx: [62, 64, 70], maxZyx: [63, 65, 71] });
    await document.commit(act);
    expect(naiveCount(document, 7)).toBe(0);
    expect([9, 70_000].map((label) => naiveCount(document, label))).toEqual(others);
    expect(document.undo()).toEqual({ name: "delete nucleus" });
    expect(naiveCount(document, 7)).toBeGreaterThan(5000);
  });

  it("loads no brick that the nucleus does not touch or border on", async () => {
    const document = new MemoryLabelDocument({ shapeZyx, voxelSizeZyx, labelAt, loaded: false });
    await collectNucleusVoxels(document, [9], { minZyx: [0, 196, 251], maxZyx: [3, 200, 260] });
    // It touches the face of its brick toward smaller x? 251 > 192 and 196 > 192: no. Only the volume's own end.
    expect(document.loads.sort()).toEqual([brickKeyAt(0, 196, 251), brickKeyAt(0, 196, 256)].sort());
  });

  it("finds fresh strokes that the list does not know yet in loaded bricks", async () => {
    const document = new MemoryLabelDocument({ shapeZyx, voxelSizeZyx, labelAt });
    await document.commit({ name: "brush", records: [{ kind: "paint", label: 9, runs: Int32Array.of(69, 0, 0, 5) }] });
    const voxels = await collectNucleusVoxels(document, [9], { minZyx: [0, 196, 251], maxZyx: [3, 200, 260] });
    expect(voxels.has(69, 0, 4)).toBe(true);
    expect(voxels.count).toBe(naiveCount(document, 9));
  });

  it("says so when there is nothing left", async () => {
    const document = new MemoryLabelDocument({ shapeZyx, voxelSizeZyx, labelAt });
    await expect(deleteNucleusAct(document, 1234, null)).rejects.toMatchObject({ tag: "nucleus-gone" });
  });
});

describe("status, class and merges", () => {
  const fresh = () => new MemoryLabelDocument({ shapeZyx: [4, 8, 16], voxelSizeZyx, labelAt: (_z, _y, x) => x >> 2 });

  it("painted by a person counts as accepted (R56); the key makes it unfinished and back", async () => {
    const document = fresh();
    expect(statusOf(document, 2)).toBe("accepted");
    await document.commit(toggleUnfinishedAct(document, 2));
    expect(statusOf(document, 2)).toBe("unfinished");
    await document.commit(toggleUnfinishedAct(document, 2));
    expect(statusOf(document, 2)).toBe("accepted");
    await document.commit({ name: "x", records: [{ kind: "field", label: 2, field: "origin", value: "p1" }] });
    await document.commit(toggleUnfinishedAct(document, 2));
    await document.commit(toggleUnfinishedAct(document, 2));
    expect(statusOf(document, 2)).toBe("corrected");
  });

  it("a class is set and cleared", async () => {
    const document = fresh();
    await document.commit(setClassAct(2, "mitotic"));
    expect(document.fieldsOf(2).class).toBe("mitotic");
    await document.commit(setClassAct(2, null));
    expect(document.fieldsOf(2).class).toBeUndefined();
  });

  it("merges by an edge between canonical labels, refuses one with itself, and comes apart exactly (R54, R55)", async () => {
    const document = fresh();
    await document.commit(mergeAct(document, 3, 2));
    await document.commit(mergeAct(document, 1, 3));
    expect(document.acts[1].act.records).toEqual([{ kind: "merge", a: 1, b: 2 }]);
    expect(document.membersOf(3)).toEqual([1, 2, 3]);
    expect(() => mergeAct(document, 3, 1)).toThrowError(/same nucleus/);
    // 2 holds the group together: without it 1 and 3 fall apart too.
    expect(partsAfterUnmerge(document, 2)).toEqual([[2], [1], [3]]);
    expect(partsAfterUnmerge(document, 3)).toEqual([[3], [1, 2]]);
    await document.commit(unmergeAct(document, 3));
    expect(document.membersOf(3)).toEqual([3]);
    expect(document.membersOf(1)).toEqual([1, 2]);
    document.undo();
    expect(document.membersOf(1)).toEqual([1, 2, 3]);
    expect(document.countOf(2)).toBe(4 * 8 * 4);
  });
});
