import { expect, it } from "vitest";
import type { VolumeDraft } from "../import-draft.ts";
import { fillDraft, patternObjection } from "./fill-drafts.ts";

const draft: VolumeDraft = {
  name: "Emb07_t401",
  specimen: "",
  image: { uploadId: "u", image: "stack", channel: 0, time: 0 },
  voxelSizeZyx: ["", "", ""],
  labels: null,
};

it("takes the specimen out of each name: the first group, else all that is found, else nothing changes", () => {
  const specimen = (pattern: string) => fillDraft(draft, { kind: "specimen-pattern", pattern }).specimen;
  expect(specimen("^(Emb[0-9]+)_")).toBe("Emb07");
  expect(specimen("Emb[0-9]+")).toBe("Emb07");
  expect(specimen("^Organoid")).toBe("");
  expect(patternObjection("(")).toMatch(/Unterminated|Invalid/);
  expect(patternObjection("^a")).toBeNull();
});

it("fills in a specimen and a voxel size for all", () => {
  expect(fillDraft(draft, { kind: "specimen", text: "embryo 1" }).specimen).toBe("embryo 1");
  expect(fillDraft(draft, { kind: "voxel-size", fields: ["2", "0.5", "0.4"] }).voxelSizeZyx).toEqual([
    "2",
    "0.5",
    "0.4",
  ]);
});
