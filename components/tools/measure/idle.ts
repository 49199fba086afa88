import { planeAxes } from "../../../core/edit/slice-plane.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { PointerSample } from "../../viewer/viewer-contract.ts";
import type { ToolContext } from "../tool-context.ts";
import type { ToolState } from "../tool-machine.ts";
import { withEnd } from "./measured.ts";
import { pullEnd } from "./pulling.ts";

/** A press this near to an end, on the screen, takes hold of it. CSS pixels. */
const GRIP_PX = 8;

/** Click and click, or press and drag. What is measured can be pulled by its ends. */
export function measureIdle(context: ToolContext): ToolState {
  const idle: ToolState = {
    down(sample) {
      if (sample.button !== 0 || sample.ctrlKey) return null;
      const before = context.measured();
      if (before?.toZyx) {
        if (isNear(context, before.toZyx, sample)) return pullEnd(context, sample, "toZyx", before, idle);
        if (isNear(context, before.fromZyx, sample)) return pullEnd(context, sample, "fromZyx", before, idle);
      }
      context.showMeasured(withEnd(before, sample.voxelZyx));
      return pullEnd(context, sample, "toZyx", before, idle);
    },
    cancel() {
      context.showMeasured(null);
      return idle;
    },
  };
  return idle;
}

function isNear({ view, document }: ToolContext, endZyx: Zyx, { pane, voxelZyx }: PointerSample): boolean {
  if (pane === "3d") return false;
  const { row, column, normal } = planeAxes(pane);
  if (Math.floor(endZyx[normal]) !== Math.floor(voxelZyx[normal])) return false;
  const px = (axis: 0 | 1 | 2) => (endZyx[axis] - voxelZyx[axis]) * document.voxelSizeZyx[axis] * view.get().zoom;
  return Math.hypot(px(row), px(column)) <= GRIP_PX;
}
