import type { Command } from "./commands.ts";

/**
 * The keys of other programs for what is the same here. They are the defaults of those programs, read in their own files: napari's
 * `utils/shortcuts.py`, of the labels layer and the viewer; webKnossos's page of shortcuts and its plane controller, of volume
 * annotation; ITK-SNAP's main window.
 */

export const keySetIds = ["karyoloop", "napari", "webknossos", "itk-snap"] as const;

export type KeySetId = (typeof keySetIds)[number];

export const isKeySetId = (value: unknown): value is KeySetId => keySetIds.some((id) => id === value);

export interface KeySet {
  readonly name: string;
  readonly keys: Readonly<Partial<Record<Command, readonly string[]>>>;
}

export const keySets: Readonly<Record<KeySetId, KeySet>> = {
  karyoloop: { name: "Karyoloop", keys: {} },
  napari: {
    name: "napari",
    keys: {
      "tool.eraser": ["E", "1"],
      "tool.brush": ["P", "2"],
      "tool.outline": ["3"],
      "tool.threshold": ["F", "4"],
      "nucleus.pick": ["L", "5"],
      "tool.pick": ["Z", "6"],
      "nucleus.new": ["M"],
      "nucleus.previous": ["-"],
      "nucleus.next": ["="],
      "brush.smaller": ["["],
      "brush.larger": ["]"],
      "paint.mask": ["B"],
      "shape.keep": ["Enter"],
      "view.labels": ["V"],
      "view.proposals": ["Shift+V"],
      "view.sliceBack": ["ArrowLeft", ",", "PageUp"],
      "view.sliceOn": ["ArrowRight", ".", "PageDown"],
      "view.fit": ["Ctrl+R", "H"],
      "page.help": ["Ctrl+Alt+/", "?"],
    },
  },
  webknossos: {
    name: "webKnossos",
    keys: {
      "tool.pick": ["Ctrl+K M"],
      "tool.brush": ["Ctrl+K B"],
      "tool.eraser": ["Ctrl+K E"],
      "tool.outline": ["Ctrl+K L"],
      "tool.segment": ["Ctrl+K Q"],
      "tool.merge": ["Ctrl+K O"],
      "tool.box": ["Ctrl+K X"],
      "nucleus.pick": ["Ctrl+K P"],
      "tool.next": ["W"],
      "tool.previous": ["Shift+W"],
      "brush.smaller": ["Shift+I"],
      "brush.larger": ["Shift+O"],
      "edit.undo": ["Ctrl+Z"],
      "edit.redo": ["Ctrl+Y"],
      "nucleus.new": ["C"],
      "shape.interpolate": ["V"],
      "place.zoomIn": ["I"],
      "place.zoomOut": ["O"],
      "view.sliceBack": ["D"],
      "view.sliceOn": ["F"],
      "view.labels": ["3"],
      "view.maximise": ["."],
      "view.panel": ["L"],
      "page.palette": ["Ctrl+P"],
    },
  },
  "itk-snap": {
    name: "ITK-SNAP",
    keys: {
      "tool.pick": ["1", "2"],
      "tool.outline": ["3"],
      "tool.brush": ["4"],
      "tool.segment": ["5"],
      "page.comment": ["6"],
      "view.labels": ["S"],
      "view.fainter": ["A"],
      "view.stronger": ["D"],
      "view.proposals": ["W"],
      "nucleus.previous": ["<", ","],
      "nucleus.next": [">", "."],
      "view.previousChannel": ["["],
      "view.nextChannel": ["]"],
      "place.centre": ["C"],
      "edit.undo": ["Ctrl+Z"],
      "edit.redo": ["Ctrl+Y"],
    },
  },
};
