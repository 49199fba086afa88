import { labelToPaint, paintPlane } from "../brush/brush-order.ts";
import type { ToolContext } from "../tool-context.ts";
import type { ToolState } from "../tool-machine.ts";
import { startOutline } from "./drawing.ts";

export function outlineIdle(context: ToolContext): ToolState {
  const idle: ToolState = {
    down(sample) {
      const plane = paintPlane(sample);
      if (!plane || !context.document.canEdit) return null;
      try {
        const label = sample.shiftKey ? 0 : labelToPaint(context);
        return startOutline(context, { plane, label, first: sample, idle });
      } catch (error) {
        context.fail(error);
        return null;
      }
    },
    cancel: () => idle,
  };
  return idle;
}
