import type { ToolContext } from "../tool-context.ts";
import type { ToolMachine, ToolState } from "../tool-machine.ts";
import { splitSecondClick } from "./second-click.ts";
import { voxelUnder } from "./voxel-under.ts";

export function splitFirstClick(context: ToolContext, machine: ToolMachine): ToolState {
  const first: ToolState = {
    down(sample) {
      if (sample.button !== 0 || sample.ctrlKey || !context.document.canEdit) return null;
      const voxelZyx = voxelUnder(context, sample);
      if (!voxelZyx) {
        context.say({ tone: "info", text: "Click inside the nucleus that should be split." });
        return null;
      }
      context.view.set({ selectedLabel: context.document.canonicalLabel(sample.label), selectedProposal: 0 });
      return splitSecondClick(context, machine, { voxelZyx, label: sample.label }, first);
    },
    cancel: () => first,
  };
  return first;
}
