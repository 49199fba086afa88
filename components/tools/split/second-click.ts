import type { LabelValue } from "../../../core/edit/label-document.ts";
import { splitAct } from "../../../core/edit/parts/split-nucleus.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { ToolContext } from "../tool-context.ts";
import type { ToolMachine, ToolState } from "../tool-machine.ts";
import { voxelUnder } from "./voxel-under.ts";
import { working } from "./working.ts";

interface FirstClick {
  readonly voxelZyx: Zyx;
  readonly label: LabelValue;
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
      const voxelZyx = voxelUnder(context, sample);
      if (!voxelZyx || !context.document.membersOf(one.label).includes(sample.label)) {
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
        (signal) => splitAct(context.document, context.image, clicks, context.knownBox(one.label), signal),
        leave,
      );
    },
    cancel: leave,
  };
  context.showMarks([{ voxelZyx: one.voxelZyx, text: "1" }]);
  return second;
}
