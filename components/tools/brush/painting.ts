import type { PaintOrder } from "../../../core/edit/edit-intent.ts";
import type { VoxelRuns } from "../../../core/edit/label-document.ts";
import { overwritable } from "../../../core/edit/paint-mask.ts";
import { addStrokePiece, type Brush } from "../../../core/edit/stroke.ts";
import { VoxelSet } from "../../../core/edit/voxel-set.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { PointerSample, SlicePlane } from "../../viewer/viewer-contract.ts";
import type { PaintTarget } from "../paint-target.ts";
import type { GesturePreview } from "../preview-labels.ts";
import type { ToolContext } from "../tool-context.ts";
import type { ToolState } from "../tool-machine.ts";
import { commitPaint, orderOf } from "./brush-order.ts";

/** Points of a stroke that the others are shown. */
const SHARED_POINTS = 64;

interface StrokeStart {
  readonly plane: SlicePlane;
  readonly target: PaintTarget;
  readonly first: PointerSample;
  readonly idle: ToolState;
}

/** Pointer down: every sample is painted into the preview at once; release makes one act of it (R10). */
export function startStroke(context: ToolContext, { plane, target, first, idle }: StrokeStart): ToolState {
  const { document } = context;
  const { label } = target;
  const settings = context.settings();
  const brush: Brush = { shape: settings.brushShape, radiusUm: settings.radiusUm, plane };
  const covered = new VoxelSet(document.shapeZyx);
  const path: Zyx[] = [];
  const name = label === 0 ? "erase" : "brush";
  const order: PaintOrder = orderOf(context, name, label, { kind: "voxels", voxels: covered });
  let straight: { readonly from: Zyx; readonly before: VoxelRuns; readonly points: number } | null = null;
  /** Shift at the press erases: only a Shift that comes later means a straight line. */
  let shiftWasUp = !first.shiftKey;
  const preview = context.preview.begin(
    label,
    overwritable({
      mask: order.mask,
      label,
      selectedLabel: order.selectedLabel,
      membersOf: (member) => document.membersOf(member),
    }),
  );

  const extend = (samples: readonly PointerSample[]): void => {
    const piece = new VoxelSet(document.shapeZyx);
    for (const { pane, voxelZyx } of samples) {
      if (pane !== plane) continue;
      addStrokePiece(piece, path.at(-1) ?? voxelZyx, voxelZyx, brush, document.voxelSizeZyx);
      path.push(voxelZyx);
    }
    piece.forEachRun((z, y, xFirst, xEnd) => covered.addRun(z, y, xFirst, xEnd));
    preview.add(piece);
    context.shareStroke({ pathZyx: thinned(path), radiusUm: brush.radiusUm, label });
  };

  /** From where Shift was pressed to the pointer, instead of what the hand drew since. */
  const extendStraight = (to: PointerSample): void => {
    if (to.pane !== plane) return;
    straight ??= { from: path.at(-1) ?? to.voxelZyx, before: covered.toRuns(), points: path.length };
    covered.clear();
    covered.addRuns(straight.before);
    addStrokePiece(covered, straight.from, to.voxelZyx, brush, document.voxelSizeZyx);
    path.splice(straight.points, path.length, to.voxelZyx);
    preview.replace(VoxelSet.fromRuns(document.shapeZyx, covered.toRuns()));
    context.shareStroke({ pathZyx: thinned(path), radiusUm: brush.radiusUm, label });
  };

  const follow = (samples: readonly PointerSample[]): void => {
    const last = samples[samples.length - 1];
    if (!last.shiftKey) {
      shiftWasUp = true;
      straight = null;
    }
    if (last.shiftKey && shiftWasUp) extendStraight(last);
    else extend(samples);
  };

  const painting: ToolState = {
    drag(samples) {
      follow(samples);
      return painting;
    },
    up(sample) {
      follow([sample]);
      context.shareStroke(null);
      void finish(context, target, order, preview);
      return idle;
    },
    cancel() {
      context.shareStroke(null);
      preview.end();
      return idle;
    },
  };
  extend([first]);
  return painting;
}

async function finish(
  context: ToolContext,
  target: PaintTarget,
  order: PaintOrder,
  preview: GesturePreview,
): Promise<void> {
  try {
    const apart = !target.takes && isApart(context, order);
    if (!(await commitPaint(context, target, order)))
      context.say({ tone: "info", text: "Nothing was painted: the mask covers every voxel of this stroke." });
    else if (apart)
      context.say({
        tone: "warning",
        text: `This stroke does not touch ${context.nameOf(order.label)}, which it belongs to. For another nucleus undo it, begin a new nucleus and paint again.`,
      });
  } catch (error) {
    context.fail(error);
  } finally {
    preview.end();
  }
}

/** The commonest slip is to go on painting the last nucleus: its paint then lies far from the rest of it. */
function isApart(context: ToolContext, { intent, label }: PaintOrder): boolean {
  const known = label === 0 ? null : context.knownBox(label);
  const painted = intent.kind === "voxels" ? intent.voxels.boundingBox() : null;
  if (!known || !painted) return false;
  return known.minZyx.some((min, axis) => painted.maxZyx[axis] < min || painted.minZyx[axis] > known.maxZyx[axis]);
}

/** Every n-th point and the last one. */
function thinned(path: readonly Zyx[]): Zyx[] {
  const every = Math.ceil(path.length / SHARED_POINTS);
  return path.filter((_, i) => i % every === 0 || i === path.length - 1);
}
