import { paintPlane } from "../brush/brush-order.ts";
import { paintTarget } from "../paint-target.ts";
import type { ToolContext } from "../tool-context.ts";
import type { ToolMachine, ToolState } from "../tool-machine.ts";
import { startLoading } from "./loading.ts";

export function thresholdIdle(context: ToolContext, machine: ToolMachine): ToolState {
  const idle: ToolState = {
    down(sample) {
      if (!paintPlane(sample) || !context.document.canEdit) return null;
      try {
        return startLoading(context, machine, { target: paintTarget(context, sample), press: sample, idle });
      } catch (error) {
        context.fail(error);
        return null;
      }
    },
    cancel: () => idle,
  };
  return idle;
}
