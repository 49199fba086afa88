import { planeAxes } from "../../../core/edit/slice-plane.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { withEnd } from "../../tools/measure/measured.ts";
import { paneAxes } from "../../viewer/geometry/pane-axes.ts";
import type { EditorController } from "../editor-controller.ts";
import type { Command } from "../keys/commands.ts";
import { shownKeyOf } from "../keys/editor-keys.ts";
import { planeUnderPointer } from "./plane-under-pointer.ts";
import { hashOfView } from "./view-link.ts";

type PlaceCommand = Extract<Command, `place.${string}` | "view.sliceBack" | "view.sliceOn">;

export const isPlaceCommand = (command: Command): command is PlaceCommand =>
  command.startsWith("place.") || command === "view.sliceBack" || command === "view.sliceOn";

const ZOOM_STEP = 1.25;

/** Where somebody looks, by keys. */
export function runPlaceCommand(editor: EditorController, command: PlaceCommand, digit: number | null): void {
  const { view } = editor;
  const { u, v } = paneAxes(planeUnderPointer(editor));
  switch (command) {
    case "place.left":
    case "place.right":
      moveCrosshair(editor, u, command === "place.right" ? 1 : -1);
      return;
    case "place.up":
    case "place.down":
      moveCrosshair(editor, v, command === "place.down" ? 1 : -1);
      return;
    case "view.sliceBack":
    case "view.sliceOn":
      moveCrosshair(editor, planeAxes(planeUnderPointer(editor)).normal, command === "view.sliceOn" ? 1 : -1);
      return;
    case "place.pointer":
      if (editor.hovered) view.set({ crosshairZyx: editor.hovered.voxelZyx });
      else editor.notify({ tone: "info", text: "The pointer is over no voxel." });
      return;
    case "place.centre":
      view.flyTo(view.get().crosshairZyx);
      return;
    case "place.zoomIn":
    case "place.zoomOut":
      view.set({ zoom: view.get().zoom * (command === "place.zoomIn" ? ZOOM_STEP : 1 / ZOOM_STEP) });
      return;
    case "place.goToMark":
    case "place.setMark":
      if (digit !== null) bookmark(editor, digit, command === "place.setMark");
      return;
    case "place.measure":
      measureHere(editor);
      return;
    case "place.copyLink":
      void copyLink(editor);
  }
}

/** Into the middle of the next voxel. */
function moveCrosshair({ view }: EditorController, axis: 0 | 1 | 2, by: 1 | -1): void {
  const at: [number, number, number] = [...view.get().crosshairZyx];
  at[axis] = Math.floor(at[axis]) + 0.5 + by;
  view.set({ crosshairZyx: at });
}

/** An end of what is measured, in the middle of the crosshair's voxel. */
function measureHere(editor: EditorController): void {
  editor.chooseTool("measure");
  const [z, y, x] = editor.view.get().crosshairZyx.map((at) => Math.floor(at) + 0.5);
  editor.store.set({ measured: withEnd(editor.store.get().measured, [z, y, x]) });
}

/** Goes to one of the nine bookmarks of this volume, or makes it what is looked at. */
function bookmark(editor: EditorController, digit: number, isSet: boolean): void {
  const { bookmarks, view, notify } = editor;
  const keyFor = (command: Command) => shownKeyOf(editor.keys.get(), command, digit) || "the palette";
  if (isSet) {
    bookmarks.set(digit, view);
    notify({ tone: "info", text: `Bookmark ${digit} is here: ${keyFor("place.goToMark")} comes back.` });
  } else if (!bookmarks.goTo(digit, view))
    notify({ tone: "info", text: `There is no bookmark ${digit} yet: ${keyFor("place.setMark")} sets it.` });
}

/** The address of the page with this view in it. */
export function linkToView({ view, props }: EditorController, address: string): string {
  const { centerUmZyx, crosshairZyx, zoom, selectedLabel } = view.get();
  const { voxelSizeZyx } = props().image;
  const centreZyx = centerUmZyx.map((um, axis) => um / voxelSizeZyx[axis]) as unknown as Zyx;
  const label = selectedLabel === 0 ? null : selectedLabel;
  const url = new URL(address);
  url.hash = hashOfView({ placeZyx: crosshairZyx, label, threadId: null, zoom, centreZyx });
  return url.href;
}

async function copyLink(editor: EditorController): Promise<void> {
  try {
    await navigator.clipboard.writeText(linkToView(editor, window.location.href));
    editor.notify({ tone: "info", text: "A link to this view is copied. Members of the project can open it." });
  } catch {
    // Browsers give the clipboard to secure pages only.
    editor.notify({
      tone: "warning",
      text: "This browser does not let the page copy. The address bar holds the link to this view: copy it there.",
    });
  }
}
