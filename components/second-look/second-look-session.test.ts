import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Problem } from "../../core/problem.ts";
import type { SecondLookPorts, SecondLookQuestion } from "./second-look-contract.ts";
import { SecondLookSession } from "./second-look-session.ts";

const question = (label: number): SecondLookQuestion => ({
  label,
  box: { minZyx: [0, 0, 0], maxZyx: [2, 4, 6] },
  voxels: 40,
  className: null,
  status: "accepted",
  by: "Ada",
  fingerprint: `as asked ${label}`,
});

/** A server with these nuclei, and a list of everything that was said to it and to the editor. */
function setUp(labels: number[], change: Partial<SecondLookPorts> = {}) {
  const said: string[] = [];
  const ports: SecondLookPorts = {
    async next(skipped) {
      const label = labels.find((one) => !skipped.includes(one));
      said.push(`next -> ${label ?? "none"}`);
      return label === undefined ? null : question(label);
    },
    async keep(label) {
      said.push(`keep ${label}`);
      return true;
    },
    release: () => said.push("release"),
    approve: async ({ label, fingerprint }) => void said.push(`approve ${label} ${fingerprint}`),
    sendBack: async ({ label }, note) => void said.push(`send back ${label}: ${note}`),
    takeBack: async (label) => void said.push(`take back ${label}`),
    answer: async () => {},
    look: async (label) => ({ fingerprint: `as it is now ${label}`, isOwn: false, said: [] }),
    problemOf: (error) => (error as Problem).toJSON(),
    ...change,
  };
  let selectedLabel = 0;
  const session = new SecondLookSession(
    {
      view: { get: () => ({ selectedLabel }) },
      select(label) {
        selectedLabel = label;
        said.push(`select ${label}`);
      },
      nameOf: (label) => `nucleus ${label}`,
      flyToBox: () => {},
      correct: (label) => said.push(`correct ${label}`),
      showProposal: () => {},
      notify: ({ tone, text }) => said.push(`${tone}: ${text}`),
    },
    ports,
  );
  const select = (label: number) => {
    selectedLabel = label;
  };
  return { session, said, select };
}

const isLooking = (session: SecondLookSession) => vi.waitFor(() => expect(session.isLooking).toBe(true));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("goes on to the next one after a verdict, which can be taken back, and asks skipped ones again in the end", async () => {
  const labels = [7, 8];
  const { session, said } = setUp(labels);
  session.next();
  await isLooking(session);
  labels.shift();
  await session.approve();
  expect(session.getState()).toMatchObject({ kind: "looking", question: { label: 8 } });
  session.skip();
  await vi.waitFor(() => expect(session.getState()).toEqual({ kind: "empty", skipped: 1 }));
  session.next();
  await isLooking(session);
  await session.takeLastBack();
  expect(session.getLast()).toBeNull();
  expect(said).toEqual([
    "next -> 7",
    "select 7",
    "approve 7 as asked 7",
    "next -> 8",
    "select 8",
    "next -> none",
    "next -> 8",
    "select 8",
    "take back 7",
    "select 7",
  ]);
});

it("what was changed meanwhile is looked at again, and approved as it is then", async () => {
  let isChanged = true;
  const given: string[] = [];
  const { session, said } = setUp([7], {
    async approve({ fingerprint }) {
      if (isChanged) throw new Problem({ tag: "nucleus-changed", what: "It was changed." });
      given.push(fingerprint);
    },
  });
  session.next();
  await isLooking(session);
  await session.approve();
  expect(session.getState()).toMatchObject({ kind: "looking", question: { fingerprint: "as it is now 7" } });
  isChanged = false;
  await session.approve();
  expect(given).toEqual(["as it is now 7"]);
  expect(said).toContain("error: It was changed.");
});

it("keeps its nucleus while it looks, and lets go of it when it corrects, turns away or closes", async () => {
  const { session, said } = setUp([7]);
  session.choose(true);
  session.next();
  await isLooking(session);
  await vi.advanceTimersByTimeAsync(31_000);
  session.answer("rejected");
  expect(session.getState()).toMatchObject({ kind: "looking", isWriting: true });
  session.answer("corrected");
  await vi.advanceTimersByTimeAsync(31_000);
  expect(said.slice(2)).toEqual([
    "keep 7",
    "keep 7",
    "release",
    "correct 7",
    "info: It is yours once you change it: somebody else looks at it then.",
  ]);
  for (const leave of [() => session.choose(false), () => session.close()]) {
    session.next();
    await isLooking(session);
    said.length = 0;
    leave();
    expect([said, session.getState().kind]).toEqual([["release"], "idle"]);
  }
});

it("a server that cannot be reached leaves the nucleus on the screen", async () => {
  const { session, said } = setUp([7], {
    sendBack: () => Promise.reject(new Problem({ tag: "offline", what: "The server cannot be reached." })),
  });
  session.next();
  await isLooking(session);
  await session.sendBack("Two in one.");
  expect(session.isLooking).toBe(true);
  expect(session.getBusy()).toBe(false);
  expect(said.at(-1)).toBe("error: The server cannot be reached.");
});

it("a key answers of the nucleus that is seen: after a click on another one it leads back first", async () => {
  const { session, said, select } = setUp([7]);
  session.next();
  await isLooking(session);
  select(9);
  session.answer("accepted");
  expect(said.slice(2)).toEqual(["select 7", "info: Back at nucleus 7: press the key again to answer."]);
  session.answer("accepted");
  await vi.waitFor(() => expect(said).toContain("approve 7 as asked 7"));
});
