import { describe, expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import { type HistoryLine, joinPages } from "./history-line.ts";
import { type HistoryRecord, linesOfRecords } from "./lines-of-records.ts";

const MINUTE_MS = 60_000;

const stroke = (change: Partial<HistoryRecord>): HistoryRecord => ({
  kind: 1,
  labels: [7],
  session: 1,
  seq: 1,
  position: 1,
  atMs: 0,
  userId: "ada",
  isUndone: false,
  voxels: 10,
  box: { minZyx: [0, 0, 0], maxZyx: [1, 2, 3] },
  ...change,
});

const told = (lines: readonly HistoryLine[]) =>
  lines.map(({ userId, turn, what, labels, acts }) => [userId, turn, what, labels.join("+"), acts].join(" "));

describe("lines of the history", () => {
  it("take strokes on one nucleus together until a pause, another nucleus, or another deed of the same person", () => {
    const lines = linesOfRecords([
      stroke({ seq: 1, position: 1 }),
      stroke({ userId: "ben", session: 2, position: 2, labels: [9] }),
      stroke({ seq: 2, position: 3, atMs: MINUTE_MS }),
      stroke({ seq: 3, position: 4, atMs: 4 * MINUTE_MS }),
      stroke({ seq: 4, position: 5, atMs: 4 * MINUTE_MS, labels: [0] }),
      stroke({ seq: 5, position: 6, atMs: 5 * MINUTE_MS }),
      stroke({ seq: 6, position: 7, atMs: 5 * MINUTE_MS, labels: [8] }),
    ]);
    expect(told(lines)).toEqual([
      "ada do painted 8 1",
      "ada do painted 7 1",
      "ada do erased  1",
      "ada do painted 7 1",
      "ada do painted 7 2",
      "ben do painted 9 1",
    ]);
    expect(lines[4].spans).toEqual([{ session: 1, first: 1, last: 2 }]);
  });

  it("end where somebody else touches the same nucleus, by its number or by erasing at its place", () => {
    const others = (change: Partial<HistoryRecord>) =>
      told(
        linesOfRecords([
          stroke({ seq: 1, position: 1 }),
          stroke({ userId: "ben", session: 2, position: 2, ...change }),
          stroke({ seq: 2, position: 3 }),
        ]),
      ).filter((text) => text.startsWith("ada"));
    const split = ["ada do painted 7 1", "ada do painted 7 1"];
    const far = { minZyx: [5, 5, 5], maxZyx: [6, 7, 8] } as const;
    expect(others({ labels: [7], box: far })).toEqual(split);
    expect(others({ labels: [0] })).toEqual(split);
    expect(others({ labels: [0], box: far })).toEqual(["ada do painted 7 2"]);
  });

  it("say a decision on a proposal as one deed, done and undone, and an import as one", () => {
    const decision = (kinds: Partial<HistoryRecord>[], seq: number): HistoryRecord[] =>
      kinds.map((kind, i) => stroke({ ...kind, seq: seq + i, position: seq, labels: [40] }));
    const facts = [
      { kind: 1, labels: [40] },
      { kind: 4, labels: [40], field: 1, value: "accepted" },
      { kind: 4, labels: [40], field: 5, value: "p/40" },
    ];
    const lines = linesOfRecords([
      ...decision(facts, 1),
      ...facts.map((target, i) => stroke({ kind: 2, seq: 10 + i, position: 10, labels: [], target })),
      stroke({ kind: 4, seq: 20, position: 20, field: 1, value: "rejected", labels: [41] }),
      ...[50, 51, 52].map((label, i) =>
        stroke({ kind: 4, seq: 30 + i, position: 30, field: 5, value: "import", labels: [label] }),
      ),
      stroke({ kind: 2, seq: 40, position: 40, labels: [], target: null }),
    ]);
    expect(told(lines)).toEqual([
      "ada undo note  1",
      "ada do imported 50+51+52 3",
      "ada do rejected 41 1",
      "ada undo accepted 40 1",
      "ada do accepted 40 1",
    ]);
  });

  it("are the same whether they are read at once or on pages", () => {
    const random = seededRandom(5);
    const upTo = (n: number) => Math.floor(random() * n);
    const seqs = [0, 0, 0];
    let atMs = 0;
    const records = Array.from({ length: 400 }, (_, i) => {
      const person = upTo(3);
      atMs += upTo(90_000);
      return stroke({
        userId: ["ada", "ben", "cleo"][person],
        session: person + 1,
        seq: ++seqs[person],
        position: i + 1,
        atMs,
        labels: [upTo(4)],
      });
    });
    const cuts = [0, 37, 38, 150, 266, 400];
    const pages = cuts.slice(1).map((end, i) => linesOfRecords(records.slice(cuts[i], end)));
    const joined = joinPages(pages.reverse());
    expect(joined).toEqual(linesOfRecords(records));
    expect(joined.reduce((sum, { records: count }) => sum + count, 0)).toBe(400);
  });
});
