import { expect, it } from "vitest";
import { boxText } from "../../viewer/overlay/overlay-style.ts";
import type { EditorBox } from "../editor-contract.ts";
import { shownBoxes } from "./shown-boxes.ts";

const boxOf = (x: number) => ({ minZyx: [1, 2, x], maxZyx: [5, 9, x + 20] }) as const;
const saved: readonly EditorBox[] = (["fully-labelled", "validation", "checked-empty"] as const).map((kind, at) => ({
  id: `box-${at}`,
  kind,
  box: boxOf(at * 30),
  by: "Ada",
  createdAt: "",
}));

/** What stands beside each box in the panes. */
const texts = (now: Partial<Parameters<typeof shownBoxes>[1]>) =>
  shownBoxes(saved, { draftBox: null, changedBox: null, selectedBoxId: null, ...now }).map(boxText);

it("a drawn box is a new one, a changed one says what it is, and stands for the saved one", () => {
  expect(texts({})).toEqual(["fully labelled", "validation", "checked empty"]);
  expect(texts({ draftBox: boxOf(7) })).toEqual(["fully labelled", "validation", "checked empty", "new box"]);
  expect(texts({ draftBox: boxOf(7), changedBox: saved[1] })).toEqual([
    "fully labelled",
    "checked empty",
    "validation, being changed",
  ]);
  expect(shownBoxes([], { draftBox: null, changedBox: null, selectedBoxId: null }, boxOf(3)).map(boxText)).toEqual([
    "task",
  ]);
  const [, , draft] = shownBoxes(saved, { draftBox: boxOf(7), changedBox: saved[1], selectedBoxId: null });
  expect(draft).toMatchObject({ box: boxOf(7), kind: "draft", selected: true });
});
