import { eraseTarget, paintTarget } from "../paint-target.ts";
import type { ToolContext } from "../tool-context.ts";
import type { ToolState } from "../tool-machine.ts";
import { paintPlane } from "./brush-order.ts";
import { startStroke } from "./painting.ts";

/** Brush and eraser wait for the press. Shift turns a brush into an eraser for one stroke. */
export function brushIdle(context: ToolContext, kind: "brush" | "eraser"): ToolState {
  const idle: ToolState = {
    down(sample) {
      const plane = paintPlane(sample);
      if (!plane || !context.document.canEdit) return null;
      try {
        const target = (kind === "eraser" || sample.shiftKey ? eraseTarget : paintTarget)(context, sample);
        return startStroke(context, { plane, target, first: sample, idle });
      } catch (error) {
        context.fail(error);
        return null;
      }
    },
    cancel: () => idle,
  };
  return idle;
}
