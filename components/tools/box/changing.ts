import type { VoxelBox, Zyx } from "../../../core/volume/voxel-space.ts";
import type { SlicePlane } from "../../viewer/viewer-contract.ts";
import type { ToolContext } from "../tool-context.ts";
import type { ToolState } from "../tool-machine.ts";

/** Drags some faces of the draft, or all of it. */
export function changeDraft(
  context: ToolContext,
  before: VoxelBox,
  plane: SlicePlane,
  changed: (toZyx: Zyx) => VoxelBox,
  idle: ToolState,
): ToolState {
  const changing: ToolState = {
    drag(samples) {
      const last = samples[samples.length - 1];
      if (last.pane === plane) context.setDraftBox(changed(last.voxelZyx));
      return changing;
    },
    up: () => idle,
    cancel() {
      context.setDraftBox(before);
      return idle;
    },
  };
  return changing;
}
