import { describe, expect, it } from "vitest";
import { parseEvaluateOptions } from "./evaluate-options.ts";

describe("the options of evaluate", () => {
  it("take several prefixes after one name", () => {
    expect(
      parseEvaluateOptions(
        "--train a b --seed 3 --test c d e --minutes 1.5 --engine wasm --voxel-size 2,0.5,0.4 --json out".split(" "),
      ),
    ).toEqual({
      train: ["a", "b"],
      test: ["c", "d", "e"],
      labels: null,
      outline: null,
      method: "network",
      from: "nothing",
      budget: { minutes: 1.5 },
      seed: 3,
      engine: "wasm",
      voxelSizeZyx: [2, 0.5, 0.4],
      saveFolder: null,
      jsonFile: "out",
    });
  });

  it("have defaults, a budget in steps, and help", () => {
    expect(parseEvaluateOptions(["--train", "a", "--test", "b"])).toMatchObject({ budget: { minutes: 6 }, seed: 0 });
    expect(parseEvaluateOptions(["--train", "a", "--test", "b", "--steps", "7"])?.budget).toEqual({ maxSteps: 7 });
    expect(parseEvaluateOptions(["--help"])).toBeNull();
    const few = parseEvaluateOptions("--train a --test b --labels 5 --outline 3".split(" "));
    expect(few).toMatchObject({ labels: 5, outline: 3, from: "product" });
    const none = parseEvaluateOptions("--test b --labels 0".split(" "));
    expect(none).toMatchObject({ train: [], labels: 0, outline: null });
    const fresh = parseEvaluateOptions("--train a --test b --labels 5 --from nothing".split(" "));
    expect(fresh?.from).toBe("nothing");
    const forest = parseEvaluateOptions("--train a --test b --labels 5 --method forest --save there".split(" "));
    expect(forest).toMatchObject({ method: "forest", from: "nothing", labels: 5, saveFolder: "there" });
  });

  it.each([
    "",
    "--train a",
    "--train a --test b --minutes 0",
    "--train a --test b --steps 1.5",
    "--train a --test b --steps 2 --minutes 2",
    "--train a --test b --engine gpu",
    "--train a --test b --voxel-size 1,2",
    "--train a --test b --seed x",
    "--train a --test b --nonsense",
    "--train a --test b --labels -1",
    "--train a --test b --labels 0 --from nothing",
    "--train a --test b --from elsewhere",
    "--test b --labels 0 --outline 3",
    "--train a --test b --method trees",
    "--train a --test b --method forest --steps 5",
    "--train a --test b --method forest --engine wasm",
    "--train a --test b --method forest --from product",
    "--train a --test b --method forest --labels 0",
  ])("refuse: %s", (line) => {
    expect(() => parseEvaluateOptions(line.split(" ").filter(Boolean))).toThrow(
      expect.objectContaining({ tag: "wrong-arguments" }),
    );
  });
});
