import type { ViewerEngine } from "../engine/viewer-engine.ts";
import { type PaneGeometry, toScreenU, toScreenV } from "../geometry/pane-geometry.ts";
import type { PointerSample, ViewerOverlays } from "../viewer-contract.ts";
import { drawBoxes } from "./draw-boxes.ts";
import { drawAxisLetters, drawCrosshair } from "./draw-crosshair.ts";
import { drawMeasured } from "./draw-measured.ts";
import { drawPeers } from "./draw-peers.ts";
import { drawPins } from "./draw-pins.ts";
import { drawPlate } from "./screen-text.ts";

/** All that lies over a slice, in CSS pixels; into a picture, pointers of people do not go. */
export function drawSliceOverlay(
  context: CanvasRenderingContext2D,
  ratio: number,
  pane: PaneGeometry,
  slice: number,
  engine: ViewerEngine,
  isPicture = false,
): void {
  const { crosshairZyx, zoom } = engine.view.get();
  const { boxes, peers, points, measured, pins = [] } = engine.overlays;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, pane.widthPx, pane.heightPx);
  drawVolumeBorder(context, pane, engine);
  drawCrosshair(context, pane, crosshairZyx);
  drawAxisLetters(context, pane);
  drawBoxes(context, pane, slice, boxes);
  drawPins(context, pane, slice, engine.image.voxelSizeZyx, pins);
  drawPoints(context, pane, slice, points);
  if (measured) drawMeasured(context, pane, slice, engine.image.voxelSizeZyx, measured);
  if (isPicture) return;
  drawPeers(context, pane, slice, zoom, engine.image.voxelSizeZyx, peers);
  const hover = engine.hover.get();
  if (hover?.pane === pane.plane && engine.tool.ringRadiusUm !== null)
    drawRing(context, pane, hover, engine.tool.ringRadiusUm * zoom);
}

/** So that black voxels at the border are told from what lies outside. */
function drawVolumeBorder(context: CanvasRenderingContext2D, pane: PaneGeometry, { image }: ViewerEngine): void {
  const left = toScreenU(pane, 0);
  const top = toScreenV(pane, 0);
  context.strokeStyle = "rgba(140, 150, 162, 0.35)";
  context.lineWidth = 1;
  context.strokeRect(
    left - 0.5,
    top - 0.5,
    toScreenU(pane, image.shapeZyx[pane.axes.u]) - left + 1,
    toScreenV(pane, image.shapeZyx[pane.axes.v]) - top + 1,
  );
}

function drawPoints(
  context: CanvasRenderingContext2D,
  pane: PaneGeometry,
  slice: number,
  points: ViewerOverlays["points"],
): void {
  const { u, v, w } = pane.axes;
  for (const { voxelZyx, color, text } of points) {
    const x = toScreenU(pane, voxelZyx[u]);
    const y = toScreenV(pane, voxelZyx[v]);
    context.globalAlpha = Math.floor(voxelZyx[w]) === slice ? 1 : 0.4;
    context.beginPath();
    context.arc(x, y, 5, 0, 2 * Math.PI);
    context.lineWidth = 3.5;
    context.strokeStyle = "rgba(12, 14, 17, 0.85)";
    context.stroke();
    context.lineWidth = 1.75;
    context.strokeStyle = color;
    context.stroke();
    if (text) drawPlate(context, text, x + 8, y - 12, color);
    context.globalAlpha = 1;
  }
}

/** The panes are true to scale, so a radius in µm is a circle on every plane; the voxels under it may be long. */
function drawRing(context: CanvasRenderingContext2D, pane: PaneGeometry, hover: PointerSample, radiusPx: number): void {
  const { u, v } = pane.axes;
  context.beginPath();
  context.arc(
    toScreenU(pane, hover.voxelZyx[u]),
    toScreenV(pane, hover.voxelZyx[v]),
    Math.max(1.5, radiusPx),
    0,
    2 * Math.PI,
  );
  context.lineWidth = 3;
  context.strokeStyle = "rgba(12, 14, 17, 0.6)";
  context.stroke();
  context.lineWidth = 1.25;
  context.strokeStyle = "rgba(255, 255, 255, 0.95)";
  context.stroke();
}
