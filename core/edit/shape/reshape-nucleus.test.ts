import { describe, expect, it } from "vitest";
import { brickKeysOfBox } from "../../volume/brick.ts";
import { wholeBox, type Zyx } from "../../volume/voxel-space.ts";
import { MemoryLabelDocument } from "../testing/memory-label-document.ts";
import { type Reshape, reshapeNucleus, shapeAct } from "./reshape-nucleus.ts";
import { forVoxels, umBetween } from "./testing/region-of.ts";

const shapeZyx: Zyx = [24, 80, 150];
const voxelSizeZyx: Zyx = [1.75, 0.8, 0.5];
const centre: Zyx = [11, 40, 64];
const isNucleus = (z: number, y: number, x: number) =>
  umBetween([z, y, x], centre, voxelSizeZyx) <= 9 && !(z === 12 && y === 40 && x > 59 && x < 65);

/** A ball with a hole, over a seam of bricks, as nucleus 5, of which only some slices are there; beside it nucleus 6. */
const open = (keep: (z: number) => boolean = () => true, loaded = true) =>
  new MemoryLabelDocument({
    shapeZyx,
    voxelSizeZyx,
    loaded,
    labelAt: (z, y, x) => (x >= 78 && x < 84 ? 6 : isNucleus(z, y, x) && keep(z) ? 5 : 0),
  });

async function apply(document: MemoryLabelDocument, reshape: Reshape, label = 5) {
  const change = await reshapeNucleus(document, label, reshape, null);
  const act = shapeAct(label, reshape.kind, change);
  if (act) await document.commit(act);
  return act;
}

const every: readonly Reshape[] = [
  { kind: "interpolate", plane: "xy" },
  { kind: "fill-holes", plane: "xy" },
  { kind: "keep-largest" },
  { kind: "smooth", amountUm: 1 },
  { kind: "grow", amountUm: 1.8 },
  { kind: "shrink", amountUm: 0.6 },
  { kind: "copy-slice", plane: "xz", from: 40, to: 41 },
  { kind: "extrude", plane: "xy", to: 18 },
];

describe("every change of a shape", () => {
  it.each(every)("$kind leaves other nuclei alone and is one record that is undone as a whole", async (reshape) => {
    const document = open((z) => z % 4 === 0);
    const others = document.countOf(6);
    const act = await apply(document, reshape);
    expect(act?.records).toHaveLength(1);
    expect(document.countOf(6)).toBe(others);
    document.undo();
    forVoxels(shapeZyx, (z, y, x) => {
      const expected = x >= 78 && x < 84 ? 6 : isNucleus(z, y, x) && z % 4 === 0 ? 5 : 0;
      if (document.labelAt(z, y, x) !== expected) throw new Error(`voxel ${z},${y},${x} is not as it was`);
    });
  });

  it.each(every)("$kind gives the same whether the bricks are there or have to be loaded", async (reshape) => {
    const box = { minZyx: [0, 20, 40], maxZyx: [24, 60, 90] } as const;
    const [here, away] = [open((z) => z % 4 === 0), open((z) => z % 4 === 0, false)];
    const change = (document: MemoryLabelDocument) => reshapeNucleus(document, 5, reshape, box);
    const [one, other] = [await change(here), await change(away)];
    expect(other.painted.toRuns()).toEqual(one.painted.toRuns());
    expect(other.erased.toRuns()).toEqual(one.erased.toRuns());
    expect(away.loads.length).toBeGreaterThan(0);
    expect(brickKeysOfBox(wholeBox(shapeZyx))).toEqual(expect.arrayContaining(away.loads));
  });

  it.each(every)("$kind says that a nucleus is gone", async (reshape) => {
    await expect(reshapeNucleus(open(), 77, reshape, null)).rejects.toMatchObject({ tag: "nucleus-gone" });
  });

  it("works on all that was merged into the nucleus", async () => {
    const document = open();
    await document.commit({ name: "merge", records: [{ kind: "merge", a: 5, b: 6 }] });
    await apply(document, { kind: "grow", amountUm: 0.6 });
    expect(document.labelAt(2, 3, 84)).toBe(5);
    expect(document.labelAt(2, 3, 80)).toBe(6);
  });
});

describe("copying to the next slice", () => {
  const at = (document: MemoryLabelDocument, z: number) => {
    let count = 0;
    for (let y = 0; y < shapeZyx[1]; y++)
      for (let x = 0; x < shapeZyx[2]; x++) if (document.labelAt(z, y, x) === 5) count++;
    return count;
  };

  it("makes the next slice the same, goes back as well, and does nothing at the end of the volume", async () => {
    const document = open((z) => z === 11 || z === 12);
    await document.commit({
      name: "more",
      records: [{ kind: "paint", label: 5, runs: Int32Array.of(12, 70, 10, 20) }],
    });
    await apply(document, { kind: "copy-slice", plane: "xy", from: 11, to: 12 });
    expect(at(document, 12)).toBe(at(document, 11));
    expect(document.labelAt(12, 70, 15)).toBe(0);
    await apply(document, { kind: "copy-slice", plane: "xy", from: 11, to: 10 });
    expect(at(document, 10)).toBe(at(document, 11));
    expect(await apply(document, { kind: "copy-slice", plane: "xy", from: 11, to: 24 })).toBeNull();
    expect(await apply(document, { kind: "copy-slice", plane: "xy", from: 3, to: 4 })).toBeNull();
  });

  it("extrudes the nearest slice up to the one that is looked at", async () => {
    const document = open((z) => z === 9 || z === 11);
    await apply(document, { kind: "extrude", plane: "xy", to: 15 });
    for (const z of [12, 13, 14, 15]) expect(at(document, z)).toBe(at(document, 11));
    expect([at(document, 16), at(document, 10)]).toEqual([0, 0]);
    expect(await apply(document, { kind: "extrude", plane: "xy", to: 11 })).toBeNull();
    await apply(document, { kind: "extrude", plane: "xy", to: 4 });
    expect(at(document, 4)).toBe(at(document, 9));
  });
});

describe("bounds", () => {
  it("a nucleus whose parts lie far apart is refused with words, and its largest part can be kept", async () => {
    const wide = new MemoryLabelDocument({
      shapeZyx: [70, 320, 320],
      voxelSizeZyx,
      labelAt: (z, y, x) => ((z < 3 && y < 3 && x < 3) || (z > 66 && y > 316 && x > 317) ? 5 : 0),
    });
    await expect(reshapeNucleus(wide, 5, { kind: "smooth", amountUm: 1 }, null)).rejects.toMatchObject({
      tag: "nucleus-too-large",
      hint: expect.stringMatching(/largest part/),
    });
    const { erased } = await reshapeNucleus(wide, 5, { kind: "keep-largest" }, null);
    expect(erased.count).toBe(3 * 3 * 2);
  });

  it("shrinking to nothing is refused", async () => {
    await expect(reshapeNucleus(open(), 5, { kind: "shrink", amountUm: 30 }, null)).rejects.toMatchObject({
      tag: "nothing-left",
    });
  });
});
