import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { MeasuredBall } from "../viewer-contract.ts";
import type { PaneGeometry } from "./pane-geometry.ts";
import { toScreenU, toScreenV } from "./pane-geometry.ts";

/** A circle on a pane, CSS pixels. */
export interface Circle {
  readonly x: number;
  readonly y: number;
  readonly radiusPx: number;
}

/**
 * What a pane's slice shows of a ball: in the slice that its middle lies in its whole width, less in those beside it, whatever their
 * thickness; null where it does not reach. Panes are true to scale, so that it is a circle on each of them.
 */
export function ballSection(
  pane: PaneGeometry,
  slice: number,
  voxelSizeZyx: Zyx,
  { centreZyx, diameterUm }: MeasuredBall,
): Circle | null {
  const { u, v, w } = pane.axes;
  const awayUm = (slice - Math.floor(centreZyx[w])) * voxelSizeZyx[w];
  const radiusUm = Math.sqrt((diameterUm / 2) ** 2 - awayUm ** 2);
  if (!(radiusUm > 0)) return null;
  return {
    x: toScreenU(pane, centreZyx[u]),
    y: toScreenV(pane, centreZyx[v]),
    radiusPx: radiusUm * (pane.pxPerVoxelU / voxelSizeZyx[u]),
  };
}
