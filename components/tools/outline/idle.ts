import { paintPlane } from "../brush/brush-order.ts";
import { eraseTarget, paintTarget } from "../paint-target.ts";
import type { ToolContext } from "../tool-context.ts";
import type { ToolState } from "../tool-machine.ts";
import { startOutline } from "./drawing.ts";

export function outlineIdle(context: ToolContext): ToolState {
  const idle: ToolState = {
    down(sample) {
      const plane = paintPlane(sample);
      if (!plane || !context.document.canEdit) return null;
      try {
        const target = (sample.shiftKey ? eraseTarget : paintTarget)(context, sample);
        return startOutline(context, { plane, target, first: sample, idle });
      } catch (error) {
        context.fail(error);
        return null;
      }
    },
    cancel: () => idle,
  };
  return idle;
}
