import { proposalUnder } from "../paint-target.ts";
import type { ToolContext } from "../tool-context.ts";
import type { ToolState } from "../tool-machine.ts";
import { mergeSecondClick } from "./second-click.ts";

export function mergeFirstClick(context: ToolContext): ToolState {
  const first: ToolState = {
    down(sample) {
      if (sample.button !== 0 || sample.ctrlKey || !context.document.canEdit) return null;
      const proposal = proposalUnder(context, sample);
      if (sample.label === 0 && !proposal) {
        context.say({ tone: "info", text: "Click the first of the two nuclei that are one." });
        return null;
      }
      if (!proposal)
        context.view.set({ selectedLabel: context.document.canonicalLabel(sample.label), selectedProposal: 0 });
      return mergeSecondClick(context, { voxelZyx: sample.voxelZyx, label: sample.label, proposal }, first);
    },
    cancel: () => first,
  };
  return first;
}
