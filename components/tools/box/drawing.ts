import type { VoxelBox } from "../../../core/volume/voxel-space.ts";
import type { PointerSample, SlicePlane } from "../../viewer/viewer-contract.ts";
import type { ToolContext } from "../tool-context.ts";
import type { ToolState } from "../tool-machine.ts";
import { boxFromCorners } from "./box-faces.ts";

/** Shorter drags are clicks, CSS pixels: they leave the draft as it was. */
const CLICK_PX = 4;

export function drawBox(
  context: ToolContext,
  press: PointerSample,
  plane: SlicePlane,
  before: VoxelBox | null,
  idle: ToolState,
): ToolState {
  const { shapeZyx, voxelSizeZyx } = context.document;
  const drawing: ToolState = {
    drag(samples) {
      const { voxelZyx } = samples[samples.length - 1];
      const movedUm = Math.max(...voxelZyx.map((v, axis) => Math.abs(v - press.voxelZyx[axis]) * voxelSizeZyx[axis]));
      if (movedUm * context.view.get().zoom >= CLICK_PX)
        context.setDraftBox(boxFromCorners(press.voxelZyx, voxelZyx, plane, shapeZyx, voxelSizeZyx));
      return drawing;
    },
    up: () => idle,
    cancel() {
      context.setDraftBox(before);
      return idle;
    },
  };
  return drawing;
}
