import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";
import { type ListedProposal, type ProposalColumns, proposalsOf } from "../../core/labels/proposal-columns.ts";
import { patchProposals } from "./proposal-cache.ts";
import { isStaleBy } from "./topic-queries.ts";

const proposal = (labelValue: number): ListedProposal => ({
  ...{ labelValue, isCandidate: labelValue % 2 === 0, touchesBorder: false, voxels: 7 * labelValue },
  ...{ centroidZyx: [1, 2, labelValue], minZyx: [0, 1, 2], maxZyx: [2, 4, 9], uncertainty: null },
  ...{ reason: `because of ${labelValue}`, className: null, classProbability: null, heldBy: null },
});
const columnsOf = (rows: readonly ListedProposal[]): ProposalColumns =>
  Object.fromEntries(
    (Object.keys(proposal(1)) as (keyof ListedProposal)[]).map((name) => [name, rows.map((row) => row[name])]),
  ) as unknown as ProposalColumns;
const event = { topic: "proposals", projectId: "p", volumeId: "v" } as const;
const key = (volumeId: string) => ["list", volumeId];

it("a decision of somebody takes one row out of a page's list, also of one that is on its way, without a question", async () => {
  const cache = new QueryClient();
  const answers: ((columns: ProposalColumns) => void)[] = [];
  const ask = () =>
    cache.fetchQuery({
      queryKey: key("v"),
      queryFn: () => new Promise<ProposalColumns>((done) => answers.push(done)),
    });
  const held = () => proposalsOf(cache.getQueryData<ProposalColumns>(key("v")) ?? columnsOf([]));
  const asked = ask();
  patchProposals(cache, key, { ...event, settled: 3 });
  answers[0](columnsOf([2, 3, 5, 8].map(proposal)));
  await asked;
  await new Promise((resolve) => setImmediate(resolve));
  expect(held()).toEqual([2, 5, 8].map(proposal));
  patchProposals(cache, key, { ...event, settled: 8 });
  patchProposals(cache, key, { ...event, settled: 99 });
  patchProposals(cache, key, { ...event, volumeId: "other", settled: 2 });
  patchProposals(cache, key, event);
  expect([held(), answers.length]).toEqual([[2, 5].map(proposal), 1]);
});

it("only a decision leaves the list to the patch: one that comes back, and new proposals, are asked for", () => {
  const list = [["proposal", "list"], { input: { volumeId: "v" } }];
  expect(isStaleBy({ ...event, settled: 3 }, list)).toBe(false);
  expect(isStaleBy(event, list)).toBe(true);
  expect(isStaleBy({ ...event, settled: 3 }, [["volume", "list"], { input: { projectId: "p" } }])).toBe(true);
});
