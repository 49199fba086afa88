import { mergeAct } from "../../../core/edit/nucleus-acts.ts";
import type { PointerSample } from "../../viewer/viewer-contract.ts";
import type { ToolContext } from "../tool-context.ts";
import type { ToolState } from "../tool-machine.ts";

export function mergeSecondClick(context: ToolContext, one: PointerSample, first: ToolState): ToolState {
  const leave = (): ToolState => {
    context.showMarks([]);
    return first;
  };
  const second: ToolState = {
    down(sample) {
      if (sample.button !== 0 || sample.ctrlKey) return null;
      if (sample.label === 0) {
        context.say({ tone: "info", text: "Click the second nucleus, or press Escape." });
        return null;
      }
      try {
        void context.commit(mergeAct(context.document, one.label, sample.label));
        context.view.set({ selectedLabel: context.document.canonicalLabel(one.label) });
        return leave();
      } catch (error) {
        context.fail(error);
        return second;
      }
    },
    cancel: leave,
  };
  context.showMarks([{ voxelZyx: one.voxelZyx, text: "1" }]);
  return second;
}
