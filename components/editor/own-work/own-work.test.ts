import { describe, expect, it, vi } from "vitest";
import { deleteNucleusAct } from "../../../core/edit/nucleus-acts.ts";
import { MemoryLabelDocument } from "../../../core/edit/testing/memory-label-document.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { NucleusRow } from "../editor-contract.ts";
import type { CrossedEdit } from "./crossed-edits.ts";
import { bringCrossedBackAct, deleteCrossedAct, OwnWork } from "./own-work.ts";

const shapeZyx: Zyx = [10, 40, 70];
const voxelSizeZyx: Zyx = [2, 0.5, 0.4];
const box = { minZyx: [2, 5, 10], maxZyx: [6, 15, 30] } as const;
const WHOLE = 4 * 10 * 20;
const isInBox = (...at: number[]) => at.every((v, axis) => v >= box.minZyx[axis] && v < box.maxZyx[axis]);

const rowOf = (document: MemoryLabelDocument, label: number): NucleusRow => ({
  label,
  number: 2,
  status: "accepted",
  className: null,
  volumeUm3: document.countOf(label) * 0.4,
  centroidZyx: [4, 10, 20],
  box,
  uncertainty: null,
  by: "Ben",
  changedAt: "",
  origin: null,
  review: "none",
});

/** One page at nucleus 7. `list`: the server's list comes, with what the document holds of it. */
function open() {
  const document = new MemoryLabelDocument({ shapeZyx, voxelSizeZyx, labelAt: (...at) => (isInBox(...at) ? 7 : 0) });
  let rows: readonly NucleusRow[] = [rowOf(document, 7)];
  const told: CrossedEdit[] = [];
  const work = new OwnWork(
    document,
    "Ada",
    () => rows,
    (crossed) => told.push(crossed),
  );
  return {
    document,
    work,
    told,
    async commit(act: Parameters<MemoryLabelDocument["commit"]>[0]) {
      work.committed(act);
      await document.commit(act);
    },
    list(...labels: number[]) {
      rows = labels.map((label) => rowOf(document, label));
      work.listCame();
    },
  };
}
const paint = (label: number, ...runs: number[]) => ({
  name: "brush",
  records: [{ kind: "paint" as const, label, runs: Int32Array.from(runs) }],
});
/** What a colleague does, who knows nothing of this page. */
const byOther = (document: MemoryLabelDocument, act: Parameters<MemoryLabelDocument["commit"]>[0]) =>
  document.commit(act);

describe("nuclei that are new here", () => {
  it("are in the list until the server has them, measured as they are, without those that were undone or merged", async () => {
    const { document, work, commit, list } = open();
    document.setSaveState({ kind: "offline", waiting: 0 });
    await commit(paint(900, 8, 20, 40, 50, 8, 21, 40, 46));
    await commit(paint(0, 8, 20, 48, 50));
    await commit(paint(901, 9, 30, 3, 5));
    expect(work.newRows()).toEqual([
      expect.objectContaining({
        label: 900,
        number: null,
        by: "Ada",
        volumeUm3: document.countOf(900) * 0.4,
        box: { minZyx: [8, 20, 40], maxZyx: [9, 22, 48] },
      }),
      expect.objectContaining({ label: 901, centroidZyx: [9.5, 30.5, 4] }),
    ]);
    await commit({ name: "merge", records: [{ kind: "merge", a: 7, b: 901 }] });
    expect(work.newRows().map(({ label }) => label)).toEqual([900]);
    for (let i = 0; i < 4; i++) document.undo();
    expect(work.newRows()).toEqual([]);
    for (let i = 0; i < 2; i++) document.redo();
    list(7, 900);
    expect(work.newRows()).toEqual([]);
  });
});

describe("a deletion that crossed with paint", () => {
  it("is told to whoever deleted, once, and both versions are one act each", async () => {
    const { document, work, told, commit, list } = open();
    const act = await deleteNucleusAct(document, 7, box);
    await commit(act);
    work.deleted(7, act);
    list();
    await byOther(document, paint(7, 3, 8, 28, 36));
    list(7);
    list(7);
    expect(told).toMatchObject([{ label: 7, number: 2, own: "deleted", by: "Ben", isGone: false }]);
    const back = await bringCrossedBackAct(document, told[0]);
    await document.commit(back ?? paint(7));
    expect(document.countOf(7)).toBe(WHOLE + 6);
    document.undo();
    await document.commit(await deleteCrossedAct(document, told[0]));
    expect(document.countOf(7)).toBe(0);
  });

  it("is not told of an undo of one's own, nor before the list has been without it, nor where somebody brought it back", async () => {
    const { document, work, told, commit, list } = open();
    const act = await deleteNucleusAct(document, 7, box);
    await commit(act);
    work.deleted(7, act);
    list(7); // still of before
    list();
    await byOther(document, paint(7, ...Array.from({ length: 9 }, (_, y) => [3, 5 + y, 0, 70]).flat()));
    list(7); // somebody brought most of it back
    document.undo();
    work.deleted(7, act);
    list();
    document.undo();
    work.undone("delete nucleus");
    list(7);
    expect(told).toEqual([]);
  });

  it.each([
    ["and nothing is left of it", [3, 8, 12, 18], true],
    ["and a stub is left", [3, 8, 28, 36], false],
  ] as const)("is told to whoever painted without a connection %s", async (_, run, isGone) => {
    const { document, told, commit } = open();
    const deletion = await deleteNucleusAct(document, 7, box);
    document.setSaveState({ kind: "offline", waiting: 0 });
    await commit(paint(7, ...run));
    document.setSaveState({ kind: "saving", waiting: 1 });
    await byOther(document, deletion);
    expect(told).toEqual([]);
    document.setSaveState({ kind: "saved" });
    await vi.waitFor(() => expect(told).toMatchObject([{ label: 7, own: "painted", isGone }]));
  });

  it("is not told where the nucleus is as it was, or has only been trimmed", async () => {
    const { document, told, commit } = open();
    document.setSaveState({ kind: "offline", waiting: 0 });
    await commit(paint(7, 3, 8, 28, 36));
    await byOther(document, paint(0, 2, 5, 10, 30));
    document.setSaveState({ kind: "saved" });
    await new Promise((done) => setImmediate(done));
    expect(told).toEqual([]);
  });
});
