import { expect, it } from "vitest";
import { leftOutWords } from "./shape-distributions.tsx";

it("nuclei that are in no plot are counted by reason", () => {
  expect(leftOutWords({ cut: 0, "under-resolved": 0, "not-measured": 0 })).toBe("");
  expect(leftOutWords({ cut: 1200, "under-resolved": 2, "not-measured": 0 })).toBe(
    "Left out: 1,200 cut by the border of their volume; 2 too few slices thick for a surface.",
  );
});
