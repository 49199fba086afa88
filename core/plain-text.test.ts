import { expect, it } from "vitest";
import { plainProblem } from "./plain-problem.ts";
import { plainText } from "./plain-text.ts";

it.each([
  ["GPU 0: NVIDIA H100", "GPU 0: NVIDIA H100"],
  ["Zellkern µm³ 核 🔬", "Zellkern µm³ 核 🔬"],
  ["one\r\ntwo", "one two"],
  ["\u001b[2Jcleared", "[2Jcleared"],
  ["a\u0000b\u007fc\u009bd", "a b c d"],
  ["left\u202eright\u2066x", "left right x"],
  ["half \ud800 pair", "half   pair"],
])("makes %j plain", (text, plain) => {
  expect(plainText(text, 100)).toBe(plain);
});

it("bounds the length without leaving half a character", () => {
  expect(plainText("x".repeat(300), 200)).toHaveLength(200);
  expect(plainText("ab🔬", 3)).toBe("ab");
});

it("makes every field of a problem plain", () => {
  expect(plainProblem({ tag: "t\n", what: "x".repeat(9000), where: "a\u0007b" })).toEqual({
    tag: "t",
    what: "x".repeat(2000),
    where: "a b",
    hint: undefined,
  });
});
