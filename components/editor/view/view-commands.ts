import { planeAxes } from "../../../core/edit/slice-plane.ts";
import { nextClip } from "../../viewer/geometry/scene-clip.ts";
import { slabBoundsUm } from "../../viewer/slice/slab.ts";
import type { PaneId, SceneView } from "../../viewer/viewer-contract.ts";
import type { EditorController } from "../editor-controller.ts";
import type { Command } from "../keys/commands.ts";
import { planeUnderPointer } from "../places/plane-under-pointer.ts";
import { saveFile } from "./save-file.ts";

const ofView = [
  "view.picture",
  "view.panePicture",
  "view.film",
  "view.projection",
  "view.thinner",
  "view.thicker",
  "view.miniMap",
] as const;

type ViewCommand = Extract<Command, (typeof ofView)[number] | `scene.${string}`>;

export const isViewCommand = (command: Command): command is ViewCommand =>
  ofView.some((one) => one === command) || command.startsWith("scene.");

const TURN_RAD = Math.PI / 12;
const APPROACH = 0.8;

/** How much of the volume panes and 3D show at once, and pictures of it. */
export function runViewCommand(editor: EditorController, command: ViewCommand): void {
  const { viewer, view } = editor;
  const { scene, projection } = view.get();
  const change = (to: Partial<SceneView>): void => view.set({ scene: { ...scene, ...to } });
  switch (command) {
    case "view.picture":
      void savePicture(editor);
      return;
    case "view.panePicture":
      void savePicture(editor, editor.view.get().maximisedPane ?? editor.pane ?? "xy");
      return;
    case "view.film":
      void editor.filming.toggle();
      return;
    case "view.projection":
      view.set({ projection: { ...projection, isOn: !projection.isOn } });
      return;
    case "view.thinner":
    case "view.thicker":
      changeThickness(editor, command === "view.thicker" ? 1 : -1);
      return;
    case "view.miniMap":
      view.set({ miniMap: !view.get().miniMap });
      return;
    case "scene.turnLeft":
    case "scene.turnRight":
      viewer?.turn(command === "scene.turnRight" ? TURN_RAD : -TURN_RAD, 0);
      return;
    case "scene.turnUp":
    case "scene.turnDown":
      viewer?.turn(0, command === "scene.turnUp" ? TURN_RAD : -TURN_RAD);
      return;
    case "scene.slices":
      change({ showsSlices: !scene.showsSlices });
      return;
    case "scene.isolate":
      change({ isIsolated: !scene.isIsolated });
      if (!scene.isIsolated && view.get().selectedLabel === 0 && view.get().selectedProposal === 0)
        editor.notify({ tone: "info", text: "From now on 3D shows the nucleus that you select, alone." });
      return;
    case "scene.slab": {
      const plane = planeUnderPointer(editor);
      const isOff = scene.slab.isOn && scene.slab.plane === plane;
      change({ slab: { ...scene.slab, isOn: !isOff, plane } });
      return;
    }
    case "scene.clip": {
      const { shapeZyx } = editor.props().image;
      change({ clip: nextClip(scene.clip, planeUnderPointer(editor), view.get().crosshairZyx, shapeZyx) });
      return;
    }
    case "scene.unclip":
      change({ clip: null, slab: { ...scene.slab, isOn: false }, isIsolated: false });
      return;
    case "scene.nearer":
    case "scene.farther":
      viewer?.approach(command === "scene.nearer" ? APPROACH : 1 / APPROACH);
  }
}

/** By a fifth, and a slice of the pane under the pointer at least. */
function changeThickness(editor: EditorController, by: 1 | -1): void {
  const { view } = editor;
  const { image } = editor.props();
  const { isOn, thicknessUm } = view.get().projection;
  const sliceUm = image.voxelSizeZyx[planeAxes(planeUnderPointer(editor)).normal];
  const [least, most] = slabBoundsUm(image);
  const wanted = isOn ? thicknessUm + by * Math.max(sliceUm, thicknessUm / 5) : thicknessUm;
  const bounded = Number(Math.min(most, Math.max(least, wanted)).toPrecision(3));
  view.set({ projection: { isOn: true, thicknessUm: bounded } });
}

/** Of all panes that are shown, or of one. */
async function savePicture(editor: EditorController, pane?: PaneId): Promise<void> {
  const picture = await editor.viewer?.picture(pane);
  if (!picture) {
    editor.notify({ tone: "warning", text: "There is no picture to save yet: wait until the panes show something." });
    return;
  }
  const { maximisedPane } = editor.view.get();
  const shown = pane ?? maximisedPane;
  saveFile(picture, `${editor.props().volumeName} ${shown ? shown.toUpperCase() : "panes"}.png`);
  editor.notify({ tone: "info", text: "The picture is among your downloads." });
}
