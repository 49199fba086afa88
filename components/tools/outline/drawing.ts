import type { PaintOrder } from "../../../core/edit/edit-intent.ts";
import type { LabelValue } from "../../../core/edit/label-document.ts";
import { addPiercedVoxels } from "../../../core/edit/pierced-voxels.ts";
import { planeAxes } from "../../../core/edit/slice-plane.ts";
import { VoxelSet } from "../../../core/edit/voxel-set.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { PointerSample, SlicePlane } from "../../viewer/viewer-contract.ts";
import { commitPaint, orderOf } from "../brush/brush-order.ts";
import type { PaintTarget } from "../paint-target.ts";
import type { GesturePreview } from "../preview-labels.ts";
import type { ToolContext } from "../tool-context.ts";
import type { ToolState } from "../tool-machine.ts";

interface OutlineStart {
  readonly plane: SlicePlane;
  readonly target: PaintTarget;
  readonly first: PointerSample;
  readonly idle: ToolState;
}

/** The line is shown as drawn; release joins its ends and fills it, in the slice of the first point. */
export function startOutline(context: ToolContext, { plane, target, first, idle }: OutlineStart): ToolState {
  const { label } = target;
  const { document } = context;
  const { normal } = planeAxes(plane);
  const slice = Math.floor(first.voxelZyx[normal]);
  const path: Zyx[] = [first.voxelZyx];
  const preview = context.preview.begin(label, null);

  const drawing: ToolState = {
    drag(samples) {
      const line = new VoxelSet(document.shapeZyx);
      for (const { pane, voxelZyx } of samples) {
        if (pane !== plane || Math.floor(voxelZyx[normal]) !== slice) continue;
        addPiercedVoxels(line, path[path.length - 1], voxelZyx);
        path.push(voxelZyx);
      }
      preview.add(line);
      return drawing;
    },
    up() {
      void finish(
        context,
        target,
        orderOf(context, nameOf(label), label, { kind: "outline", plane, slice, pathZyx: path }),
        preview,
      );
      return idle;
    },
    cancel() {
      preview.end();
      return idle;
    },
  };
  return drawing;
}

const nameOf = (label: LabelValue): string => (label === 0 ? "erase outline" : "fill outline");

async function finish(
  context: ToolContext,
  target: PaintTarget,
  order: PaintOrder,
  preview: GesturePreview,
): Promise<void> {
  try {
    if (!(await commitPaint(context, target, order)))
      context.say({ tone: "info", text: "Nothing was filled: draw a line round an area that the mask leaves free." });
  } catch (error) {
    context.fail(error);
  } finally {
    preview.end();
  }
}
