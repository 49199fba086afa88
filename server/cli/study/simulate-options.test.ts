import { expect, it } from "vitest";
import { parseSimulateOptions } from "./simulate-options.ts";

const parse = (line: string) => parseSimulateOptions(line.split(" ").filter(Boolean));

it("takes a plan, data and a folder, and portions of the work", () => {
  expect(parse("--plan p --data d --out o --only a --only b --max-runs 3 --engine wasm")).toEqual({
    plan: "p",
    data: "d",
    out: "o",
    only: ["a", "b"],
    maxRuns: 3,
    assist: false,
    engine: "wasm",
  });
  expect(parse("--plan p --data d --out o")).toMatchObject({ maxRuns: Number.POSITIVE_INFINITY, only: [] });
  expect(parse("--plan p --out o --assist")).toMatchObject({ assist: true });
  expect(parse("--help")).toBeNull();
});

it.each([
  "",
  "--plan p --data d",
  "--plan p --out o",
  "--plan p --data d --out o --max-runs 0",
  "--plan p --data d --out o --max-runs 1.5",
  "--plan p --data d --out o --max-runs many",
  "--plan p --data d --out o --engine gpu",
  "--plan p --data d --out o --nonsense",
])("refuses: %s", (line) => {
  expect(() => parse(line)).toThrow(expect.objectContaining({ tag: "wrong-arguments" }));
});
