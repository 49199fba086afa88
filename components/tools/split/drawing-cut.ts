import type { LabelValue } from "../../../core/edit/label-document.ts";
import { cutByLineAct } from "../../../core/edit/parts/cut-by-line.ts";
import { addPiercedVoxels } from "../../../core/edit/pierced-voxels.ts";
import { VoxelReader } from "../../../core/edit/voxel-reader.ts";
import { VoxelSet } from "../../../core/edit/voxel-set.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { PointerSample, SlicePlane } from "../../viewer/viewer-contract.ts";
import type { MeantProposal, ToolContext } from "../tool-context.ts";
import type { ToolMachine, ToolState } from "../tool-machine.ts";
import { working } from "./working.ts";

interface CutStart {
  readonly plane: SlicePlane;
  readonly press: PointerSample;
  readonly first: ToolState;
}

/** The line is shown as a gap in what it crosses; release cuts the nucleus that is selected, or else the one it crosses most of. */
export function drawCut(
  context: ToolContext,
  machine: ToolMachine,
  { plane, press, first }: CutStart,
  from: PointerSample,
): ToolState {
  const preview = context.preview.begin(0, null);
  let crossed = new VoxelSet(context.document.shapeZyx);
  let end = from;
  const show = (sample: PointerSample): void => {
    if (sample.pane !== plane) return;
    end = sample;
    crossed = new VoxelSet(context.document.shapeZyx);
    addPiercedVoxels(crossed, press.voxelZyx, sample.voxelZyx);
    preview.replace(crossed);
    context.showMarks([press, sample].map(({ voxelZyx }) => ({ voxelZyx, text: "" })));
  };
  const leave = (): ToolState => {
    preview.end();
    context.showMarks([]);
    return first;
  };
  const drawing: ToolState = {
    drag(samples) {
      show(samples[samples.length - 1]);
      return drawing;
    },
    up(sample) {
      show(sample);
      const nucleus = nucleusUnder(context, crossed);
      const proposal = nucleus === 0 ? proposalCrossed(context, [press.voxelZyx, end.voxelZyx]) : null;
      const label = proposal?.label ?? nucleus;
      if (label === 0) {
        context.say({ tone: "info", text: "Draw the line across a nucleus." });
        return leave();
      }
      const line = { plane, fromZyx: press.voxelZyx, toZyx: end.voxelZyx };
      return working(
        context,
        machine,
        { proposal, label },
        (labels, signal, knownBox) => cutByLineAct(labels, label, line, knownBox, signal),
        leave,
      );
    },
    cancel: leave,
  };
  show(from);
  return drawing;
}

/** The one that is looked at, where the line meets its box. */
function proposalCrossed(context: ToolContext, ends: readonly Zyx[]): MeantProposal | null {
  const looked = context.proposalInFocus();
  if (!looked) return null;
  const meets = looked.box.minZyx.every(
    (min, axis) =>
      Math.max(...ends.map((end) => end[axis])) >= min &&
      Math.min(...ends.map((end) => end[axis])) < looked.box.maxZyx[axis],
  );
  return meets ? { label: looked.label, found: Promise.resolve(looked) } : null;
}

function nucleusUnder({ document, view }: ToolContext, crossed: VoxelSet): LabelValue {
  const reader = new VoxelReader(document);
  const counts = new Map<LabelValue, number>();
  crossed.forEachRun((z, y, xFirst, xEnd) => {
    for (let x = xFirst; x < xEnd; x++) {
      const label = document.canonicalLabel(reader.peek(z, y, x) ?? 0);
      if (label !== 0) counts.set(label, (counts.get(label) ?? 0) + 1);
    }
  });
  const selected = document.canonicalLabel(view.get().selectedLabel);
  if (counts.has(selected)) return selected;
  return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most), [0, 0])[0];
}
