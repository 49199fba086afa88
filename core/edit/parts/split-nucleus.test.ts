import { describe, expect, it } from "vitest";
import type { Zyx } from "../../volume/voxel-space.ts";
import { collectNucleusVoxels } from "../nucleus-voxels.ts";
import { FunctionImage } from "../testing/function-image.ts";
import { MemoryLabelDocument } from "../testing/memory-label-document.ts";
import { seededRandom } from "../testing/seeded-random.ts";
import { cutNucleus, splitAct } from "./split-nucleus.ts";

const shapeZyx: Zyx = [24, 60, 130];
const voxelSizeZyx: Zyx = [1.6, 0.5, 0.4];
const centresUm: readonly Zyx[] = [
  [18, 15, 19],
  [20, 15, 33],
];
const radiusUm = 8;

const awayUm = (z: number, y: number, x: number, centre: number): number =>
  Math.hypot(
    (z + 0.5) * 1.6 - centresUm[centre][0],
    (y + 0.5) * 0.5 - centresUm[centre][1],
    (x + 0.5) * 0.4 - centresUm[centre][2],
  );
/** Two balls that overlap: truth is the nearer centre. */
const truthAt = (z: number, y: number, x: number): number => {
  const [a, b] = [awayUm(z, y, x, 0), awayUm(z, y, x, 1)];
  return Math.min(a, b) > radiusUm ? 0 : a < b ? 1 : 2;
};

const open = (brightness: (z: number, y: number, x: number) => number) => ({
  document: new MemoryLabelDocument({
    shapeZyx,
    voxelSizeZyx,
    labelAt: (z, y, x) => (truthAt(z, y, x) ? 12 : x < 4 && y < 4 ? 13 : 0),
  }),
  image: new FunctionImage(shapeZyx, brightness),
});

const voxelOf = (um: readonly number[]): Zyx => um.map((v, i) => Math.floor(v / voxelSizeZyx[i])) as unknown as Zyx;

describe("split by two clicks", () => {
  it("cuts two touching nuclei near the neck from clicks anywhere in the inner half of each", async () => {
    const random = seededRandom(11);
    const { document, image } = open(() => 100);
    for (let round = 0; round < 8; round++) {
      const clicks = centresUm.map((centre) => voxelOf(centre.map((v) => v + (random() - 0.5) * radiusUm * 0.8)));
      const voxels = await collectNucleusVoxels(document, [12], null);
      await image.loadBricks(voxels.brickKeys());
      const piece = cutNucleus(voxels, image, voxelSizeZyx, { firstZyx: clicks[0], secondZyx: clicks[1] });
      let right = 0;
      let all = 0;
      voxels.forEachRun((z, y, first, end) => {
        for (let x = first; x < end; x++) {
          all++;
          if ((truthAt(z, y, x) === 2) === piece.has(z, y, x)) right++;
        }
      });
      expect(all).toBeGreaterThan(5000);
      expect(right / all).toBeGreaterThan(0.95);
      expect([piece.has(...clicks[0]), piece.has(...clicks[1])]).toEqual([false, true]);
    }
  });

  it("follows a dark seam where the shape has no neck", async () => {
    const seam = 70;
    const noise = seededRandom(2);
    const image = new FunctionImage(shapeZyx, (_z, _y, x) => (Math.abs(x - seam) < 2 ? 40 : 200) + noise() * 30);
    const document = new MemoryLabelDocument({
      shapeZyx,
      voxelSizeZyx,
      labelAt: (z, y, x) => (z > 3 && z < 15 && y > 20 && y < 45 && x > 30 && x < 100 ? 12 : 0),
    });
    const act = await splitAct(document, image, { firstZyx: [9, 32, 50], secondZyx: [9, 32, 84] }, null);
    await document.commit(act);
    let wrong = 0;
    for (let z = 4; z < 15; z++)
      for (let y = 21; y < 45; y++)
        for (let x = 31; x < 100; x++)
          if (Math.abs(x - seam) > 3 && document.labelAt(z, y, x) !== (x < seam ? 12 : 70_000)) wrong++;
    expect(wrong / (11 * 24 * 69)).toBeLessThan(0.03);
  });

  it("keeps every voxel, gives the second piece a new label and the class, and is undone as one act", async () => {
    const { document, image } = open(() => 100);
    await document.commit({ name: "class", records: [{ kind: "field", label: 12, field: "class", value: "mitotic" }] });
    const whole = document.countOf(12);
    const clicks = { firstZyx: voxelOf(centresUm[0]), secondZyx: voxelOf(centresUm[1]) };
    await document.commit(await splitAct(document, image, clicks, null));
    expect(document.countOf(12) + document.countOf(70_000)).toBe(whole);
    expect(document.countOf(70_000)).toBeGreaterThan(whole / 4);
    expect(document.fieldsOf(70_000).class).toBe("mitotic");
    expect(document.countOf(13)).toBeGreaterThan(0);
    document.undo();
    expect(document.countOf(12)).toBe(whole);
  });

  it("takes merged parts apart by removing the merge, without touching a voxel", async () => {
    const { document, image } = open(() => 100);
    await document.commit({ name: "merge", records: [{ kind: "merge", a: 12, b: 13 }] });
    const act = await splitAct(document, image, { firstZyx: voxelOf(centresUm[0]), secondZyx: [0, 0, 0] }, null);
    expect(act.records).toEqual([{ kind: "unmerge", a: 12, b: 13 }]);
  });

  it("refuses clicks on different nuclei and on background", async () => {
    const { document, image } = open(() => 100);
    for (const firstZyx of [[0, 0, 0] as Zyx, [0, 59, 129] as Zyx])
      await expect(
        splitAct(document, image, { firstZyx, secondZyx: voxelOf(centresUm[1]) }, null),
      ).rejects.toMatchObject({ tag: "not-one-nucleus" });
  });
});
