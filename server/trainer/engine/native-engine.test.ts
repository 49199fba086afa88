import { describe, expect, it } from "vitest";
import { restoreRemovedNodeFunctions } from "./native-engine.ts";

describe("functions that Node 23 removed", () => {
  it("are given back, and only those", () => {
    const own = () => true;
    const util: Record<string, unknown> = { isArray: own };
    restoreRemovedNodeFunctions(util);
    expect(util.isArray).toBe(own);
    const isNullOrUndefined = util.isNullOrUndefined as (value: unknown) => boolean;
    expect([null, undefined, 0, ""].map(isNullOrUndefined)).toEqual([true, true, false, false]);
    const fresh: Record<string, unknown> = {};
    restoreRemovedNodeFunctions(fresh);
    expect((fresh.isArray as (value: unknown) => boolean)([])).toBe(true);
  });
});
