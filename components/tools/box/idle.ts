import { paintPlane } from "../brush/brush-order.ts";
import type { ToolContext } from "../tool-context.ts";
import type { ToolState } from "../tool-machine.ts";
import { facesNear } from "./box-faces.ts";
import { drawBox } from "./drawing.ts";
import { resizeBox } from "./resizing.ts";

/** How near to a face a press takes hold of it, CSS pixels. */
const GRIP_PX = 8;

/** A press near a face of the drafted box drags that face; a press anywhere else draws a new box. */
export function boxIdle(context: ToolContext): ToolState {
  const idle: ToolState = {
    down(sample) {
      const plane = paintPlane(sample);
      if (!plane) return null;
      const draft = context.draftBox();
      const reachUm = GRIP_PX / context.view.get().zoom;
      const faces = draft && facesNear(draft, sample.voxelZyx, plane, reachUm, context.document.voxelSizeZyx);
      if (draft && faces && faces.length > 0) return resizeBox(context, draft, faces, plane, idle);
      return drawBox(context, sample, plane, draft, idle);
    },
    cancel() {
      context.setDraftBox(null);
      return idle;
    },
  };
  return idle;
}
