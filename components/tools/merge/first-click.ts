import type { ToolContext } from "../tool-context.ts";
import type { ToolState } from "../tool-machine.ts";
import { mergeSecondClick } from "./second-click.ts";

export function mergeFirstClick(context: ToolContext): ToolState {
  const first: ToolState = {
    down(sample) {
      if (sample.button !== 0 || sample.ctrlKey || !context.document.canEdit) return null;
      if (sample.label === 0) {
        context.say({ tone: "info", text: "Click the first of the two nuclei that are one." });
        return null;
      }
      context.view.set({ selectedLabel: context.document.canonicalLabel(sample.label), selectedProposal: 0 });
      return mergeSecondClick(context, sample, first);
    },
    cancel: () => first,
  };
  return first;
}
