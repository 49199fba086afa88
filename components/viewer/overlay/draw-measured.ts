import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { ballSection, type Circle } from "../geometry/ball-section.ts";
import { type PaneGeometry, toScreenU, toScreenV } from "../geometry/pane-geometry.ts";
import type { MeasuredLine } from "../viewer-contract.ts";
import { drawPlate } from "./screen-text.ts";

const COLOR = "#ffd43b";
const EDGE = "rgba(12, 14, 17, 0.85)";

/** A measured distance as this pane sees it; faint where neither end lies in the slice. */
export function drawMeasured(
  context: CanvasRenderingContext2D,
  pane: PaneGeometry,
  slice: number,
  voxelSizeZyx: Zyx,
  line: MeasuredLine,
): void {
  const { u, v, w } = pane.axes;
  const ends = [line.fromZyx, line.toZyx].filter((end) => end !== null);
  context.globalAlpha = ends.some((end) => Math.floor(end[w]) === slice) ? 1 : 0.45;
  drawMeasuredLine(
    context,
    ends.map((end) => ({ x: toScreenU(pane, end[u]), y: toScreenV(pane, end[v]) })),
    line.text,
  );
  context.globalAlpha = 1;
  const circle = line.ball && ballSection(pane, slice, voxelSizeZyx, line.ball);
  if (circle) drawCircle(context, circle, line.ball?.isSaid ? 2.25 : 1);
}

function drawCircle(context: CanvasRenderingContext2D, { x, y, radiusPx }: Circle, width: number): void {
  context.beginPath();
  context.arc(x, y, radiusPx, 0, 2 * Math.PI);
  for (const [color, lineWidth] of [
    [EDGE, width + 1.5],
    [COLOR, width],
  ] as const) {
    context.strokeStyle = color;
    context.lineWidth = lineWidth;
    context.stroke();
  }
}

/** `ends`: one or two points of the screen, CSS pixels. */
export function drawMeasuredLine(
  context: CanvasRenderingContext2D,
  ends: readonly { readonly x: number; readonly y: number }[],
  text: string,
): void {
  const [from, to] = ends;
  for (const [color, lineWidth] of [
    [EDGE, 4],
    [COLOR, 1.75],
  ] as const) {
    context.strokeStyle = color;
    context.lineWidth = lineWidth;
    context.beginPath();
    if (to) {
      context.moveTo(from.x, from.y);
      context.lineTo(to.x, to.y);
    }
    for (const { x, y } of ends) {
      context.moveTo(x + 4, y);
      context.arc(x, y, 4, 0, 2 * Math.PI);
    }
    context.stroke();
  }
  if (to) drawPlate(context, text, (from.x + to.x) / 2 + 8, (from.y + to.y) / 2 - 14, COLOR);
}
