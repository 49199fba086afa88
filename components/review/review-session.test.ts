import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Problem } from "../../core/problem.ts";
import type { ReviewPorts, ReviewQuestion } from "./review-contract.ts";
import { ReviewSession } from "./review-session.ts";

const question = (labelValue: number): ReviewQuestion => ({
  labelValue,
  predictionId: "p",
  kind: "nucleus",
  minZyx: [0, 0, 0],
  maxZyx: [2, 4, 6],
  voxels: 40,
  uncertainty: 0.5,
  reason: "edge unclear",
});

/** A server with these questions, and a list of everything that was said to it and to the editor. */
function setUp(labels: number[], change: Partial<ReviewPorts> = {}) {
  const said: string[] = [];
  const ports: ReviewPorts = {
    async next(skipped) {
      const label = labels.find((one) => !skipped.includes(one));
      labels.splice(0, labels.length, ...labels.filter((one) => one !== label));
      said.push(`next -> ${label ?? "none"}`);
      return label === undefined ? null : question(label);
    },
    async keep(label) {
      said.push(`keep ${label}`);
      return true;
    },
    release: () => said.push("release"),
    skip: async (label) => void said.push(`skip ${label}`),
    decide: async (label, decision) => void said.push(`${decision} ${label}`),
    undo: async (label) => void said.push(`undo ${label}`),
    problemOf: (error) => (error as Problem).toJSON(),
    ...change,
  };
  const session = new ReviewSession(
    {
      showProposal: (proposal) => said.push(`show ${proposal?.label ?? "nothing"}`),
      notify: ({ tone, text }) => said.push(`${tone}: ${text}`),
    },
    ports,
  );
  return { session, said };
}
const settled = () => vi.advanceTimersByTimeAsync(0);
const refOf = (label: number) => ({
  id: `p/${label}`,
  label,
  box: { minZyx: [0, 0, 0], maxZyx: [2, 4, 6] } as const,
});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("shows one question, tells the answer before it asks for the next", async () => {
  const { session, said } = setUp([5, 6]);
  await session.next();
  session.decided(refOf(5), "accepted");
  await settled();
  expect(said).toEqual(["next -> 5", "show 5", "accepted 5", "next -> 6", "show 6"]);
  expect(session.state).toMatchObject({ kind: "looking", question: { labelValue: 6 } });
});

it("stays with a proposal that is being corrected", async () => {
  const { session, said } = setUp([5, 6]);
  await session.next();
  session.decided(refOf(5), "corrected");
  await settled();
  expect(said.slice(2)).toEqual(["corrected 5"]);
  expect(session.state.kind).toBe("idle");
});

it("goes on where a clicked proposal was decided beside the question", async () => {
  const { session, said } = setUp([5]);
  await session.next();
  session.decided(refOf(9), "rejected");
  session.undone(refOf(9));
  await settled();
  expect(said.slice(2)).toEqual(["rejected 9", "undo 9"]);
  expect(session.state).toMatchObject({ question: { labelValue: 5 } });
});

it("does not bring back what this page has skipped", async () => {
  const { session, said } = setUp([5]);
  await session.next();
  await session.skip();
  expect(said.slice(2)).toEqual(["skip 5", "next -> none", "show nothing"]);
  expect(session.state.kind).toBe("empty");
});

it("keeps its question for as long as it looks at it, and not longer", async () => {
  const { session, said } = setUp([5]);
  await session.next();
  await vi.advanceTimersByTimeAsync(46_000);
  expect(said.filter((one) => one === "keep 5")).toHaveLength(3);
  session.close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(said.slice(-1)).toEqual(["release"]);
});

it("says so when the question went to somebody else", async () => {
  const { session, said } = setUp([5], { keep: async () => false });
  await session.next();
  await vi.advanceTimersByTimeAsync(15_000);
  expect(said.at(-1)).toContain("went back into the queue");
  expect(session.state.kind).toBe("idle");
});

it("tells what the server refused, and goes on", async () => {
  const refusal = new Problem({ tag: "proposal-held", what: "Ben is looking at this proposal now.", hint: "Undo it." });
  const { session, said } = setUp([5, 6], { decide: () => Promise.reject(refusal) });
  await session.next();
  session.decided(refOf(5), "accepted");
  await settled();
  expect(said).toContain("error: Ben is looking at this proposal now. Undo it.");
  expect(session.state).toMatchObject({ question: { labelValue: 6 } });
});
