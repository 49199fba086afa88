import { describe, expect, it } from "vitest";
import { type Role, roles } from "../roles.ts";
import type { VoxelBox, Zyx } from "../volume/voxel-space.ts";
import { deskRole, layerLetter, studyActObjection, studyActs, studyObjection, studyStates } from "./blind-study.ts";

const shapeZyx: Zyx = [80, 700, 900];
const box: VoxelBox = { minZyx: [4, 10, 20], maxZyx: [20, 110, 220] };
const members = [
  ...["ada", "ben", "cleo", "dan"].map((userId) => ({ userId, role: "annotator" as const })),
  { userId: "eve", role: "viewer" as const },
  { userId: "olga", role: "owner" as const },
  ...Array.from({ length: 13 }, (_, i) => ({ userId: `student ${i}`, role: "annotator" as const })),
];
const plan = { box, annotatorIds: ["ada", "ben"], adjudicatorId: "olga" };
const students = members.filter(({ userId }) => userId.startsWith("student")).map(({ userId }) => userId);

it("a plan with two members who label, a third who judges, and a box of the volume has nothing against it", () =>
  expect(studyObjection(plan, shapeZyx, members)).toBeNull());

it.each([
  ["one person", { annotatorIds: ["ada"] }, "annotators"],
  ["somebody twice", { annotatorIds: ["ada", "ben", "ada"] }, "annotators"],
  ["thirteen people", { annotatorIds: students }, "annotators"],
  ["a viewer who draws", { annotatorIds: ["ada", "eve"] }, "annotators"],
  ["a stranger who draws", { annotatorIds: ["ada", "nobody"] }, "annotators"],
  ["an adjudicator who draws", { adjudicatorId: "ada" }, "adjudicator"],
  ["a viewer who judges", { adjudicatorId: "eve" }, "adjudicator"],
  ["a box without a voxel", { box: { minZyx: [4, 10, 20], maxZyx: [4, 110, 220] } }, "box"],
  ["a box beyond the volume", { box: { minZyx: [4, 10, 20], maxZyx: [81, 110, 220] } }, "box"],
  ["a box too large", { box: { minZyx: [0, 0, 0], maxZyx: [80, 700, 900] } }, "box"],
  [
    "a box too large for so many",
    { annotatorIds: students.slice(0, 12), box: { minZyx: [0, 0, 0], maxZyx: [60, 400, 400] } },
    "box",
  ],
] as const)("%s is refused at its field", (_what, change, field) =>
  expect(studyObjection({ ...plan, ...change }, shapeZyx, members)?.field).toBe(field),
);

describe("who sits at a desk", () => {
  const sit = (
    state: (typeof studyStates)[number],
    projectRole: Role | null,
    isAnnotator = false,
    isAdjudicator = false,
  ) => deskRole(state, { projectRole, isAnnotator, isAdjudicator });

  it("while it is drawn: its annotator alone, whoever else they are; an owner does not look in", () => {
    for (const role of roles) expect(sit("drawing", role), role).toBeNull();
    for (const role of roles) expect(sit("drawing", role, false, true), role).toBeNull();
    expect(roles.map((role) => sit("drawing", role, true))).toEqual(["viewer", "annotator", "annotator", "annotator"]);
  });

  it("afterwards nobody draws; its annotator, the adjudicator and owners look", () => {
    for (const state of studyStates.filter((one) => one !== "drawing")) {
      expect(roles.map((role) => sit(state, role))).toEqual([null, null, null, "viewer"]);
      expect(roles.map((role) => sit(state, role, true))).toEqual(Array(4).fill("viewer"));
      expect(roles.map((role) => sit(state, role, false, true))).toEqual(Array(4).fill("viewer"));
    }
  });

  it("who is no member any more sits nowhere", () => {
    for (const state of studyStates) expect(sit(state, null, true, true)).toBeNull();
  });
});

it("acts: owners close and delete, the adjudicator proposes and finishes what is compared; nothing goes back", () => {
  const allowed = studyActs.map((act) =>
    studyStates.flatMap((state) =>
      (
        [
          ["owner", { userId: "olga", role: "owner" }],
          ["adjudicator", { userId: "dan", role: "annotator" }],
          ["annotator", { userId: "ada", role: "annotator" }],
        ] as const
      ).flatMap(([name, who]) =>
        studyActObjection(act, { state, adjudicatorId: "dan" }, who) === null ? [`${name} ${act} ${state}`] : [],
      ),
    ),
  );
  expect(allowed).toEqual([
    ["owner close drawing"],
    ["adjudicator propose compared"],
    ["adjudicator finish compared"],
    studyStates.map((state) => `owner remove ${state}`),
  ]);
});

it("layers are called by letters", () => expect([0, 1, 11].map(layerLetter)).toEqual(["A", "B", "L"]));
