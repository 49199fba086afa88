import { type PaintOrder, paintAct } from "../../../core/edit/edit-intent.ts";
import type { LabelValue } from "../../../core/edit/label-document.ts";
import type { PointerSample, SlicePlane } from "../../viewer/viewer-contract.ts";
import type { PaintTarget } from "../paint-target.ts";
import type { ToolContext } from "../tool-context.ts";

/** Paint tools work in the slices only, with the main button; Ctrl leaves the press to the viewer, which picks. */
export function paintPlane(sample: PointerSample): SlicePlane | null {
  return sample.pane === "3d" || sample.button !== 0 || sample.ctrlKey ? null : sample.pane;
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

/**
 * Commits what was painted, with the proposal that it takes over. False: the mask left nothing to write. Until the first wait it is
 * synchronous where all bricks are there and nothing is being taken over: paint then moves from the preview to the document in one frame.
 */
export async function commitPaint(context: ToolContext, { takes }: PaintTarget, order: PaintOrder): Promise<boolean> {
  if (takes) {
    await context.takeOver([takes], (labels) => paintAct(labels, { ...order, selectedLabel: takes.label }));
    return true;
  }
  if (context.taking()) await context.taking()?.done;
  const built = paintAct(context.document, order);
  const act = built instanceof Promise ? await built : built;
  if (act) await context.commit(act);
  return act !== null;
}
