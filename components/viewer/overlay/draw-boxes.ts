import { type PaneGeometry, toScreenU, toScreenV } from "../geometry/pane-geometry.ts";
import type { ViewerOverlays } from "../viewer-contract.ts";
import { boxStyles, boxText } from "./overlay-style.ts";
import { drawPlate } from "./screen-text.ts";

/** Boxes that the shown slice cuts. */
export function drawBoxes(
  context: CanvasRenderingContext2D,
  pane: PaneGeometry,
  slice: number,
  boxes: ViewerOverlays["boxes"],
): void {
  const { u, v, w } = pane.axes;
  for (const shown of boxes) {
    const { box, kind, selected } = shown;
    if (slice < box.minZyx[w] || slice >= box.maxZyx[w]) continue;
    const style = boxStyles[kind];
    const left = Math.round(toScreenU(pane, box.minZyx[u])) + 0.5;
    const top = Math.round(toScreenV(pane, box.minZyx[v])) + 0.5;
    const width = Math.round(toScreenU(pane, box.maxZyx[u])) + 0.5 - left;
    const height = Math.round(toScreenV(pane, box.maxZyx[v])) + 0.5 - top;
    context.setLineDash(style.dash as number[]);
    context.strokeStyle = style.color;
    context.lineWidth = selected ? 2.5 : 1.25;
    context.strokeRect(left, top, width, height);
    context.setLineDash([]);
    if (selected) drawHandles(context, left, top, width, height, style.color);
    if (width > 60 && height > 24) drawPlate(context, boxText(shown), left + 3, top + 11, style.color);
  }
}

function drawHandles(
  context: CanvasRenderingContext2D,
  left: number,
  top: number,
  width: number,
  height: number,
  color: string,
): void {
  context.fillStyle = color;
  for (const x of [left, left + width / 2, left + width])
    for (const y of [top, top + height / 2, top + height])
      if (x !== left + width / 2 || y !== top + height / 2) context.fillRect(x - 3, y - 3, 6, 6);
}
