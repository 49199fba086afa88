import { expect, it } from "vitest";
import { drawNumbers } from "./draw-numbers.ts";
import { createSeededRandom } from "./seeded-random.ts";
import { type DrawnRange, SIMULATOR_RANGES } from "./simulator-ranges.ts";

const DRAWS = Array.from({ length: 400 }, (_, seed) => drawNumbers(createSeededRandom(seed)));

it("draws every number of the table within its range, or 0 as often as it may be missing", () => {
  for (const [name, entry] of Object.entries(SIMULATOR_RANGES)) {
    const values = DRAWS.map((drawn) => drawn[name as keyof typeof drawn]);
    if (!("from" in entry)) {
      for (const kind of Object.keys(entry)) expect(values, name).toContain(kind);
      for (const value of values) expect(Object.keys(entry), name).toContain(value);
      continue;
    }
    const { from, to, chance = 1 }: DrawnRange = entry;
    const present = values.filter((value): value is number => chance === 1 || value !== 0).map(Number);
    // Four standard deviations of 400 throws.
    expect(Math.abs(present.length / values.length - chance), name).toBeLessThanOrEqual(0.1);
    expect(Math.min(...present), name).toBeGreaterThanOrEqual(from);
    expect(Math.max(...present), name).toBeLessThanOrEqual(to);
    expect(Math.min(...present) - from, name).toBeLessThan((to - from) / 4);
    expect(to - Math.max(...present), name).toBeLessThan((to - from) / 4);
  }
});

it("draws from the ranges it is given, and leaves all other draws as they were", () => {
  const photons = { from: 5, to: 6, unit: "per voxel" };
  const drawn = drawNumbers(createSeededRandom(11), { photons });
  expect(drawn.photons).toBeGreaterThanOrEqual(5);
  expect(drawn.photons).toBeLessThanOrEqual(6);
  expect({ ...drawn, photons: 0 }).toEqual({ ...DRAWS[11], photons: 0 });
});
