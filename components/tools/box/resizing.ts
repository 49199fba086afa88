import type { VoxelBox } from "../../../core/volume/voxel-space.ts";
import type { SlicePlane } from "../../viewer/viewer-contract.ts";
import type { ToolContext } from "../tool-context.ts";
import type { ToolState } from "../tool-machine.ts";
import { type BoxFace, moveFaces } from "./box-faces.ts";

export function resizeBox(
  context: ToolContext,
  before: VoxelBox,
  faces: readonly BoxFace[],
  plane: SlicePlane,
  idle: ToolState,
): ToolState {
  const resizing: ToolState = {
    drag(samples) {
      const last = samples[samples.length - 1];
      if (last.pane === plane) context.setDraftBox(moveFaces(before, faces, last.voxelZyx, context.document.shapeZyx));
      return resizing;
    },
    up: () => idle,
    cancel() {
      context.setDraftBox(before);
      return idle;
    },
  };
  return resizing;
}
