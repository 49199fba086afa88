import { describe, expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import { RecordKind } from "../sync/record/record.ts";
import { type MetaFieldName, metaFieldNumber } from "../sync/record/record-codec.ts";
import { type ContributingRecord, ContributionBook } from "./contributions.ts";
import { type NucleusFacts, peopleOfNucleus } from "./nucleus-people.ts";

let position = 0;
const seqOf = new Map<number, number>();
const sessions: Readonly<Record<string, number>> = { ada: 1, bo: 2, cy: 3, importer: 4 };

type Said = Pick<ContributingRecord, "kind" | "labels"> & Partial<ContributingRecord>;

/** Records of one act of a person, as their page numbers them. */
const act = (who: string, ...said: Said[]): ContributingRecord[] =>
  said.map((one) => {
    const session = sessions[who];
    seqOf.set(session, (seqOf.get(session) ?? 0) + 1);
    return { session, seq: seqOf.get(session) ?? 0, position: ++position, userId: who, isUndone: false, ...one };
  });

const paint = (...labels: number[]): Said => ({ kind: RecordKind.paint, labels });
const field = (label: number, name: MetaFieldName, value: string | null): Said => ({
  kind: RecordKind.meta,
  labels: [label],
  field: metaFieldNumber(name),
  value,
});
const take = (who: string, label: number, status: "accepted" | "corrected" = "accepted") =>
  act(who, paint(label), paint(label), field(label, "status", status), field(label, "origin", "p/1"));
const undone = (records: readonly ContributingRecord[]) => records.map((one) => ({ ...one, isUndone: true }));

/** Read session by session, as the database hands them out. */
function contributionsOf(records: readonly ContributingRecord[]) {
  const book = new ContributionBook();
  for (const one of records.toSorted((a, b) => a.session - b.session || a.seq - b.seq)) book.add(one);
  return book.finish();
}

const told = (label: number, records: readonly ContributingRecord[], facts: Partial<NucleusFacts> = {}) =>
  peopleOfNucleus({
    contributions: contributionsOf(records).filter((one) => one.label === label),
    isDrawn: true,
    hasClass: false,
    authors: [],
    lastTouchedBy: records.at(-1)?.userId ?? null,
    ...facts,
  });

const nobody = { drew: [], corrected: [], accepted: [], classified: [] };

describe("who did what to a nucleus", () => {
  it("giving a class, a note or a finger to look at it is not drawing", () => {
    const records = [
      ...act("ada", paint(7)),
      ...act("bo", field(7, "class", "mitotic")),
      ...act("cy", field(7, "class", "dead"), field(7, "note", "?")),
    ];
    expect(told(7, records, { hasClass: true })).toEqual({
      ...nobody,
      drew: ["ada"],
      classified: ["cy"],
      annotator: "ada",
    });
    const cleared = [...records, ...act("bo", field(7, "class", null))];
    expect(told(7, cleared).classified).toEqual([]);
    expect(told(7, act("bo", field(7, "class", "mitotic")), { isDrawn: false, hasClass: true })).toEqual({
      ...nobody,
      classified: ["bo"],
      annotator: null,
    });
  });

  it("accepting a proposal is not drawing, and painting in it afterwards is correcting", () => {
    const accepted = take("ada", 7);
    expect(told(7, accepted, { isDrawn: false })).toEqual({ ...nobody, accepted: ["ada"], annotator: "ada" });
    const changed = [...accepted, ...act("bo", paint(7))];
    expect(told(7, changed, { isDrawn: false })).toEqual({
      ...nobody,
      accepted: ["ada"],
      corrected: ["bo"],
      annotator: "bo",
    });
    expect(told(7, take("ada", 7, "corrected"), { isDrawn: false })).toMatchObject({ corrected: ["ada"], drew: [] });
  });

  it("several proposals accepted in one act are each of their own records", () => {
    const records = [...take("ada", 7), ...take("ada", 8), ...act("ada", paint(9)), ...take("ada", 10)];
    expect(told(8, records, { isDrawn: false })).toMatchObject({ accepted: ["ada"], corrected: [] });
    expect(told(9, records)).toMatchObject({ drew: ["ada"], accepted: [] });
    expect(told(10, records, { isDrawn: false })).toMatchObject({ accepted: ["ada"], corrected: [] });
  });

  it("the first who painted drew, others corrected; who finished it accepted it", () => {
    const records = [
      ...act("bo", paint(7)),
      ...act("ada", paint(7, 9)),
      ...act("bo", paint(7)),
      ...act("cy", field(7, "status", "unfinished")),
      ...act("ada", field(7, "status", "accepted")),
    ];
    expect(told(7, records)).toEqual({
      drew: ["bo"],
      corrected: ["ada"],
      accepted: ["ada"],
      classified: [],
      annotator: "ada",
    });
  });

  it("what was undone, rejected or imported was not done", () => {
    const records = [...act("ada", paint(7)), ...undone(act("bo", paint(7), field(7, "class", "dead")))];
    expect(told(7, records)).toEqual({ ...nobody, drew: ["ada"], annotator: "ada" });
    const fromFile = act("importer", paint(7), field(7, "origin", "import"), field(7, "class", "dead"));
    expect(told(7, fromFile, { isDrawn: false, hasClass: true, authors: ["importer"] })).toEqual({
      ...nobody,
      annotator: null,
    });
    expect(told(7, [...fromFile, ...act("bo", paint(7))], { isDrawn: false, authors: ["importer", "bo"] })).toEqual({
      ...nobody,
      corrected: ["bo"],
      annotator: "bo",
    });
  });

  it("who erased from it or merged it corrected it", () => {
    const records = [...act("ada", paint(7)), ...act("bo", { kind: RecordKind.merge, labels: [7, 9] })];
    expect(told(7, records, { authors: ["ada", "bo", "cy"] })).toEqual({
      ...nobody,
      drew: ["ada"],
      corrected: ["bo", "cy"],
      annotator: "bo",
    });
  });

  it("of acts that nobody remembers, what the label's last touch says is told", () => {
    expect(told(7, [], { lastTouchedBy: "ada", authors: ["ada", "bo"] })).toEqual({
      ...nobody,
      drew: ["ada"],
      corrected: ["bo"],
      annotator: "ada",
    });
    expect(told(7, [], { lastTouchedBy: "ada", isDrawn: false })).toMatchObject({ accepted: ["ada"], drew: [] });
  });

  it("of a drawing that was forgotten, and classified since, those drew it of whom nothing else is known", () => {
    const records = act("cy", field(7, "class", "dead"));
    expect(told(7, records, { authors: ["ada", "cy"], hasClass: true, lastTouchedBy: "cy" })).toEqual({
      ...nobody,
      drew: ["ada"],
      classified: ["cy"],
      annotator: "ada",
    });
  });

  it("is the same whether acts are remembered, forgotten, or forgotten in parts", () => {
    const random = seededRandom(4);
    const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)];
    for (let round = 0; round < 40; round++) {
      const acts = Array.from({ length: 12 }, () => {
        const who = one(["ada", "bo", "cy"]);
        const made = one([
          () => act(who, paint(7)),
          // Nobody paints a label just before the proposal that has it is taken: it is nowhere until then.
          () => [...act(who, field(7, "note", "?")), ...take(who, 7)],
          () => act(who, field(7, "class", one(["dead", null]))),
          () => act(who, field(7, "status", one(["accepted", "unfinished"]))),
        ])();
        return random() < 0.2 ? undone(made) : made;
      });
      const cut = Math.floor(random() * 12);
      const [before, after] = [acts.slice(0, cut).flat(), acts.slice(cut).flat()];
      const facts = { isDrawn: random() < 0.5, hasClass: true, authors: ["ada"], lastTouchedBy: "bo" };
      const whole = contributionsOf(acts.flat());
      const parts = [...contributionsOf(before), ...contributionsOf(after)];
      expect(peopleOfNucleus({ ...facts, contributions: parts })).toEqual(
        peopleOfNucleus({ ...facts, contributions: whole }),
      );
    }
  });
});
