import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";
import { columnsOf, type ListedNucleus, type NucleusColumns } from "../../core/labels/nucleus-columns.ts";
import { patchNuclei } from "./nucleus-cache.ts";
import { isStaleBy } from "./topic-queries.ts";

const nucleus = (label: number, voxels: number): ListedNucleus => ({
  label,
  number: label,
  voxels,
  centroidZyx: [1, 2, 3],
  boxZyx: [0, 0, 0, 1, 2, 3],
  status: 1,
  className: null,
  origin: null,
  uncertainty: null,
  by: { id: "a", name: "Ada" },
  changedAtMs: 5,
  review: 0,
});
const keys = { list: (volumeId: string) => ["list", volumeId], counts: (projectId: string) => ["counts", projectId] };
const event = { topic: "nuclei", projectId: "p", volumeId: "v" } as const;
const patch = (from: number, voxels: number) => ({
  ...event,
  patch: { edition: "e", from, to: from + 1, rows: [nucleus(7, voxels)], removed: [] },
});

function openPage() {
  const cache = new QueryClient();
  const answers: ((columns: NucleusColumns) => void)[] = [];
  const ask = () =>
    cache.fetchQuery({
      queryKey: ["list", "v"],
      queryFn: () => new Promise<NucleusColumns>((done) => answers.push(done)),
    });
  const held = () => cache.getQueryData<NucleusColumns>(["list", "v"]);
  return { cache, answers, ask, held };
}

it("a stroke of somebody changes the list of a page without a question", async () => {
  const { cache, answers, ask, held } = openPage();
  const asked = ask();
  answers[0](columnsOf([nucleus(7, 10)], "e", 3));
  await asked;
  patchNuclei(cache, keys, patch(3, 20));
  expect([held()?.voxels, held()?.revision, answers.length]).toEqual([[20], 4, 1]);
  expect(isStaleBy(patch(4, 1), [["nucleus", "list"], { input: { volumeId: "v" } }])).toBe(false);
  expect(isStaleBy(event, [["nucleus", "list"], { input: { volumeId: "v" } }])).toBe(true);
  expect(isStaleBy(event, [["project", "byId"], { input: { projectId: "p" } }])).toBe(false);
});

it("a change that overtakes the list on its way is in it in the end; one that was missed makes it stale", async () => {
  const { cache, answers, ask, held } = openPage();
  const asked = ask();
  patchNuclei(cache, keys, patch(3, 20));
  patchNuclei(cache, keys, patch(4, 30));
  answers[0](columnsOf([nucleus(7, 10)], "e", 3));
  await asked;
  await new Promise((resolve) => setImmediate(resolve));
  expect([held()?.voxels, held()?.revision]).toEqual([[30], 5]);
  patchNuclei(cache, keys, patch(9, 90));
  expect(cache.getQueryState(["list", "v"])?.isInvalidated).toBe(true);
});

it("counts of the project page follow, each volume by itself", () => {
  const { cache } = openPage();
  cache.setQueryData(
    ["counts", "p"],
    [
      { volumeId: "v", counts: null },
      { volumeId: "w", counts: null },
    ],
  );
  const counts = { truth: 4, unfinished: 1, toReview: 2, approved: 1, sentBack: 0 };
  patchNuclei(cache, keys, { ...event, counts });
  expect(cache.getQueryData(["counts", "p"])).toEqual([
    { volumeId: "v", counts },
    { volumeId: "w", counts: null },
  ]);
});
