import { expect, it } from "vitest";
import { orderSlices } from "./slice-order.ts";

const shuffled = (names: readonly string[]): string[] =>
  [...names].sort((a, b) => ((a.length * 7 + a.charCodeAt(4)) % 5) - ((b.length * 7 + b.charCodeAt(4)) % 5));

it("orders by number, not by letters, whatever the order of the files", () => {
  const names = Array.from({ length: 12 }, (_, i) => `cut${i + 5}.png`);
  const { series, left } = orderSlices(shuffled(names));
  expect(left).toEqual([]);
  expect(series).toMatchObject([{ path: "cut*", slices: 12, channels: 1, times: 1, notes: [] }]);
  expect(names.map((_, z) => series[0].nameAt(z, 0, 0))).toEqual(names);
});

it("takes z, channel and time by the word before the number", () => {
  const names: string[] = [];
  for (let t = 1; t <= 2; t++)
    for (let c = 0; c < 3; c++)
      for (let z = 1; z <= 4; z++) names.push(`emb7_T${t}_ch${c}_z${String(z).padStart(3, "0")}.tif`);
  const { series } = orderSlices(shuffled(names));
  expect(series).toMatchObject([{ path: "emb7_T*_ch*_z*", slices: 4, channels: 3, times: 2 }]);
  expect(series[0].nameAt(2, 1, 1)).toBe("emb7_T2_ch1_z003.tif");
});

it("keeps apart what differs in other numbers or words", () => {
  const { series } = orderSlices(["a1_1.png", "a1_2.png", "a2_1.png", "a2_2.png", "b_1.png", "b_2.png"]);
  expect(series.map(({ path }) => path).sort()).toEqual(["a1_*", "a2_*", "b_*"]);
});

it("says gaps, leaves out what stands alone, and refuses what is there twice or not at all", () => {
  expect(orderSlices(["s_1.png", "s_2.png", "s_5.png"]).series[0].notes).toEqual([
    expect.stringContaining("between number 2 and 5"),
  ]);
  expect(orderSlices(["s_0.png", "s_5.png", "s_10.png"]).series[0].notes).toEqual([]);
  expect(orderSlices(["s_1.png", "s_2.png", "notes.png"]).left).toMatchObject([{ name: "notes.png" }]);
  expect(orderSlices(["s_1.png", "s_01.png", "s_2.png"])).toMatchObject({
    series: [],
    left: [{ why: expect.stringContaining("same number") }, {}, {}],
  });
  expect(orderSlices(["z1_c1.tif", "z1_c2.tif", "z2_c1.tif"])).toMatchObject({
    series: [],
    left: [{ why: expect.stringContaining("some are missing") }, {}, {}],
  });
});
