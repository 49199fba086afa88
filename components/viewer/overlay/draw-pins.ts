import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { type PaneGeometry, toScreenU, toScreenV } from "../geometry/pane-geometry.ts";
import type { CommentPin } from "../viewer-contract.ts";

/** A bubble whose tip is at the place: CSS pixels from there, so that a click can be told to be on it. */
export const PIN = { halfWidthPx: 8, topPx: 18, bottomPx: 6 } as const;

/** Pins of places that lie deeper are not drawn: a volume may have hundreds. */
export const PIN_DEPTH_UM = 4;

const COLOR = "#ffd43b";
const SELECTED = "#ffffff";

export function drawPins(
  context: CanvasRenderingContext2D,
  pane: PaneGeometry,
  slice: number,
  voxelSizeZyx: Zyx,
  pins: readonly CommentPin[],
): void {
  const { u, v, w } = pane.axes;
  for (const { voxelZyx, isSelected } of pins) {
    const depthUm = Math.abs(Math.floor(voxelZyx[w]) - slice) * voxelSizeZyx[w];
    if (depthUm > PIN_DEPTH_UM && !isSelected) continue;
    context.globalAlpha = depthUm === 0 ? 1 : 0.5;
    drawPin(context, toScreenU(pane, voxelZyx[u]), toScreenV(pane, voxelZyx[v]), isSelected);
  }
  context.globalAlpha = 1;
}

export function drawPin(context: CanvasRenderingContext2D, x: number, y: number, isSelected: boolean): void {
  const { halfWidthPx, topPx, bottomPx } = PIN;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x - 3, y - bottomPx);
  context.lineTo(x - halfWidthPx, y - bottomPx);
  context.lineTo(x - halfWidthPx, y - topPx);
  context.lineTo(x + halfWidthPx, y - topPx);
  context.lineTo(x + halfWidthPx, y - bottomPx);
  context.lineTo(x + 3, y - bottomPx);
  context.closePath();
  context.fillStyle = isSelected ? SELECTED : COLOR;
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = "rgba(12, 14, 17, 0.9)";
  context.stroke();
}
