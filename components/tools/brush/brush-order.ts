import type { PaintOrder } from "../../../core/edit/edit-intent.ts";
import type { LabelValue } from "../../../core/edit/label-document.ts";
import type { PointerSample, SlicePlane } from "../../viewer/viewer-contract.ts";
import type { ToolContext } from "../tool-context.ts";

/** Paint tools work in the slices only, with the main button; Ctrl leaves the press to the viewer, which picks. */
export function paintPlane(sample: PointerSample): SlicePlane | null {
  return sample.pane === "3d" || sample.button !== 0 || sample.ctrlKey ? null : sample.pane;
}

/** The nucleus that paint belongs to: the selected one, else a new one, which is then selected. */
export function labelToPaint(context: ToolContext): LabelValue {
  const { selectedLabel } = context.view.get();
  if (selectedLabel !== 0) return context.document.canonicalLabel(selectedLabel);
  const label = context.document.newLabel();
  context.view.set({ selectedLabel: label });
  return label;
}

export const orderOf = (
  context: ToolContext,
  name: string,
  label: LabelValue,
  intent: PaintOrder["intent"],
): PaintOrder => ({
  name,
  intent,
  label,
  mask: context.settings().mask,
  selectedLabel: context.view.get().selectedLabel,
});
