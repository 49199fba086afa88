import type { Reshape } from "../../../core/edit/shape/reshape-nucleus.ts";
import { planeAxes, type SlicePlane } from "../../../core/edit/slice-plane.ts";
import type { EditorController } from "../editor-controller.ts";
import type { Command } from "../keys/commands.ts";
import { planeUnderPointer } from "../places/plane-under-pointer.ts";
import { amountStepUm, boundedAmountUm, firstAmountUm, type SizedReshape } from "./shape-amounts.ts";
import { moveThreshold, showThreshold } from "./threshold.ts";

export type ShapeCommand = Extract<Command, `shape.${string}`>;

export const isShapeCommand = (command: Command): command is ShapeCommand => command.startsWith("shape.");

/** What keys and buttons ask of the selected nucleus's shape. Whoever calls has seen to it that it may be edited. */
export function runShapeCommand(editor: EditorController, command: ShapeCommand): void {
  if (command === "shape.keep") {
    void (editor.store.get().segment ? editor.segmenting : editor.reshaping).keep();
    return;
  }
  editor.segmenting.drop();
  const label = editor.view.get().selectedLabel;
  if (label === 0) {
    editor.notify({ tone: "info", text: "Select a nucleus first: click it in any pane or in the list." });
    return;
  }
  const plane = planeUnderPointer(editor);
  const show = (reshape: Reshape): void => void editor.reshaping.show(label, reshape);
  switch (command) {
    case "shape.interpolate":
      show({ kind: "interpolate", plane });
      return;
    case "shape.fillHoles":
      show({ kind: "fill-holes", plane });
      return;
    case "shape.keepLargest":
      show({ kind: "keep-largest" });
      return;
    case "shape.threshold":
      void showThreshold(editor, label);
      return;
    case "shape.smooth":
      showSized(editor, label, "smooth");
      return;
    case "shape.grow":
      showSized(editor, label, "grow");
      return;
    case "shape.shrink":
      showSized(editor, label, "shrink");
      return;
    case "shape.copyBack":
    case "shape.copyOn":
      void copyAndGo(editor, label, plane, command === "shape.copyOn" ? 1 : -1);
      return;
    case "shape.extrude":
      void editor.reshaping.atOnce(label, () => ({ kind: "extrude", plane, to: sliceNow(editor, plane) }));
  }
}

/** More or less of the change that is shown, where it has an amount. */
export function changeAmount(editor: EditorController, steps: number): void {
  const shown = editor.store.get().reshape;
  if (shown?.reshape.kind === "threshold") moveThreshold(editor, steps);
  if (!shown || !("amountUm" in shown.reshape)) return;
  const space = editor.props().image;
  setAmountUm(editor, shown.reshape.amountUm + steps * amountStepUm(space));
}

export function setAmountUm(editor: EditorController, amountUm: number): void {
  const shown = editor.store.get().reshape;
  if (!shown || !("amountUm" in shown.reshape)) return;
  const bounded = boundedAmountUm(amountUm, editor.props().image);
  if (bounded !== shown.reshape.amountUm)
    void editor.reshaping.show(shown.label, { ...shown.reshape, amountUm: bounded });
}

/** The same key again is one step more. */
function showSized(editor: EditorController, label: number, kind: SizedReshape["kind"]): void {
  if (editor.store.get().reshape?.reshape.kind === kind) changeAmount(editor, 1);
  else void editor.reshaping.show(label, { kind, amountUm: firstAmountUm(kind, editor.props().image) });
}

async function copyAndGo(editor: EditorController, label: number, plane: SlicePlane, by: 1 | -1): Promise<void> {
  const copied = await editor.reshaping.atOnce(label, () => {
    const from = sliceNow(editor, plane);
    return { kind: "copy-slice", plane, from, to: from + by };
  });
  if (copied) goToSlice(editor, plane, sliceNow(editor, plane) + by);
}

const sliceNow = (editor: EditorController, plane: SlicePlane): number =>
  Math.floor(editor.view.get().crosshairZyx[planeAxes(plane).normal]);

function goToSlice(editor: EditorController, plane: SlicePlane, slice: number): void {
  const at: [number, number, number] = [...editor.view.get().crosshairZyx];
  at[planeAxes(plane).normal] = slice + 0.5;
  editor.view.set({ crosshairZyx: at });
}
