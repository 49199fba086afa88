import type { EditorController } from "../editor-controller.ts";
import { amountStepUm } from "../shape/shape-amounts.ts";

/** Farther is another thing than where people draw the outline. */
const MOST_STEPS = 12;

/** Moves the outline of what is shown by whole steps, outward or inward. */
export function moveOutline(editor: EditorController, steps: number): void {
  setMoveUm(editor, editor.segmenting.moveUm + steps * amountStepUm(editor.props().image));
}

export function setMoveUm(editor: EditorController, um: number): void {
  const most = mostMoveUm(editor);
  const bounded = Number(Math.min(most, Math.max(-most, um)).toPrecision(4));
  if (bounded !== editor.segmenting.moveUm) void editor.segmenting.setMoveUm(bounded);
}

export const mostMoveUm = (editor: EditorController): number =>
  Number((MOST_STEPS * amountStepUm(editor.props().image)).toPrecision(4));
