import { paintPlane } from "../brush/brush-order.ts";
import { proposalUnder } from "../paint-target.ts";
import type { ToolContext } from "../tool-context.ts";
import type { ToolMachine, ToolState } from "../tool-machine.ts";
import { drawCut } from "./drawing-cut.ts";
import { splitSecondClick } from "./second-click.ts";
import { voxelOf, voxelUnder } from "./voxel-under.ts";

/** A press that moves less is a click, CSS pixels. */
const CLICK_PX = 6;

/** A click begins a split by two clicks; a drag, which may begin beside the nucleus, draws the line of a cut. */
export function splitFirstClick(context: ToolContext, machine: ToolMachine): ToolState {
  const first: ToolState = {
    down(press) {
      if (press.button !== 0 || press.ctrlKey || !context.document.canEdit) return null;
      const plane = paintPlane(press);
      if (!plane && !voxelUnder(context, press)) return null; // beside a surface in 3D: the viewer turns it
      const pressed: ToolState = {
        drag(samples) {
          const last = samples[samples.length - 1];
          const { voxelSizeZyx } = context.document;
          const movedUm = Math.hypot(
            ...last.voxelZyx.map((v, axis) => (v - press.voxelZyx[axis]) * voxelSizeZyx[axis]),
          );
          const isDrag = last.pane === plane && movedUm * context.view.get().zoom >= CLICK_PX;
          return isDrag ? drawCut(context, machine, { plane, press, first }, last) : pressed;
        },
        up() {
          const proposal = plane && proposalUnder(context, press);
          if (proposal)
            return splitSecondClick(
              context,
              machine,
              { voxelZyx: voxelOf(press), label: proposal.label, proposal },
              first,
            );
          const voxelZyx = voxelUnder(context, press);
          if (!voxelZyx) {
            context.say({ tone: "info", text: "Click inside the nucleus, or draw a line across it." });
            return first;
          }
          context.view.set({ selectedLabel: context.document.canonicalLabel(press.label), selectedProposal: 0 });
          return splitSecondClick(context, machine, { voxelZyx, label: press.label, proposal: null }, first);
        },
        cancel: () => first,
      };
      return pressed;
    },
    cancel: () => first,
  };
  return first;
}
