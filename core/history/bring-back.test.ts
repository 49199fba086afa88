import { describe, expect, it } from "vitest";
import { MemoryLabelDocument } from "../edit/testing/memory-label-document.ts";
import type { VoxelBox, Zyx } from "../volume/voxel-space.ts";
import { addedVoxels, bringBackAct, planBringBack, returningVoxels, stayingVoxels } from "./bring-back.ts";

const shapeZyx: Zyx = [9, 40, 140];
const voxelSizeZyx: Zyx = [2, 0.5, 0.25];
type LabelAt = (z: number, y: number, x: number) => number;

/** Then: nucleus 7 in a box over a seam, nucleus 4 beside it. */
const then: LabelAt = (_z, y, x) => (x >= 60 && x < 80 && y < 20 ? 7 : x >= 80 && x < 90 ? 4 : 0);
/** Now: a part of 7 erased, a part painted over by 9, and 7 grown, over 4 as well. */
const now: LabelAt = (z, y, x) => {
  if (then(z, y, x) === 7) return x < 65 ? 0 : y < 5 ? 9 : 7;
  return y >= 20 && y < 25 && x >= 60 && x < 85 ? 7 : then(z, y, x);
};
const box: VoxelBox = { minZyx: [0, 0, 60], maxZyx: [9, 20, 80] };

const memory = (labelAt: LabelAt) => new MemoryLabelDocument({ shapeZyx, voxelSizeZyx, labelAt, loaded: false });

async function plan() {
  const [document, before] = [memory(now), memory(then)];
  await before.commit({ name: "class", records: [{ kind: "field", label: 7, field: "class", value: "neuron" }] });
  await document.commit({
    name: "status",
    records: [{ kind: "field", label: 7, field: "status", value: "unfinished" }],
  });
  return {
    document,
    before,
    plan: await planBringBack(document, { bricks: before, nuclei: before }, { label: 7, boxes: [box] }),
  };
}

/** Each voxel after the act as it should be. */
function expectVoxels(document: MemoryLabelDocument, wanted: LabelAt): void {
  for (let z = 0; z < shapeZyx[0]; z++)
    for (let y = 0; y < shapeZyx[1]; y++)
      for (let x = 0; x < shapeZyx[2]; x++)
        if (document.labelAt(z, y, x) !== wanted(z, y, x)) throw new Error(`wrong at ${z}, ${y}, ${x}`);
}

describe("bringing a nucleus back", () => {
  it("paints what it lost, leaves what others have by now, keeps what was added, and says how much", async () => {
    const { document, plan: found } = await plan();
    // 5 of 20 columns were erased; of the others a quarter of the rows is nucleus 9 now.
    expect([returningVoxels(found), stayingVoxels(found), addedVoxels(found)]).toEqual([
      9 * 20 * 5,
      9 * 5 * 15,
      9 * 5 * 25,
    ]);
    expect([...found.staying.keys()]).toEqual([9]);
    const act = bringBackAct(found, { withoutAdded: false });
    if (!act) throw new Error("there is something to bring back");
    await document.commit(act);
    expectVoxels(document, (z, y, x) => (then(z, y, x) === 7 && now(z, y, x) === 0 ? 7 : now(z, y, x)));
    expect(document.fieldsOf(7)).toEqual({ class: "neuron" });
    document.undo();
    expectVoxels(document, now);
    expect(document.fieldsOf(7)).toEqual({ status: "unfinished" });
  });

  it("takes out what was added where that is asked for, down to what lay there", async () => {
    const { document, plan: found } = await plan();
    const act = bringBackAct(found, { withoutAdded: true });
    if (!act) throw new Error("there is something to bring back");
    await document.commit(act);
    expectVoxels(document, (z, y, x) => (now(z, y, x) === 9 ? 9 : then(z, y, x)));
  });

  it("loads the bricks of the nucleus and no others, and is no act where all is as it was", async () => {
    const { document, plan: found } = await plan();
    expect(document.loads.sort()).toEqual([0, 1]);
    await document.commit(bringBackAct(found, { withoutAdded: true }) ?? { name: "", records: [] });
    const same = memory(then);
    const nothing = await planBringBack(
      same,
      { bricks: memory(then), nuclei: memory(then) },
      { label: 7, boxes: [box] },
    );
    expect(bringBackAct(nothing, { withoutAdded: true })).toBeNull();
  });
});
