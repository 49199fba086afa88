import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { paneAxes } from "../../viewer/geometry/pane-axes.ts";
import { PIN, PIN_DEPTH_UM } from "../../viewer/overlay/draw-pins.ts";
import type { PointerSample } from "../../viewer/viewer-contract.ts";

/** The pin that was clicked in a slice; `zoom`: CSS pixels for a µm. */
export function pinUnder<Pin extends { readonly voxelZyx: Zyx }>(
  { pane, voxelZyx }: Pick<PointerSample, "pane" | "voxelZyx">,
  pins: readonly Pin[],
  voxelSizeZyx: Zyx,
  zoom: number,
): Pin | null {
  if (pane === "3d") return null;
  const { u, v, w } = paneAxes(pane);
  return (
    pins.findLast((pin) => {
      const beside = (voxelZyx[u] - pin.voxelZyx[u]) * voxelSizeZyx[u] * zoom;
      const below = (voxelZyx[v] - pin.voxelZyx[v]) * voxelSizeZyx[v] * zoom;
      const depthUm = Math.abs(Math.floor(pin.voxelZyx[w]) - Math.floor(voxelZyx[w])) * voxelSizeZyx[w];
      return depthUm <= PIN_DEPTH_UM && Math.abs(beside) <= PIN.halfWidthPx && below <= 1 && below >= -PIN.topPx;
    }) ?? null
  );
}
