import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { isProblem, Problem } from "../../core/problem.ts";
import type { DecisionStore, KeptDecision } from "./decision-sender.ts";
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
  wrongProbability: 0.3,
  answersBefore: 0,
  reason: "edge unclear",
  proposedClass: { name: "late", probability: 0.8 },
});

/** What outlives a page. */
function memory(): DecisionStore & { kept: string } {
  return {
    kept: "[]",
    load() {
      return JSON.parse(this.kept) as KeptDecision[];
    },
    save(waiting) {
      this.kept = JSON.stringify(waiting);
    },
  };
}

/** A server with these questions, and a list of everything that was said to it and to the editor. */
function setUp(labels: number[], change: Partial<ReviewPorts> = {}) {
  const said: string[] = [];
  const ports: ReviewPorts = {
    async next(skipped, first) {
      const label = labels.includes(first ?? 0) ? first : labels.find((one) => !skipped.includes(one));
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
    mayTryAgain: (error) => !isProblem(error),
    decisions: memory(),
    problemOf: (error) => (error as Problem).toJSON(),
    ...change,
  };
  const view = { selectedProposal: 0 };
  const session = new ReviewSession(
    {
      view: { get: () => view },
      showProposal(proposal) {
        view.selectedProposal = proposal?.label ?? 0;
        said.push(`show ${proposal?.label ?? "nothing"}`);
      },
      notify: ({ tone, text }) => said.push(`${tone}: ${text}`),
    },
    ports,
  );
  return { session, said, view };
}
const settled = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("shows one question, tells the answer before it asks for the next", async () => {
  const { session, said } = setUp([5, 6]);
  await session.next();
  session.decided(5, "accepted");
  await settled();
  expect(said).toEqual(["next -> 5", "show 5", "accepted 5", "next -> 6", "show 6"]);
  expect(session.state).toMatchObject({ kind: "looking", question: { labelValue: 6 } });
});

it("stays with a proposal that is being corrected", async () => {
  const { session, said } = setUp([5, 6]);
  await session.next();
  session.decided(5, "corrected");
  await settled();
  expect(said.slice(2)).toEqual(["corrected 5"]);
  expect(session.state.kind).toBe("idle");
});

it("comes back to its question before it asks for another, where the person went to something else", async () => {
  const { session, said, view } = setUp([5, 6]);
  await session.next();
  view.selectedProposal = 0; // a nucleus was clicked
  await session.next();
  expect(said.slice(2)).toEqual(["show 5"]);
  expect(session.state).toMatchObject({ kind: "looking", question: { labelValue: 5 } });
  view.selectedProposal = 9;
  await session.skip();
  expect(said.slice(3)).toEqual(["skip 5", "next -> 6", "show 6"]);
});

it("goes on where a clicked proposal was decided beside the question", async () => {
  const { session, said } = setUp([5]);
  await session.next();
  session.decided(9, "rejected");
  session.undone(9);
  await settled();
  expect(said.slice(2)).toEqual(["rejected 9", "undo 9"]);
  expect(session.state).toMatchObject({ question: { labelValue: 5 } });
});

it("asks again what was answered here and is taken back, before all others", async () => {
  const labels = [5, 6, 7];
  const { session } = setUp(labels);
  await session.next();
  session.decided(5, "accepted");
  await settled();
  expect(session.state).toMatchObject({ question: { labelValue: 6 } });
  session.undone(5);
  labels.push(5, 8);
  await session.askAgain(5);
  expect(session.state).toMatchObject({ question: { labelValue: 5 } });
  await session.askAgain(8); // of another page's answer
  expect(session.state).toMatchObject({ question: { labelValue: 5 } });
});

it("asks it again too where it is taken back while the next question is still being fetched", async () => {
  const labels = [5, 6, 7];
  let answer: (question: ReviewQuestion | null) => void = () => {};
  const firsts: (number | undefined)[] = [];
  const { session } = setUp(labels, {
    next: (_skipped, first) => {
      firsts.push(first);
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
  });
  const begun = session.next();
  await settled();
  answer(question(5));
  await begun;
  session.decided(5, "accepted");
  await settled();
  expect(session.state).toMatchObject({ kind: "asking" });
  session.undone(5);
  await session.askAgain(5);
  answer(question(6));
  await settled();
  answer(question(5));
  await settled();
  expect(firsts).toEqual([undefined, undefined, 5]);
  expect(session.state).toMatchObject({ kind: "looking", question: { labelValue: 5 } });
});

it("brings back what this page has skipped once nothing else is left, and only when it is asked for", async () => {
  const labels = [5];
  const { session, said } = setUp(labels);
  await session.next();
  await session.skip();
  expect(said.slice(2)).toEqual(["skip 5", "next -> none", "show nothing"]);
  expect(session.state).toEqual({ kind: "empty", skipped: 1 });
  labels.push(5);
  await session.next();
  expect(session.state).toMatchObject({ kind: "looking", question: { labelValue: 5 } });
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
  session.decided(5, "accepted");
  await settled();
  expect(said).toContain("error: Ben is looking at this proposal now. Undo it.");
  expect(session.state).toMatchObject({ question: { labelValue: 6 } });
});

it("keeps what is decided while the server is away, and sends it in order when it is back", async () => {
  let isAway = true;
  const said: string[] = [];
  const tell = async (text: string) => {
    if (isAway) throw new TypeError("Failed to fetch");
    said.push(text);
  };
  const { session, said: shown } = setUp([5, 6], {
    decide: (label, decision) => tell(`${decision} ${label}`),
    undo: (label) => tell(`undo ${label}`),
    skip: (label) => tell(`skip ${label}`),
  });
  await session.next();
  session.decided(5, "accepted");
  session.undone(5);
  session.decided(5, "rejected");
  await vi.advanceTimersByTimeAsync(60_000);
  expect([said, session.getWaitingDecisions(), session.state.kind]).toEqual([[], 3, "idle"]);
  expect(shown.filter((text) => text.startsWith("error"))).toEqual([]);
  expect(shown.at(-1)).toContain("What you decided is kept on this computer");
  isAway = false;
  await vi.advanceTimersByTimeAsync(4000);
  expect([said, session.getWaitingDecisions()]).toEqual([["accepted 5", "undo 5", "rejected 5"], 0]);
  await session.next();
  expect(session.state).toMatchObject({ question: { labelValue: 6 } });
});

it("sends what an earlier page could not, once it may decide, and nothing before", async () => {
  const decisions = memory();
  const first = setUp([5], { decisions, decide: () => Promise.reject(new TypeError("Failed to fetch")) });
  await first.session.next();
  first.session.decided(5, "corrected");
  await settled();
  first.session.close();
  await vi.advanceTimersByTimeAsync(60_000);
  const second = setUp([], { decisions });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(second.said).toEqual([]);
  second.session.start();
  await settled();
  expect([second.said, decisions.kept]).toEqual([["corrected 5"], "[]"]);
});

it("lets one decision that the server refuses not hold up the others", async () => {
  const refusal = new Problem({ tag: "proposal-held", what: "Ben is looking at this proposal now." });
  const { session, said } = setUp([], {
    decide: async (label) => {
      said.push(`decide ${label}`);
      if (label === 7) throw refusal;
    },
  });
  session.decided(7, "accepted");
  session.decided(8, "accepted");
  await settled();
  expect([said, session.getWaitingDecisions()]).toEqual([
    ["decide 7", "error: Ben is looking at this proposal now.", "decide 8"],
    0,
  ]);
});
