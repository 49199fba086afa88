import { expect, it } from "vitest";
import { agreementSchema, type FrozenAgreement } from "../frozen/agreement-schema.ts";
import type { DatasetDescription } from "../frozen/dataset-description.ts";
import { agreementWords } from "./agreement-words.ts";

const VOLUME_ID = "00000000-0000-4000-8000-000000000003";
const pair = { matched: 9, onlyFirst: 1, onlySecond: 2, meanIou: 0.8, meanDice: 0.88, hausdorff95Um: 1.5 };
const agreement: FrozenAgreement = {
  volumeId: VOLUME_ID,
  box: { minZyx: [2, 10, 40], maxZyx: [16, 60, 84] },
  annotators: 3,
  beginsWith: "nothing",
  pairs: [
    { ...pair, f1: 0.9, surfaceUm: 0.25 },
    { ...pair, f1: 0.6, surfaceUm: null },
    { ...pair, f1: 0.75, surfaceUm: 0.75 },
  ],
  kappa: 0.5,
  alpha: null,
  model: [{ ...pair, f1: 0.7, surfaceUm: 1 }],
  nuclei: [
    { centroidZyx: [3, 12, 50], agreed: 3 },
    { centroidZyx: [5, 30, 60], agreed: 1 },
  ],
  consensus: "staple",
  adjudicated: true,
};
const described = (change: Partial<DatasetDescription>) =>
  ({ volumes: [{ id: VOLUME_ID, fileName: "embryo-1-left" }], ...change }) as unknown as DatasetDescription;

it("has a row for each study, with means, extremes and dashes where there is nothing to say", () => {
  const words = agreementWords(described({ agreement: [agreementSchema.parse(agreement)] }));
  const row = words.split("\n").find((line) => line.startsWith("| embryo-1-left"));
  expect(row?.split("|").map((cell) => cell.trim())).toEqual([
    ...["", "embryo-1-left", "z 2–16, y 10–60, x 40–84", "3", "nothing", "2", "1"],
    ...["0.75 (0.60 to 0.90)", "0.80 (0.80 to 0.80)", "0.50 (0.25 to 0.75)", "0.50", "–", "0.70 (0.70 to 0.70)", ""],
  ]);
  const columns = words.split("\n").find((line) => line.startsWith("| file"));
  expect(columns?.split("|")).toHaveLength(row?.split("|").length ?? 0);
});

it("says nothing where nobody drew blind", () => {
  expect(agreementWords(described({}))).toBe("");
  expect(agreementWords(described({ agreement: [] }))).toBe("");
});

it("has no room for who it was", () => {
  const named = { ...agreement, people: ["Ada"], pairs: [{ ...agreement.pairs[0], first: "Ada" }] };
  expect(JSON.stringify(agreementSchema.parse(named))).not.toContain("Ada");
});
