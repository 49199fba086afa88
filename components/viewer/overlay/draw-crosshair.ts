import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { axisLetter } from "../geometry/pane-axes.ts";
import { type PaneGeometry, toScreenU, toScreenV } from "../geometry/pane-geometry.ts";
import { axisColours, overlayFont } from "./overlay-style.ts";

/** Half the gap in the middle, CSS pixels: the lines must not hide what they point at. */
const GAP_PX = 14;

/** Where the other two panes cut this one. A line has the colour of the axis that it is a slice of. */
export function drawCrosshair(context: CanvasRenderingContext2D, pane: PaneGeometry, crosshairZyx: Zyx): void {
  const { u, v } = pane.axes;
  const x = Math.round(toScreenU(pane, Math.floor(crosshairZyx[u]) + 0.5)) + 0.5;
  const y = Math.round(toScreenV(pane, Math.floor(crosshairZyx[v]) + 0.5)) + 0.5;
  context.lineWidth = 1;
  context.globalAlpha = 0.75;
  line(context, axisColours[u], x, 0, x, y - GAP_PX);
  line(context, axisColours[u], x, y + GAP_PX, x, pane.heightPx);
  line(context, axisColours[v], 0, y, x - GAP_PX, y);
  line(context, axisColours[v], x + GAP_PX, y, pane.widthPx, y);
  context.globalAlpha = 1;
}

/** Small arrows at the lower left: which axis runs to the right, which down. */
export function drawAxisLetters(context: CanvasRenderingContext2D, pane: PaneGeometry): void {
  const { u, v } = pane.axes;
  const x = 14.5;
  const y = 40.5;
  const length = 22;
  line(context, axisColours[u], x, y, x + length, y);
  line(context, axisColours[v], x, y, x, y + length);
  context.font = overlayFont;
  context.textBaseline = "middle";
  context.fillStyle = axisColours[u];
  context.fillText(axisLetter(u), x + length + 4, y);
  context.fillStyle = axisColours[v];
  context.fillText(axisLetter(v), x - 3, y + length + 8);
}

function line(context: CanvasRenderingContext2D, color: string, x0: number, y0: number, x1: number, y1: number): void {
  context.strokeStyle = color;
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}
