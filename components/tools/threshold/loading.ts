import { loadThresholdField } from "../../../core/edit/fill/threshold-fill.ts";
import { overwritable } from "../../../core/edit/paint-mask.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { PointerSample } from "../../viewer/viewer-contract.ts";
import type { PaintTarget } from "../paint-target.ts";
import type { ToolContext } from "../tool-context.ts";
import type { ToolMachine, ToolState } from "../tool-machine.ts";
import { type AdjustStart, startAdjusting } from "./adjusting.ts";

interface LoadingStart {
  readonly target: PaintTarget;
  readonly press: PointerSample;
  readonly idle: ToolState;
}

/** Pressed: the bricks within reach are on their way. A release before they are there fills as soon as they are. */
export function startLoading(context: ToolContext, machine: ToolMachine, start: LoadingStart): ToolState {
  const { target, press, idle } = start;
  const { label } = target;
  const { document, image } = context;
  const { mask, reachUm } = context.settings();
  const abort = new AbortController();
  const { selectedLabel } = context.view.get();
  // A fill never runs over other nuclei, whatever the brush may do.
  const mayOverwrite = overwritable({
    mask: mask === "everything" ? "background" : mask,
    label,
    selectedLabel,
    membersOf: (member) => document.membersOf(member),
  });
  const seedZyx = press.voxelZyx.map((v, axis) =>
    Math.min(Math.max(Math.floor(v), 0), document.shapeZyx[axis] - 1),
  ) as unknown as Zyx;
  let released: PointerSample | null = null;
  let latest = press;

  const loading: ToolState = {
    drag(samples) {
      latest = samples[samples.length - 1];
      return loading;
    },
    up(sample) {
      released = sample;
      return loading;
    },
    cancel() {
      abort.abort();
      return idle;
    },
  };

  loadThresholdField(
    image,
    document,
    { seedZyx, reachUm, voxelSizeZyx: document.voxelSizeZyx, mayOverwrite },
    abort.signal,
  )
    .then((field) => {
      const adjust: AdjustStart = { field, target, press, mayOverwrite, idle };
      if (abort.signal.aborted) return;
      const adjusting = startAdjusting(context, adjust, latest);
      machine.go(loading, released ? (adjusting.up as (sample: PointerSample) => ToolState)(released) : adjusting);
    })
    .catch((error: unknown) => {
      if (abort.signal.aborted) return;
      context.fail(error);
      machine.go(loading, idle);
    });
  return loading;
}
