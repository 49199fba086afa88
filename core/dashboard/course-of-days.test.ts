import { expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import { courseOfDays, type DayCounts, latestOfVolumes, noNuclei, type VolumeDay } from "./course-of-days.ts";

const random = seededRandom(9);
const upTo = (n: number) => Math.floor(random() * n);
const dayOf = (i: number) => `2026-02-${String(i + 1).padStart(2, "0")}`;

function randomRows(): VolumeDay[] {
  const rows: VolumeDay[] = [];
  for (let volume = 0; volume < 4; volume++)
    for (let day = 0; day < 20; day++)
      if (random() < 0.3)
        rows.push({
          ...{ volumeId: `v${volume}`, day: dayOf(day), accepted: upTo(9), corrected: upTo(9) },
          ...{ unfinished: upTo(3), approved: upTo(5) },
          classes: Object.fromEntries(
            ["a", "b", "constructor"].filter(() => random() < 0.5).map((n) => [n, 1 + upTo(4)]),
          ),
        });
  return rows.sort(() => random() - 0.5);
}

/** The same, by looking every day's volumes up anew. */
function naive(rows: readonly VolumeDay[], day: string): DayCounts {
  const classes: Record<string, number> = {};
  const sum = { ...noNuclei, classes };
  for (const volumeId of new Set(rows.map((row) => row.volumeId))) {
    const [last] = rows
      .filter((row) => row.volumeId === volumeId && row.day <= day)
      .sort((a, b) => (a.day < b.day ? 1 : -1));
    if (!last) continue;
    for (const key of ["accepted", "corrected", "unfinished", "approved"] as const) sum[key] += last[key];
    for (const [name, count] of Object.entries(last.classes))
      classes[name] = (Object.hasOwn(classes, name) ? classes[name] : 0) + count;
  }
  return sum;
}

it("has on each day what every volume had last, as counting it anew says", () => {
  for (let run = 0; run < 50; run++) {
    const rows = randomRows();
    const from = dayOf(upTo(20));
    const days = [...new Set(rows.map(({ day }) => day))].filter((day) => day >= from).sort();
    expect(courseOfDays(rows, from)).toEqual(days.map((day) => ({ day, ...naive(rows, day) })));
    for (const [volumeId, latest] of latestOfVolumes(rows))
      expect(latest).toEqual(
        rows.filter((row) => row.volumeId === volumeId).sort((a, b) => (a.day < b.day ? 1 : -1))[0],
      );
  }
});

it("is empty where nothing was counted", () => {
  expect(courseOfDays([])).toEqual([]);
  expect(latestOfVolumes([]).size).toBe(0);
});
