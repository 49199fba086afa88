import type { ToolContext } from "../tool-context.ts";
import type { ToolState } from "../tool-machine.ts";
import { labelToPaint, paintPlane } from "./brush-order.ts";
import { startStroke } from "./painting.ts";

/** Brush and eraser wait for the press. Shift turns a brush into an eraser for one stroke. */
export function brushIdle(context: ToolContext, kind: "brush" | "eraser"): ToolState {
  const idle: ToolState = {
    down(sample) {
      const plane = paintPlane(sample);
      if (!plane || !context.document.canEdit) return null;
      try {
        const label = kind === "eraser" || sample.shiftKey ? 0 : labelToPaint(context);
        return startStroke(context, { plane, label, first: sample, idle });
      } catch (error) {
        context.fail(error);
        return null;
      }
    },
    cancel: () => idle,
  };
  return idle;
}
