import type { PointerSample } from "../../viewer/viewer-contract.ts";
import type { ToolContext } from "../tool-context.ts";
import type { ToolState } from "../tool-machine.ts";
import { type Measured, measuredUm } from "./measured.ts";

/** Shorter drags are clicks, CSS pixels: they move no end. */
const CLICK_PX = 4;

/** One end follows the pointer. `before`: what was measured when the press began. */
export function pullEnd(
  context: ToolContext,
  press: PointerSample,
  end: keyof Measured,
  before: Measured | null,
  idle: ToolState,
): ToolState {
  let isDrag = false;
  const pulling: ToolState = {
    drag(samples) {
      const { voxelZyx } = samples[samples.length - 1];
      const movedUm = measuredUm(press.voxelZyx, voxelZyx, context.document).lengthUm;
      isDrag ||= movedUm * context.view.get().zoom >= CLICK_PX;
      const measured = context.measured();
      if (isDrag && measured) context.showMeasured({ ...measured, [end]: voxelZyx });
      return pulling;
    },
    up: () => idle,
    cancel() {
      context.showMeasured(before);
      return idle;
    },
  };
  return pulling;
}
