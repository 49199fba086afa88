import type { Peer } from "../../../core/edit/label-document.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { type PaneGeometry, toScreenU, toScreenV } from "../geometry/pane-geometry.ts";
import { drawPlate } from "./screen-text.ts";

/** How far (µm) from the shown slice a colleague's pointer fades out. */
const FADE_UM = 6;

/** Colleagues' pointers with names, and the strokes they are drawing. */
export function drawPeers(
  context: CanvasRenderingContext2D,
  pane: PaneGeometry,
  slice: number,
  zoom: number,
  voxelSizeZyx: Zyx,
  peers: readonly Peer[],
): void {
  const { u, v, w } = pane.axes;
  const distanceUm = (zyx: Zyx) => Math.max(0, Math.abs(zyx[w] - slice - 0.5) - 0.5) * voxelSizeZyx[w];
  for (const peer of peers) {
    if (peer.stroke) drawStroke(context, pane, zoom, peer.color, peer.stroke, distanceUm);
    if (!peer.cursorZyx) continue;
    const nearness = 1 - Math.min(1, distanceUm(peer.cursorZyx) / FADE_UM);
    const x = toScreenU(pane, peer.cursorZyx[u]);
    const y = toScreenV(pane, peer.cursorZyx[v]);
    if (x < -80 || y < -20 || x > pane.widthPx + 20 || y > pane.heightPx + 20) continue;
    context.globalAlpha = 0.35 + 0.65 * nearness;
    drawCursor(context, x, y, peer.color, nearness > 0);
    drawPlate(context, peer.name, x + 9, y + 15, peer.color);
    context.globalAlpha = 1;
  }
}

/** An arrow in the colleague's slice; a ring where the pointer is in front of or behind it. */
export function drawCursor(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  color: string,
  isHere: boolean,
): void {
  context.beginPath();
  if (isHere) {
    context.moveTo(x, y);
    context.lineTo(x + 4, y + 12);
    context.lineTo(x + 6.5, y + 7);
    context.lineTo(x + 12, y + 5);
    context.closePath();
  } else context.arc(x, y, 4, 0, 2 * Math.PI);
  context.lineWidth = 2.5;
  context.strokeStyle = "rgba(12, 14, 17, 0.85)";
  context.stroke();
  context.lineWidth = 1.25;
  context.strokeStyle = color;
  context.stroke();
  if (!isHere) return;
  context.fillStyle = color;
  context.fill();
}

function drawStroke(
  context: CanvasRenderingContext2D,
  pane: PaneGeometry,
  zoom: number,
  color: string,
  stroke: NonNullable<Peer["stroke"]>,
  distanceUm: (zyx: Zyx) => number,
): void {
  const { u, v } = pane.axes;
  const near = stroke.pathZyx.filter((point) => distanceUm(point) <= stroke.radiusUm);
  if (near.length === 0) return;
  context.beginPath();
  near.forEach((point, i) => {
    const x = toScreenU(pane, point[u]);
    const y = toScreenV(pane, point[v]);
    if (i === 0) context.moveTo(x, y);
    context.lineTo(x, y);
  });
  context.globalAlpha = 0.4;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.lineWidth = Math.max(2, 2 * stroke.radiusUm * zoom);
  context.strokeStyle = color;
  context.stroke();
  context.globalAlpha = 1;
}
