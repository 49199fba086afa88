import { expect, it } from "vitest";
import { progressOf, whoOf } from "./volume-progress.ts";

const nobody = { doneAt: null, doneBy: null, workedOnBy: null, nuclei: null };

it("a volume is to do until somebody changes its labels or brings some, and done when somebody says so", () => {
  expect(progressOf(nobody)).toBe("to-do");
  expect(progressOf({ ...nobody, nuclei: 0 })).toBe("to-do");
  expect(progressOf({ ...nobody, nuclei: 3 })).toBe("in-work");
  const begun = { ...nobody, nuclei: 0, workedOnBy: "Ada" };
  expect([progressOf(begun), whoOf(begun)]).toEqual(["in-work", "Ada"]);
  const done = { ...begun, doneAt: new Date(), doneBy: "Ben" };
  expect([progressOf(done), whoOf(done)]).toEqual(["done", "Ben"]);
});
