import type { SlicePlane } from "../../../core/edit/slice-plane.ts";
import type { EditorController } from "../editor-controller.ts";

/** Which slices a key means. */
export function planeUnderPointer(editor: EditorController): SlicePlane {
  const pane = editor.hovered?.pane ?? editor.pane ?? "xy";
  return pane === "3d" ? "xy" : pane;
}
