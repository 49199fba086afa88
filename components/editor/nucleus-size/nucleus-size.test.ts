import { beforeEach, expect, it } from "vitest";
import { Problem } from "../../../core/problem.ts";
import { openEditor } from "../testing/editor-stage.ts";
import { maySayNucleusSize, measuredBall, sayNucleusSize } from "./nucleus-size.ts";

let stage: ReturnType<typeof openEditor>;
beforeEach(() => {
  stage = openEditor();
});

it("a nucleus lies round the middle of what is measured, and is as wide, however thick slices are", () => {
  const space = { voxelSizeZyx: [2, 0.5, 0.4] as const };
  // 6 µm along z and 8 µm along x.
  const measured = { fromZyx: [4.5, 9, 10], toZyx: [7.5, 9, 30] } as const;
  expect(measuredBall(measured, space, null)).toEqual({ centreZyx: [6, 9, 20], diameterUm: 10, isSaid: false });
  expect(measuredBall(measured, space, 10)?.isSaid).toBe(true);
  expect(measuredBall({ ...measured, toZyx: null }, space, 10)).toBeNull();
});

it("what is kept is what is read, and is taken back by nothing", async () => {
  const { editor, said, messages } = stage;
  await sayNucleusSize(editor, 12.4378);
  await sayNucleusSize(editor, null);
  expect(said).toEqual([12.4, null]);
  expect(messages.map(({ tone }) => tone)).toEqual(["info", "info"]);
  expect(messages[0].text).toContain("12.4 µm wide");
});

it("what no nucleus can be is refused in words, and so is what the server refuses", async () => {
  const { editor, said, messages } = stage;
  await sayNucleusSize(editor, 0.7);
  expect(said).toEqual([]);
  expect(messages.at(-1)).toMatchObject({ tone: "error", text: expect.stringContaining("0.8 µm to 40 µm") });
  Object.assign(editor.props(), {
    setNucleusDiameter: () => Promise.reject(new Problem({ tag: "offline", what: "The server cannot be reached." })),
  });
  await sayNucleusSize(editor, 9);
  expect(messages.at(-1)).toEqual({ tone: "error", text: "The server cannot be reached." });
});

it("is said by whoever labels, not by whoever looks", () => {
  expect((["viewer", "annotator", "reviewer", "owner"] as const).map((role) => maySayNucleusSize({ role }))).toEqual([
    false,
    true,
    true,
    true,
  ]);
});
