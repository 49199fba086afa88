import { describe, expect, it } from "vitest";
import { axesOfArray, guessedAxes } from "./array-axes.ts";

describe("axes that a file names", () => {
  it.each([["zyx"], ["xyz"], ["tczyx"], ["zcyx"], ["xytzc"], ["pzyxc"]])(
    "%s: every place is the one that is meant",
    (names) => {
      const sizes: Readonly<Record<string, number>> = { z: 5, y: 7, x: 11, c: 2, t: 3, p: 4 };
      const axes = axesOfArray(
        [...names],
        [...names].map((name) => sizes[name]),
      );
      if (typeof axes === "string") throw new Error(axes);
      expect(axes.zyx).toEqual(["z", "y", "x"].map((axis) => names.indexOf(axis)));
      const channels = (names.includes("c") ? 2 : 1) * (names.includes("p") ? 4 : 1);
      expect([axes.channels.length, axes.times]).toEqual([channels, names.includes("t") ? 3 : 1]);
      const seen = new Set<string>();
      for (let channel = 0; channel < channels; channel++)
        for (let time = 0; time < axes.times; time++) {
          const origin = axes.originOf(channel, time);
          for (const axis of axes.zyx) expect(origin[axis]).toBe(0);
          if (names.includes("t")) expect(origin[names.indexOf("t")]).toBe(time);
          if (names.includes("c") && channels === 2) expect(origin[names.indexOf("c")]).toBe(channel);
          seen.add(origin.join());
        }
      expect(seen.size).toBe(channels * axes.times);
    },
  );

  it.each([
    [["t", "y", "x"], [2, 7, 11], /2 times, and no z slices/],
    [["z", "y", "c"], [5, 7, 11], /rows \(y\) or columns \(x\) are missing/],
    [["z", "y", "y", "x"], [5, 7, 7, 11], /Y twice/],
  ])("%s is no volume", (names, shape, words) => {
    expect(axesOfArray(names, shape)).toMatch(words);
  });

  it("words for them", () => {
    expect(axesOfArray(["Frame", "depth", "row", "col"], [3, 5, 7, 11])).toMatchObject({ zyx: [1, 2, 3], times: 3 });
  });
});

it.each([
  [[5, 7, 11], "z y x", false],
  [[2, 50, 60], "z y x", true],
  [[2, 5, 7, 11], "c z y x", true],
  [[5, 2, 7, 11], "z c y x", true],
  [[5, 7, 11, 3], "z y x c", true],
  [[2, 2, 5, 7, 11], "t c z y x", true],
  [[3, 5, 7, 11, 2], "t z y x c", true],
] as const)("unnamed axes %j are taken as %s", (shape, names, told) => {
  const guess = guessedAxes(shape);
  expect(guess).toMatchObject({ names: names.split(" ") });
  expect(typeof guess !== "string" && guess.notes.length > 0).toBe(told);
});

it.each([[[7, 11]], [[480, 640, 3]], [[2, 2, 2, 5, 7, 11]]])("%j is no volume", (shape) => {
  expect(guessedAxes(shape)).toMatch(/^it has/);
});
