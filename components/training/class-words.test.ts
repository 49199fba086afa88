import { expect, it } from "vitest";
import { classAdvice } from "./class-words.ts";

it("says what is missing for classes to be proposed, and nothing where nothing is", () => {
  expect(classAdvice(null)[0]).toContain("from 5 nuclei of each of two classes on");
  expect(classAdvice({ given: [], measured: null })).toEqual(classAdvice(null));
  const given = [
    { name: "interphase", nuclei: 31 },
    { name: "mitotic", nuclei: 1 },
  ];
  expect(classAdvice({ given, measured: null })[0]).toContain("saw: interphase (31 nuclei), mitotic (1 nucleus).");
  const measured = {
    classes: ["interphase", "late"],
    counts: [
      [1, 0],
      [0, 1],
    ],
    by: "nucleus" as const,
  };
  expect(classAdvice({ given, measured })[0]).toMatch(/Not proposed.*: mitotic \(1 nucleus\)\.$/);
  expect(classAdvice({ given: [given[0], { name: "late", nuclei: 9 }], measured })).toEqual([]);
});
