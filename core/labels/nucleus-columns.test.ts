import { expect, it } from "vitest";
import { createSeededRandom } from "../simulator/seeded-random.ts";
import {
  applyNucleusPatch,
  columnsOf,
  type ListedNucleus,
  MAX_PATCH_ROWS,
  mergeNucleusPatches,
  type NucleusPatch,
  nucleiOf,
} from "./nucleus-columns.ts";

const random = createSeededRandom(5);
const pick = (n: number) => Math.min(n - 1, Math.floor(random.uniform() * n));
const people = [null, { id: "a", name: "Ada" }, { id: "b", name: "Ben" }];

const nucleus = (label: number): ListedNucleus => ({
  label,
  number: 1 + pick(99),
  voxels: 1 + pick(900),
  centroidZyx: [pick(9), pick(90), pick(99)],
  boxZyx: [1, 2, 3, 4 + pick(9), 5, 6],
  status: pick(5),
  className: ["x", null][pick(2)],
  origin: null,
  uncertainty: [null, 0.5][pick(2)],
  by: people[pick(3)],
  changedAtMs: pick(1000),
  review: pick(4),
});

const sorted = (nuclei: Iterable<ListedNucleus>) => [...nuclei].sort((a, b) => a.label - b.label);

it("a list that follows any patches, single or merged, late or twice, equals the list asked for anew", () => {
  for (let round = 0; round < 60; round++) {
    const truth = new Map(Array.from({ length: 30 }, (_, i) => [i + 1, nucleus(i + 1)]));
    let page = columnsOf(truth.values(), "e", 0);
    let waiting: NucleusPatch | null = null;
    for (let to = 1; to <= 25; to++) {
      const labels = new Set(Array.from({ length: 1 + pick(4) }, () => 1 + pick(45)));
      for (const label of labels)
        if (random.uniform() < 0.3) truth.delete(label);
        else truth.set(label, nucleus(label));
      const rows = [...labels].flatMap((label) => truth.get(label) ?? []);
      const patch = { edition: "e", from: to - 1, to, rows, removed: [...labels].filter((label) => !truth.has(label)) };
      waiting = waiting ? mergeNucleusPatches(waiting, patch) : patch;
      if (!waiting) throw new Error("too much together");
      if (random.uniform() < 0.5) continue;
      // Or the page has asked again meanwhile, and hears of what it knows.
      if (random.uniform() < 0.2) page = columnsOf(truth.values(), "e", to);
      const next = applyNucleusPatch(page, waiting);
      if (!next) throw new Error("did not follow");
      page = applyNucleusPatch(next, waiting) ?? page;
      waiting = null;
      expect(sorted(nucleiOf(page))).toEqual(sorted(truth.values()));
      expect(page.revision).toBe(to);
    }
  }
});

it("what does not follow, or is too much, makes the page ask for the list", () => {
  const page = columnsOf([nucleus(1)], "e", 3);
  const patch = { edition: "e", from: 3, to: 4, rows: [], removed: [] };
  expect(applyNucleusPatch(page, { ...patch, from: 4, to: 5 })).toBeNull();
  expect(applyNucleusPatch(page, { ...patch, edition: "another server" })).toBeNull();
  const many = Array.from({ length: MAX_PATCH_ROWS }, (_, i) => nucleus(i + 1));
  expect(mergeNucleusPatches({ ...patch, rows: many }, { ...patch, from: 4, to: 5, rows: [nucleus(9999)] })).toBeNull();
  expect(mergeNucleusPatches(patch, { ...patch, from: 6, to: 7 })).toBeNull();
});
