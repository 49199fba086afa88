import { expect, it } from "vitest";
import { createPhantom } from "../../trainer/testing/phantom.ts";
import { drawNuclei } from "./draw-nuclei.ts";

it("draws so many whole nuclei of all volumes, others for another seed, and all where there are fewer", () => {
  const volumes = [1, 2].map((seed) => createPhantom(seed, { shapeZyx: [16, 50, 62] }));
  const told = (count: number, seed: number) =>
    [...drawNuclei(volumes, count, seed)].flatMap(([{ id }, labels]) => [...labels].map((label) => `${id} ${label}`));
  const five = told(5, 0);
  expect(new Set(five).size).toBe(5);
  expect(told(5, 0)).toEqual(five);
  expect(told(5, 1)).not.toEqual(five);
  const all = told(10_000, 0);
  expect(new Set(all).size).toBe(all.length);
  for (const volume of volumes) {
    const [depth, rows, columns] = volume.shapeZyx;
    for (const label of drawNuclei([volume], 10_000, 0).get(volume) ?? [])
      volume.labels.forEach((value, i) => {
        if (value !== label) return;
        const at = [Math.floor(i / (rows * columns)), Math.floor(i / columns) % rows, i % columns];
        expect(at.every((place, axis) => place > 0 && place < [depth, rows, columns][axis] - 1)).toBe(true);
      });
  }
  expect(drawNuclei(volumes, 0, 0).size).toBe(0);
});
