import { expect, it } from "vitest";
import { seededRandom } from "../../edit/testing/seeded-random.ts";
import { distributionOf } from "./distribution.ts";

const random = seededRandom(8);

it("has every value in the bin that holds it, once, over many random groups", () => {
  for (let round = 0; round < 60; round++) {
    const scale = 10 ** Math.floor(random() * 8 - 4);
    const shift = (random() - 0.5) * scale * 10;
    const groups = new Map(
      Array.from({ length: 1 + Math.floor(random() * 4) }, (_, i) => [
        `group ${i}`,
        Array.from({ length: Math.floor(random() * 50) }, () => shift + Math.round(random() * 20) * scale * 0.1),
      ]),
    );
    const found = distributionOf(groups);
    const all = [...groups.values()].flat();
    if (all.length === 0) {
      expect(found).toBeNull();
      continue;
    }
    const { edges = [], groups: told = [] } = found ?? {};
    expect(edges.length).toBeGreaterThan(1);
    expect(edges.length).toBeLessThan(45);
    expect(edges).toEqual(edges.toSorted((a, b) => a - b));
    expect(edges[0]).toBeLessThanOrEqual(Math.min(...all));
    expect(edges.at(-1)).toBeGreaterThanOrEqual(Math.max(...all) * (1 - Math.sign(Math.max(...all)) * 1e-9));
    for (const { name, count, counts } of told) {
      const values = groups.get(name) ?? [];
      expect(count).toBe(values.length);
      expect(counts).toEqual(
        edges
          .slice(1)
          .map(
            (end, i) => values.filter((value) => value >= edges[i] && (value < end || i === edges.length - 2)).length,
          ),
      );
    }
    expect(told.map(({ name }) => name)).toEqual([...groups].filter(([, of]) => of.length > 0).map(([name]) => name));
  }
});

it("tells the quartiles as numpy does", () => {
  // numpy.quantile([1, 2, 4, 8, 16, 32], [0, .25, .5, .75, 1])
  const found = distributionOf(new Map([["a", [32, 4, 1, 16, 2, 8]]]));
  expect(found?.groups[0].quantiles).toEqual([1, 2.5, 6, 14, 32]);
  expect(distributionOf(new Map([["a", [7]]]))).toMatchObject({ groups: [{ quantiles: [7, 7, 7, 7, 7], count: 1 }] });
});

it("keeps to round steps, and to one axis for all groups", () => {
  const found = distributionOf(
    new Map([
      ["small", [0.11, 0.13]],
      ["large", [3.9]],
      ["none", []],
    ]),
  );
  expect(found?.edges).toEqual([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]);
  expect(found?.groups.map(({ counts }) => counts)).toEqual([
    [2, 0, 0, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 0, 1],
  ]);
});
