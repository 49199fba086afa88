import { describe, expect, it } from "vitest";
import { type PlaneAxis, planeOrder } from "./plane-order.ts";

const axesOf = (names: string, sizes: Readonly<Record<string, number>>): PlaneAxis[] =>
  [...names].map((name) => ({ name, size: sizes[name] }));

/** Walks through the planes as a file stores them, and notes where each (z, c, t) was met. */
function walked(axes: readonly PlaneAxis[]): Map<string, number> {
  const met = new Map<string, number>();
  const place: Record<string, number> = {};
  let index = 0;
  const walk = (level: number): void => {
    if (level === axes.length) {
      met.set(`${place.Z ?? 0} ${place.C ?? 0} ${place.T ?? 0}`, index++);
      return;
    }
    for (let i = 0; i < axes[level].size; i++) {
      place[axes[level].name] = i;
      walk(level + 1);
    }
  };
  walk(0);
  return met;
}

describe("the order of planes", () => {
  it.each(["TCZ", "TZC", "CTZ", "CZT", "ZTC", "ZCT", "CZ", "ZC", "TZ", "ZT", "Z"])(
    "%s: every plane is where a walk through the file meets it",
    (names) => {
      const axes = axesOf(names, { Z: 7, C: 3, T: 2 });
      const order = planeOrder(axes);
      if (typeof order === "string") throw new Error(order);
      const met = walked(axes);
      for (let t = 0; t < order.times; t++)
        for (let c = 0; c < order.channels.length; c++)
          for (let z = 0; z < order.slices; z++) expect(order.indexOf(z, c, t)).toBe(met.get(`${z} ${c} ${t}`));
      expect([order.slices, order.channels.length, order.times]).toEqual([
        7,
        names.includes("C") ? 3 : 1,
        names.includes("T") ? 2 : 1,
      ]);
    },
  );

  it("offers what is neither slice, channel nor time as channels, and says so", () => {
    const order = planeOrder(axesOf("PCZ", { P: 2, C: 3, Z: 5 }));
    expect(order).toMatchObject({
      slices: 5,
      channels: expect.arrayContaining(["position 2, channel 1"]),
      notes: [expect.stringContaining("2 positions")],
    });
  });

  it("takes many planes of one other kind for slices only with a note, and refuses what is no stack", () => {
    expect(planeOrder(axesOf("T", { T: 9 }))).toMatchObject({ slices: 9, notes: [expect.stringContaining("9 times")] });
    expect(planeOrder(axesOf("T", { T: 3 }))).toContain("3 times, and no z slices");
    expect(planeOrder(axesOf("TC", { T: 9, C: 2 }))).toContain("no z slices");
    expect(planeOrder([])).toContain("one plane");
  });
});
