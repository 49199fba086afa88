import { describe, expect, it } from "vitest";
import type { Zyx } from "../../volume/voxel-space.ts";
import { FunctionImage } from "../testing/function-image.ts";
import { MemoryLabelDocument } from "../testing/memory-label-document.ts";
import { reshapeNucleus, shapeAct } from "./reshape-nucleus.ts";
import { forVoxels, umBetween } from "./testing/region-of.ts";
import { intensitiesOf } from "./threshold-nucleus.ts";

const shapeZyx: Zyx = [24, 80, 150];
const voxelSizeZyx: Zyx = [1.75, 0.8, 0.5];
const centre: Zyx = [11, 40, 64]; // over a seam of bricks
const um = (z: number, y: number, x: number) => umBetween([z, y, x], centre, voxelSizeZyx);

/** Bright within 6 µm, with noise that a hash makes; the nucleus is drawn to 9 µm, in two labels that were merged. */
const noise = (z: number, y: number, x: number) =>
  (Math.imul(z * 7919 + y * 104729 + x * 1299709, 2654435761) >>> 0) % 61;
const valueAt = (z: number, y: number, x: number) => (um(z, y, x) < 6 ? 500 : 100) + noise(z, y, x);
const labelAt = (z: number, y: number, x: number) => (x >= 78 && x < 90 ? 6 : um(z, y, x) <= 9 ? (z < 9 ? 7 : 5) : 0);

function open(loaded = true) {
  const document = new MemoryLabelDocument({ shapeZyx, voxelSizeZyx, loaded, labelAt });
  void document.commit({ name: "merge", records: [{ kind: "merge", a: 5, b: 7 }] });
  return { document, image: new FunctionImage(shapeZyx, valueAt) };
}

describe("a threshold within a nucleus", () => {
  it.each(["brighter", "darker"] as const)(
    "keeps what is %s, and touches nothing else, as one record",
    async (keeps) => {
      const { document, image } = open();
      for (const at of [130, 300, 540]) {
        const change = await reshapeNucleus(
          document,
          5,
          { kind: "threshold", keeps, at, range: [100, 560] },
          null,
          undefined,
          image,
        );
        expect(change.painted.count).toBe(0);
        const act = shapeAct(5, "threshold", change);
        expect(act?.records).toHaveLength(1);
        await document.commit(act!);
        forVoxels(shapeZyx, (z, y, x) => {
          const label = labelAt(z, y, x);
          const isKept = keeps === "brighter" ? valueAt(z, y, x) >= at : valueAt(z, y, x) <= at;
          const expected = (label === 5 || label === 7) && !isKept ? 0 : label;
          if (document.labelAt(z, y, x) !== expected) throw new Error(`voxel ${z},${y},${x} at ${at}`);
        });
        document.undo();
      }
    },
  );

  it("starts between the bright and the dark of the nucleus, from its own voxels alone", async () => {
    const { document, image } = open();
    const { low, high, split } = await intensitiesOf(document, image, 5, null);
    let [least, most] = [Infinity, 0];
    forVoxels(shapeZyx, (z, y, x) => {
      if (labelAt(z, y, x) !== 5 && labelAt(z, y, x) !== 7) return;
      least = Math.min(least, valueAt(z, y, x));
      most = Math.max(most, valueAt(z, y, x));
    });
    expect([low, high]).toEqual([least, most]);
    expect(split).toBeGreaterThan(160);
    expect(split).toBeLessThanOrEqual(501);
    const change = await reshapeNucleus(
      document,
      5,
      { kind: "threshold", keeps: "brighter", at: split, range: [low, high] },
      null,
      undefined,
      image,
    );
    forVoxels(shapeZyx, (z, y, x) => {
      const isOwn = [5, 7].includes(labelAt(z, y, x));
      if (change.erased.has(z, y, x) !== (isOwn && um(z, y, x) >= 6)) throw new Error(`voxel ${z},${y},${x}`);
    });
  });

  it("loads the bricks of the nucleus and no others", async () => {
    const { document, image } = open(false);
    const box = { minZyx: [6, 28, 46], maxZyx: [17, 52, 78] } as const;
    await intensitiesOf(document, image, 5, box);
    expect(image.loads.length).toBe(2);
  });

  it("of an even nucleus there is nothing to split", async () => {
    const { document } = open();
    const even = new FunctionImage(shapeZyx, () => 7);
    expect(await intensitiesOf(document, even, 5, null)).toEqual({ low: 7, high: 7, split: 7 });
    await expect(intensitiesOf(document, even, 99, null)).rejects.toMatchObject({ tag: "nucleus-gone" });
  });

  it("never takes the last voxel: that is a Problem", async () => {
    const { document, image } = open();
    await expect(
      reshapeNucleus(
        document,
        5,
        { kind: "threshold", keeps: "brighter", at: 9999, range: [0, 1] },
        null,
        undefined,
        image,
      ),
    ).rejects.toMatchObject({ tag: "nothing-left" });
  });
});
