import { paintPlane } from "../brush/brush-order.ts";
import type { ToolContext } from "../tool-context.ts";
import type { ToolState } from "../tool-machine.ts";
import { facesNear, holds, moveBox, moveFaces } from "./box-faces.ts";
import { changeDraft } from "./changing.ts";
import { drawBox } from "./drawing.ts";

/** How near to a face a press takes hold of it, CSS pixels: inside of the box, and outside of it, where nothing else can be meant. */
const GRIP_PX = { inside: 8, outside: 24 };

/** A press near a face of the drafted box drags that face, one inside of it the whole box; one away from it draws a new box. */
export function boxIdle(context: ToolContext): ToolState {
  const idle: ToolState = {
    down(sample) {
      const plane = paintPlane(sample);
      if (!plane) return null;
      const draft = context.draftBox();
      if (!draft) return drawBox(context, sample, plane, draft, idle);
      const { shapeZyx, voxelSizeZyx } = context.document;
      const isInside = holds(draft, sample.voxelZyx);
      const reachUm = (isInside ? GRIP_PX.inside : GRIP_PX.outside) / context.view.get().zoom;
      const faces = facesNear(draft, sample.voxelZyx, plane, reachUm, voxelSizeZyx);
      if (faces.length > 0)
        return changeDraft(context, draft, plane, (toZyx) => moveFaces(draft, faces, toZyx, shapeZyx), idle);
      if (isInside)
        return changeDraft(context, draft, plane, (toZyx) => moveBox(draft, sample.voxelZyx, toZyx, shapeZyx), idle);
      return drawBox(context, sample, plane, draft, idle);
    },
    cancel() {
      context.setDraftBox(null);
      return idle;
    },
  };
  return idle;
}
