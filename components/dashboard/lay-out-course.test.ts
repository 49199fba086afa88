import { expect, it } from "vitest";
import { seededRandom } from "../../core/edit/testing/seeded-random.ts";
import { layOutCourse, roundMarks } from "./lay-out-course.ts";

/** Height of a band at x, from its path: `M x yH xL x yH x…Z`, by the corners. */
function heightAt(path: string, x: number): number {
  const corners: [number, number][] = [];
  for (const [, , px, py, h] of path.matchAll(/([ML])([\d.]+) ([\d.]+)H([\d.]+)/g))
    corners.push([Number(px), Number(py)], [Number(h), Number(py)]);
  const at = corners.flatMap(([ax, ay], i) => {
    const [bx, by] = corners[(i + 1) % corners.length];
    return ay === by && Math.min(ax, bx) <= x && x < Math.max(ax, bx) ? [ay] : [];
  });
  return Math.max(...at) - Math.min(...at);
}

it("a band is as high as its count, from its day to the next that has one", () => {
  const random = seededRandom(3);
  const size = { width: 1000, height: 100 };
  const days = ["2026-02-26", "2026-02-28", "2026-03-01", "2026-03-09"];
  const series = ["a", "b", "c"].map((name) => ({
    name,
    color: "red",
    values: days.map(() => 1 + Math.floor(random() * 300)),
  }));
  const { bands, marks, xOf } = layOutCourse(days, series, "2026-03-10", size);
  const top = marks.at(-1) ?? 0;
  for (const [k, { path }] of bands.entries())
    for (const [i, day] of days.entries()) {
      // In the middle of the day: 13 days are shown, today among them.
      const x = xOf(day) - 1000 / 13 / 2;
      expect(heightAt(path, x)).toBeCloseTo((series[k].values[i] / top) * 100, 0);
    }
  expect(heightAt(bands[0].path, 999)).toBeCloseTo((series[0].values[3] / top) * 100, 0);
});

it("marks are few, round, whole and reach the greatest", () => {
  for (const greatest of [1, 2, 3, 5, 6, 9, 10, 11, 49, 50, 51, 99, 100, 101, 257, 999, 1000, 12_345, 500_000]) {
    const marks = roundMarks(greatest);
    expect(marks.length, `${greatest}`).toBeGreaterThan(1);
    expect(marks.length, `${greatest}`).toBeLessThanOrEqual(7);
    expect(marks[0]).toBe(0);
    expect(marks.at(-1), `${greatest}`).toBeGreaterThanOrEqual(greatest);
    expect(marks.every(Number.isInteger)).toBe(true);
    expect(new Set(marks).size).toBe(marks.length);
  }
});
