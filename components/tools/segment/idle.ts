import type { Click } from "../../../core/click/click.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { PointerSample } from "../../viewer/viewer-contract.ts";
import { paintPlane } from "../brush/brush-order.ts";
import { meantProposal } from "../paint-target.ts";
import type { ToolContext } from "../tool-context.ts";
import type { ToolState } from "../tool-machine.ts";
import type { Segmenting } from "./segmenting.ts";

/** Of a stroke, µm: nearer places say nothing new. */
const APART_UM = 2;

/** A click in the nucleus, or a stroke through it; with Alt, through what is not its own. */
export function segmentIdle(context: ToolContext, segmenting: Segmenting): ToolState {
  const idle: ToolState = {
    down: (sample) => (paintPlane(sample) && context.document.canEdit ? pointing(sample) : null),
    cancel() {
      segmenting.drop();
      return idle;
    },
  };

  function pointing(press: PointerSample): ToolState {
    const { voxelSizeZyx } = context.document;
    const places: Zyx[] = [voxelOf(context, press)];
    const state: ToolState = {
      drag(samples) {
        for (const sample of samples) {
          const place = voxelOf(context, sample);
          const last = places[places.length - 1];
          if (Math.hypot(...place.map((at, axis) => (at - last[axis]) * voxelSizeZyx[axis])) >= APART_UM)
            places.push(place);
        }
        return state;
      },
      up() {
        const clicks = places.map((voxelZyx): Click => ({ voxelZyx, isInside: !press.altKey }));
        try {
          void segmenting.add(clicks, press.label, meantProposal(context, press));
        } catch (error) {
          context.fail(error);
        }
        return idle;
      },
      cancel: () => idle,
    };
    return state;
  }
  return idle;
}

const voxelOf = ({ document }: ToolContext, { voxelZyx }: PointerSample): Zyx => {
  const at = (axis: 0 | 1 | 2) => Math.min(Math.max(Math.floor(voxelZyx[axis]), 0), document.shapeZyx[axis] - 1);
  return [at(0), at(1), at(2)];
};
