import { expect, it } from "vitest";
import { sampleAt } from "../../tools/testing/tool-stage.ts";
import { runCommand } from "../editor-commands.ts";
import { openEditor } from "../testing/editor-stage.ts";
import { linkToView } from "./place-commands.ts";
import { viewOfHash } from "./view-link.ts";

it("the crosshair moves by keys along the axes of the pane under the pointer, and to the pointer", () => {
  const { editor, view, messages } = openEditor();
  view.set({ crosshairZyx: [10.2, 35.5, 45.5] });
  runCommand(editor, "place.right");
  runCommand(editor, "place.up");
  runCommand(editor, "view.sliceOn");
  expect(view.get().crosshairZyx).toEqual([11.5, 34.5, 46.5]);
  runCommand(editor, "place.pointer");
  expect(messages.at(-1)?.text).toMatch(/no voxel/);
  editor.hovered = { ...sampleAt([3, 50, 33]), pane: "yz" };
  runCommand(editor, "place.right"); // z runs to the right there
  runCommand(editor, "place.down");
  runCommand(editor, "view.sliceBack");
  expect(view.get().crosshairZyx).toEqual([12.5, 35.5, 45.5]);
  runCommand(editor, "place.pointer");
  expect(view.get().crosshairZyx).toEqual([3, 50, 33]);
});

it("a link holds the place, the zoom, the middle of the panes and the nucleus", () => {
  const { editor, view } = openEditor();
  view.set({ crosshairZyx: [3.5, 50.5, 33], centerUmZyx: [-2, 20, 11.2], zoom: 7.25 });
  editor.select(4);
  const link = linkToView(editor, "https://lab.example/volumes/9?x=1#at=1,1,1");
  expect(link).toMatch(/^https:\/\/lab\.example\/volumes\/9\?x=1#at=/);
  // Of 2 × 0.5 × 0.4 µm.
  expect(viewOfHash(new URL(link).hash, [20, 70, 90])).toEqual({
    placeZyx: [3.5, 50.5, 33],
    centreZyx: [-1, 40, 28],
    zoom: 7.25,
    label: 4,
    threadId: null,
  });
});

it("the next nucleus by number is selected, and where there is none it is said", () => {
  const { editor, view, messages } = openEditor();
  runCommand(editor, "nucleus.next");
  expect(view.get().selectedLabel).toBe(4);
  runCommand(editor, "nucleus.next");
  expect([view.get().selectedLabel, messages.at(-1)?.text]).toEqual([4, expect.stringMatching(/higher number/)]);
});
