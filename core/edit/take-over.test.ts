import { describe, expect, it } from "vitest";
import type { Zyx } from "../volume/voxel-space.ts";
import { paintAct } from "./edit-intent.ts";
import { mergeAct } from "./nucleus-acts.ts";
import { splitAct } from "./parts/split-nucleus.ts";
import { correctedByAct, takeOverAct } from "./take-over.ts";
import { FunctionImage } from "./testing/function-image.ts";
import { MemoryLabelDocument } from "./testing/memory-label-document.ts";
import { seededRandom } from "./testing/seeded-random.ts";
import { VoxelSet } from "./voxel-set.ts";

const shapeZyx: Zyx = [12, 70, 90];
const voxelSizeZyx: Zyx = [2, 0.5, 0.4];
const one = { id: "p/500", label: 500, box: { minZyx: [2, 10, 50], maxZyx: [8, 30, 76] } } as const;
const two = { id: "p/501", label: 501, box: { minZyx: [2, 10, 76], maxZyx: [8, 30, 88] } } as const;
const proposed = (z: number, y: number, x: number): number =>
  z < 2 || z >= 8 || y < 10 || y >= 30 ? 0 : x >= 50 && x < 76 ? 500 : x >= 76 && x < 88 ? 501 : 0;
/** Nucleus 4 covers a part of the first proposal. */
const labelled = (_z: number, y: number, x: number): number => (y < 20 && x >= 40 && x < 56 ? 4 : 0);

const open = () => ({
  document: new MemoryLabelDocument({ shapeZyx, voxelSizeZyx, labelAt: labelled }),
  proposals: new MemoryLabelDocument({ shapeZyx, voxelSizeZyx, labelAt: proposed }),
});

/** Every voxel of the document, by a reference that knows no bricks. */
const labelsOf = (document: MemoryLabelDocument): number[] => {
  const labels: number[] = [];
  for (let z = 0; z < shapeZyx[0]; z++)
    for (let y = 0; y < shapeZyx[1]; y++) for (let x = 0; x < shapeZyx[2]; x++) labels.push(document.labelAt(z, y, x));
  return labels;
};

describe("taking a proposal over by what is done with it", () => {
  it("is the same as taking it first and doing that then, with every mask, brush and eraser, in one act and one undo", async () => {
    const random = seededRandom(41);
    for (const mask of ["everything", "background", "selected"] as const)
      for (const label of [500, 0]) {
        const stroke = new VoxelSet(shapeZyx);
        for (let i = 0; i < 60; i++) {
          const x = Math.floor(40 + random() * 40);
          stroke.addRun(Math.floor(random() * 12), Math.floor(5 + random() * 30), x, x + 1 + Math.floor(random() * 9));
        }
        const order = {
          name: "brush",
          intent: { kind: "voxels", voxels: stroke },
          label,
          mask,
          selectedLabel: 500,
        } as const;
        const { document, proposals } = open();
        const before = labelsOf(document);
        await document.commit(await takeOverAct(document, proposals, [one], (labels) => paintAct(labels, order)));
        expect(document.acts).toHaveLength(1);
        expect(document.acts[0].act).toMatchObject({ name: "brush on a proposal", proposals: [500] });
        expect(document.fieldsOf(500)).toEqual({ status: "corrected", origin: "p/500" });

        const apart = open();
        await apart.document.commit(await takeOverAct(apart.document, apart.proposals, [one], () => null));
        const second = await paintAct(apart.document, order);
        if (second) await apart.document.commit(second);
        expect(labelsOf(document)).toEqual(labelsOf(apart.document));

        document.undo();
        expect([labelsOf(document), document.fieldsOf(500)]).toEqual([before, {}]);
      }
  });

  it("splits it, and no voxel of a nucleus that covers a part of it changes", async () => {
    const { document, proposals } = open();
    const image = new FunctionImage(shapeZyx, (_z, _y, x) => (x === 64 ? 10 : 90));
    const clicks = { firstZyx: [5, 22, 58], secondZyx: [5, 22, 72] } as const;
    const four = document.countOf(4);
    await document.commit(
      await takeOverAct(document, proposals, [one], (labels) => splitAct(labels, image, clicks, one.box)),
    );
    const whole = 6 * 20 * 26 - 6 * 10 * 6;
    expect(document.countOf(500) + document.countOf(70_000)).toBe(whole);
    expect([document.labelAt(5, 22, 58), document.labelAt(5, 22, 72), document.countOf(4)]).toEqual([
      500,
      70_000,
      four,
    ]);
    expect(document.acts).toHaveLength(1);
  });

  it("merges two of them, or one with a nucleus, and undo leaves none", async () => {
    const { document, proposals } = open();
    await document.commit(await takeOverAct(document, proposals, [one, two], (labels) => mergeAct(labels, 500, 501)));
    expect([document.membersOf(501), document.acts[0].act.proposals]).toEqual([
      [500, 501],
      [500, 501],
    ]);
    document.undo();
    await document.commit(await takeOverAct(document, proposals, [two], (labels) => mergeAct(labels, 4, 501)));
    expect([document.canonicalLabel(501), document.fieldsOf(4).status]).toEqual([4, "corrected"]);
    document.undo();
    expect([document.countOf(500), document.countOf(501), document.membersOf(4)]).toEqual([0, 0, [4]]);
  });

  it("is refused where no voxel of it is free, and what was made in its place copies nothing of it", async () => {
    const { proposals } = open();
    const full = new MemoryLabelDocument({ shapeZyx, voxelSizeZyx, labelAt: () => 7 });
    await expect(takeOverAct(full, proposals, [one], () => null)).rejects.toMatchObject({ tag: "nothing-to-accept" });
    const { document } = open();
    const act = {
      name: "click to segment",
      records: [{ kind: "paint", label: 500, runs: Int32Array.of(4, 24, 60, 70) }],
    } as const;
    await document.commit(correctedByAct(act, one));
    expect([document.countOf(500), document.fieldsOf(500)]).toEqual([10, { status: "corrected", origin: "p/500" }]);
  });
});
