import { describe, expect, it, vi } from "vitest";
import { FunctionImage } from "../../../core/edit/testing/function-image.ts";
import { brickKeyAt, indexInBrick } from "../../../core/volume/brick.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { createToolStage } from "../testing/tool-stage.ts";
import { Reshaping, type ShownReshape } from "./reshaping.ts";

const shapeZyx: Zyx = [20, 40, 90];
const voxelSizeZyx: Zyx = [2, 0.5, 0.4];
/** Nucleus 3 in two slices over a seam of bricks, nucleus 4 between them in part. */
const labelAt = (z: number, y: number, x: number) => {
  if (y < 10 || y >= 30 || x < 50 || x >= 80) return 0;
  if (z === 4 || z === 10) return 3;
  return z === 7 && x >= 70 ? 4 : 0;
};

function open(loaded = true) {
  const stage = createToolStage({
    shapeZyx,
    voxelSizeZyx,
    image: new FunctionImage(shapeZyx, () => 1),
    labelAt,
    loaded,
    knownBox: { minZyx: [4, 10, 50], maxZyx: [11, 30, 80] },
  });
  const shown: { now: ShownReshape | null } = { now: null };
  const reshaping = new Reshaping(stage.context, (now) => {
    shown.now = now;
  });
  const seen = (z: number, y: number, x: number) =>
    stage.preview.readBrick(brickKeyAt(z, y, x))?.[indexInBrick(z, y, x)];
  return { ...stage, reshaping, shown, seen };
}

describe("a change of shape", () => {
  it.each([true, false])("is shown, then kept as one act (bricks loaded before: %s)", async (loaded) => {
    const { reshaping, document, shown, seen } = open(loaded);
    await reshaping.show(3, { kind: "interpolate", plane: "xy" });
    expect(document.acts).toHaveLength(0);
    expect(shown.now?.voxels).toEqual({ painted: 5 * 20 * 30 - 20 * 10, erased: 0 });
    await vi.waitFor(() => expect([seen(5, 20, 60), seen(7, 20, 75), seen(8, 20, 75)]).toEqual([3, 4, 3]));
    await reshaping.keep();
    expect(shown.now).toBeNull();
    expect(document.acts).toHaveLength(1);
    expect(document.countOf(3)).toBe(7 * 20 * 30 - 20 * 10);
    expect(document.countOf(4)).toBe(20 * 10);
    expect(document.undo()).toEqual({ name: "interpolate" });
    expect(seen(5, 20, 60)).toBe(0);
  });

  it("leaves nothing when it is dropped, also while it is worked out", async () => {
    const { reshaping, document, shown, seen } = open();
    await reshaping.show(3, { kind: "grow", amountUm: 1 });
    expect(seen(4, 8, 60)).toBe(3);
    reshaping.drop();
    expect([shown.now, seen(4, 8, 60)]).toEqual([null, 0]);
    const work = reshaping.show(3, { kind: "grow", amountUm: 1 });
    reshaping.drop();
    await work;
    expect([shown.now, seen(4, 8, 60), document.acts.length]).toEqual([null, 0, 0]);
  });

  it("shows the newest of several wishes, and what it was like before while that is asked for", async () => {
    const { reshaping, shown, seen } = open();
    await Promise.all([2, 1, 0.5].map((amountUm) => reshaping.show(3, { kind: "shrink", amountUm })));
    expect(shown.now?.reshape).toEqual({ kind: "shrink", amountUm: 0.5 });
    expect([seen(4, 10, 60), seen(4, 11, 60)]).toEqual([0, 3]);
    reshaping.showBefore(true);
    expect(seen(4, 10, 60)).toBe(3);
    reshaping.showBefore(false);
    expect(seen(4, 10, 60)).toBe(0);
  });

  it("follows what others do meanwhile: what is kept never covers their work", async () => {
    const { reshaping, document, shown, seen } = open();
    await reshaping.show(3, { kind: "interpolate", plane: "xy" });
    const before = shown.now?.voxels?.painted ?? 0;
    await document.commit({
      name: "other",
      records: [{ kind: "paint", label: 9, runs: Int32Array.of(6, 20, 55, 65) }],
    });
    await vi.waitFor(() => expect(shown.now?.voxels?.painted).toBe(before - 10));
    expect(seen(6, 20, 60)).toBe(9);
    await reshaping.keep();
    expect(document.countOf(9)).toBe(10);
    expect(document.countOf(3)).toBe(7 * 20 * 30 - 20 * 10 - 10);
  });

  it("says so where there is nothing to do, or no nucleus", async () => {
    const { reshaping, messages, failures, shown, document } = open();
    await reshaping.show(3, { kind: "interpolate", plane: "xy" });
    await reshaping.keep();
    await reshaping.show(3, { kind: "interpolate", plane: "xy" });
    expect(messages.at(-1)?.text).toMatch(/no gap/);
    await reshaping.show(77, { kind: "smooth", amountUm: 1 });
    expect(failures).toHaveLength(1);
    expect([shown.now, document.acts.length]).toEqual([null, 1]);
  });

  it("that is done at once is done in the order of the keys, each from where the one before led", async () => {
    const { reshaping, document } = open();
    let slice = 4;
    const copyOn = () =>
      reshaping
        .atOnce(3, () => ({ kind: "copy-slice", plane: "xy", from: slice, to: slice - 1 }))
        .then((copied) => {
          if (copied) slice--;
          return copied;
        });
    expect(await Promise.all(Array.from({ length: 6 }, copyOn))).toEqual([true, true, true, true, false, false]);
    expect(document.acts).toHaveLength(4);
    for (const z of [0, 1, 2, 3, 4]) expect(document.labelAt(z, 20, 60)).toBe(3);
  });
});
