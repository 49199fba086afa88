import type { VoxelSpace } from "../../../core/volume/voxel-space.ts";
import { type PaneGeometry, toScreenU, toScreenV } from "./pane-geometry.ts";

/** The longer side of a map, CSS pixels. */
export const MAP_PX = 104;
/** A pane that is no larger than this has no room for one. */
const LEAST_PANE_PX = 240;
/** Of a slice that is all but whole on the pane no map is needed. */
const WHOLE_SHARE = 0.92;

/** A map of the whole slice, in CSS pixels, and what of it the pane shows. */
export interface MiniMapPlace {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly shown: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
}

/** Null where the whole slice is on the pane, or no room for a map. */
export function placeMiniMap(pane: PaneGeometry, { shapeZyx, voxelSizeZyx }: VoxelSpace): MiniMapPlace | null {
  if (Math.min(pane.widthPx, pane.heightPx) < LEAST_PANE_PX) return null;
  const { u, v } = pane.axes;
  const endU = toScreenU(pane, shapeZyx[u]);
  const endV = toScreenV(pane, shapeZyx[v]);
  const [fromU, fromV] = [toScreenU(pane, 0), toScreenV(pane, 0)];
  const share = (from: number, end: number, size: number) =>
    Math.max(0, Math.min(end, size) - Math.max(from, 0)) / (end - from);
  if (share(fromU, endU, pane.widthPx) > WHOLE_SHARE && share(fromV, endV, pane.heightPx) > WHOLE_SHARE) return null;
  const [umU, umV] = [shapeZyx[u] * voxelSizeZyx[u], shapeZyx[v] * voxelSizeZyx[v]];
  const scale = MAP_PX / Math.max(umU, umV);
  const widthPx = Math.max(8, Math.round(umU * scale));
  const heightPx = Math.max(8, Math.round(umV * scale));
  const along = (from: number, end: number, at: number, sizePx: number) =>
    Math.min(sizePx, Math.max(0, ((at - from) / (end - from)) * sizePx));
  const left = along(fromU, endU, 0, widthPx);
  const top = along(fromV, endV, 0, heightPx);
  return {
    widthPx,
    heightPx,
    shown: {
      left,
      top,
      width: along(fromU, endU, pane.widthPx, widthPx) - left,
      height: along(fromV, endV, pane.heightPx, heightPx) - top,
    },
  };
}
