import type { LabelValue } from "../../../core/edit/label-document.ts";
import { splitAct } from "../../../core/edit/parts/split-nucleus.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { proposalUnder } from "../paint-target.ts";
import type { MeantProposal, ToolContext } from "../tool-context.ts";
import type { ToolMachine, ToolState } from "../tool-machine.ts";
import { voxelOf, voxelUnder } from "./voxel-under.ts";
import { working } from "./working.ts";

interface FirstClick {
  readonly voxelZyx: Zyx;
  readonly label: LabelValue;
  /** It is no nucleus yet: the split takes it over. */
  readonly proposal: MeantProposal | null;
}

export function splitSecondClick(
  context: ToolContext,
  machine: ToolMachine,
  one: FirstClick,
  first: ToolState,
): ToolState {
  const leave = (): ToolState => {
    context.showMarks([]);
    return first;
  };
  const second: ToolState = {
    down(sample) {
      if (sample.button !== 0 || sample.ctrlKey) return null;
      const isOnSame = one.proposal
        ? sample.pane !== "3d" && proposalUnder(context, sample)?.label === one.label
        : context.document.membersOf(one.label).includes(sample.label);
      const voxelZyx = one.proposal ? voxelOf(sample) : voxelUnder(context, sample);
      if (!voxelZyx || !isOnSame) {
        context.say({ tone: "info", text: "Click the other half of the same nucleus, or press Escape." });
        return null;
      }
      context.showMarks([
        { voxelZyx: one.voxelZyx, text: "1" },
        { voxelZyx, text: "2" },
      ]);
      const clicks = { firstZyx: one.voxelZyx, secondZyx: voxelZyx };
      return working(
        context,
        machine,
        { proposal: one.proposal, label: one.label },
        (labels, signal, knownBox) => splitAct(labels, context.image, clicks, knownBox, signal),
        leave,
      );
    },
    cancel: leave,
  };
  context.showMarks([{ voxelZyx: one.voxelZyx, text: "1" }]);
  return second;
}
