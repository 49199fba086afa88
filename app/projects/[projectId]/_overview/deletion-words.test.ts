import { expect, it } from "vitest";
import { deletionWords } from "./deletion-words.ts";

const nothing = { nuclei: 0, people: 0, boxes: 0, proposals: 0, models: 0, versions: [] };

it("says what goes with a volume and what keeps its part of it", () => {
  expect(deletionWords(nothing)).toBe(
    "For everybody and for good go its image. No dataset version holds it: freeze one first for what you want to keep.",
  );
  expect(deletionWords({ nuclei: 1234, people: 1, boxes: 2, proposals: 1, models: 1, versions: [2] })).toBe(
    "For everybody and for good go its image, 1,234 labelled nuclei, the history of what 1 person painted, 2 boxes and 1 open proposal. " +
      "Dataset version v2 holds it and stays whole. 1 model that learned from it stays as it is.",
  );
  expect(deletionWords({ ...nothing, nuclei: null, models: 3, versions: [1, 4] })).toBe(
    "For everybody and for good go its image and all its labels. Dataset versions v1 and v4 hold it and stay whole. " +
      "3 models that learned from it stay as they are.",
  );
});
