import { describe, expect, it } from "vitest";
import { brickKeysOfBox } from "../volume/brick.ts";
import type { VoxelBox, Zyx } from "../volume/voxel-space.ts";
import { statusOf } from "./nucleus-acts.ts";
import { rejectProposalAct, takeProposalAct, takeProposalsAct } from "./review-acts.ts";
import { MemoryLabelDocument } from "./testing/memory-label-document.ts";

const shapeZyx: Zyx = [40, 150, 200];
const voxelSizeZyx: Zyx = [2, 0.5, 0.25];
const box: VoxelBox = { minZyx: [5, 50, 60], maxZyx: [20, 90, 140] };
const proposal = { id: "prop-1", label: 70_001, box };
const inProposal = (z: number, y: number, x: number) =>
  z >= 5 && z < 20 && y >= 50 && y < 90 && x >= 60 && x < 140 && (x + y) % 3 !== 0;
const taken = (z: number, _y: number, x: number) => (x < 80 && z > 8 ? 4 : 0);

const open = (labelAt = taken) => ({
  document: new MemoryLabelDocument({ shapeZyx, voxelSizeZyx, labelAt, loaded: false }),
  proposals: new MemoryLabelDocument({
    shapeZyx,
    voxelSizeZyx,
    loaded: false,
    labelAt: (z, y, x) => (inProposal(z, y, x) ? 70_001 : x > 150 ? 70_002 : 0),
  }),
});

describe("decisions on a proposal", () => {
  for (const status of ["accepted", "corrected"] as const)
    it(`${status}: copies its voxels over background only, with status and origin, as one undoable act`, async () => {
      const { document, proposals } = open();
      const before = document.countOf(4);
      await document.commit(await takeProposalAct(document, proposals, proposal, status));
      let expected = 0;
      for (let z = 0; z < shapeZyx[0]; z++)
        for (let y = 0; y < shapeZyx[1]; y++)
          for (let x = 0; x < shapeZyx[2]; x++) {
            const want = taken(z, y, x) || (inProposal(z, y, x) ? 70_001 : 0);
            if (want === 70_001) expected++;
            if (document.labelAt(z, y, x) !== want) throw new Error(`wrong at ${z},${y},${x}`);
          }
      expect(expected).toBeGreaterThan(5000);
      expect(document.countOf(4)).toBe(before);
      expect(statusOf(document, 70_001)).toBe(status);
      expect(document.fieldsOf(70_001).origin).toBe("prop-1");
      document.undo();
      expect(document.countOf(70_001)).toBe(0);
      expect(document.fieldsOf(70_001)).toEqual({});
    });

  it("several are one act: each over background only, what is full left out, undone together", async () => {
    const { document, proposals } = open();
    const others = { id: "prop-2", label: 70_002, box: { minZyx: [0, 0, 150], maxZyx: [40, 150, 200] } as const };
    const gone = { id: "prop-3", label: 70_003, box };
    const counts: number[] = [];
    const act = await takeProposalsAct(document, proposals, [proposal, gone, others], {
      onTaken: (count) => counts.push(count),
    });
    await document.commit(act);
    expect([act.proposals, counts]).toEqual([
      [70_001, 70_002],
      [1, 2, 3],
    ]);
    const alone = open();
    for (const one of [proposal, others])
      await alone.document.commit(await takeProposalAct(alone.document, alone.proposals, one, "accepted"));
    for (const label of [4, 70_001, 70_002]) {
      expect(document.countOf(label)).toBe(alone.document.countOf(label));
      expect(document.fieldsOf(label)).toEqual(alone.document.fieldsOf(label));
    }
    document.undo();
    expect([70_001, 70_002].map((label) => [document.countOf(label), document.fieldsOf(label)])).toEqual([
      [0, {}],
      [0, {}],
    ]);
    await expect(takeProposalsAct(document, proposals, Array(501).fill(gone))).rejects.toMatchObject({
      tag: "too-many-at-once",
    });
  });

  it("loads the bricks of its box in both images and no others", async () => {
    const { document, proposals } = open();
    await takeProposalAct(document, proposals, proposal, "accepted");
    expect(document.loads).toEqual(brickKeysOfBox(box));
    expect(proposals.loads).toEqual(brickKeysOfBox(box));
  });

  it("says so when everything there belongs to others", async () => {
    const { document, proposals } = open(() => 4);
    await expect(takeProposalAct(document, proposals, proposal, "accepted")).rejects.toMatchObject({
      tag: "nothing-to-accept",
    });
  });

  it("reject writes a mark and no voxel", async () => {
    const { document } = open();
    await document.commit(rejectProposalAct(proposal));
    expect(statusOf(document, 70_001)).toBe("rejected");
    expect(document.countOf(70_001)).toBe(0);
  });
});
