import { fillAboveThreshold, type ThresholdField, type ThresholdFill } from "../../../core/edit/fill/threshold-fill.ts";
import type { EditAct, LabelValue } from "../../../core/edit/label-document.ts";
import type { PointerSample } from "../../viewer/viewer-contract.ts";
import type { PaintTarget } from "../paint-target.ts";
import type { GesturePreview } from "../preview-labels.ts";
import type { ToolContext } from "../tool-context.ts";
import type { ToolState } from "../tool-machine.ts";

/** Dragging this far, in CSS pixels, takes the threshold from half height to the brightness of the seed. */
const FULL_DRAG_PX = 200;

export interface AdjustStart {
  readonly field: ThresholdField;
  readonly target: PaintTarget;
  readonly press: PointerSample;
  readonly mayOverwrite: ((present: LabelValue) => boolean) | null;
  readonly idle: ToolState;
}

/** Drag right for a stricter threshold, left for a looser one; release fills. */
export function startAdjusting(context: ToolContext, start: AdjustStart, latest: PointerSample): ToolState {
  const { field, target, idle } = start;
  const preview = context.preview.begin(target.label, start.mayOverwrite);
  let fill: ThresholdFill;
  let shown = Number.NaN;

  const show = (sample: PointerSample): void => {
    const threshold = thresholdAt(context, start, sample);
    if (threshold === shown) return;
    shown = threshold;
    fill = fillAboveThreshold(field, threshold);
    preview.replace(fill.voxels);
  };

  const adjusting: ToolState = {
    drag(samples) {
      show(samples[samples.length - 1]);
      return adjusting;
    },
    up(sample) {
      show(sample);
      void finish(context, fill, target, preview);
      return idle;
    },
    cancel() {
      preview.end();
      return idle;
    },
  };
  show(latest);
  return adjusting;
}

/** Steps of 2 % of the brightness above background, so that small movements do not flood again for nothing. */
function thresholdAt(context: ToolContext, { field, press }: AdjustStart, sample: PointerSample): number {
  const axis = press.pane === "yz" ? 1 : 2;
  const voxelUm = context.document.voxelSizeZyx[axis];
  const movedPx = (sample.voxelZyx[axis] - press.voxelZyx[axis]) * voxelUm * context.view.get().zoom;
  const share = Math.min(1, Math.max(0.04, 0.5 + (movedPx / FULL_DRAG_PX) * 0.5));
  const step = Math.round(share * 50) / 50;
  return field.background + (field.values[field.seedIndex] - field.background) * step;
}

async function finish(
  context: ToolContext,
  fill: ThresholdFill,
  { label, takes }: PaintTarget,
  preview: GesturePreview,
): Promise<void> {
  try {
    if (fill.voxels.count === 0) {
      context.say({
        tone: "warning",
        text: "Nothing to fill here: this voxel is too dark, or it belongs to a nucleus.",
      });
      return;
    }
    const act: EditAct = { name: "3D fill", records: [{ kind: "paint", label, runs: fill.voxels.toRuns() }] };
    await (takes ? context.takeOver([takes], () => act) : context.commit(act));
    if (fill.reachedBound)
      context.say({
        tone: "warning",
        text: `The fill stopped ${context.settings().reachUm} µm from the click. Undo it and drag right for a stricter threshold, or raise the reach.`,
      });
  } catch (error) {
    context.fail(error);
  } finally {
    preview.end();
  }
}
