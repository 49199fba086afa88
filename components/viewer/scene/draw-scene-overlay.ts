import { type PerspectiveCamera, Vector3 } from "three";
import type { VoxelBox, Zyx } from "../../../core/volume/voxel-space.ts";
import type { ViewerEngine } from "../engine/viewer-engine.ts";
import { axisLetter, paneAxes, slicePlanes, zyxOf } from "../geometry/pane-axes.ts";
import { sceneClip } from "../geometry/scene-clip.ts";
import { drawMeasuredLine } from "../overlay/draw-measured.ts";
import { drawCursor } from "../overlay/draw-peers.ts";
import { drawPin } from "../overlay/draw-pins.ts";
import { drawScaleBar } from "../overlay/draw-scale-bar.ts";
import { axisColours, boxStyles, overlayFont } from "../overlay/overlay-style.ts";
import { drawPlate } from "../overlay/screen-text.ts";
import { toScene } from "./scene-space.ts";

interface ScreenPoint {
  readonly x: number;
  readonly y: number;
  readonly isInFront: boolean;
}

/**
 * Lines and names over the 3D pane, on a canvas of their own: a colleague's pointer or the crosshair moves without another
 * walk of all rays through the volume. `pxPerUm`: at what is looked at; into a picture, pointers of people do not go.
 */
export function drawSceneOverlay(
  context: CanvasRenderingContext2D,
  ratio: number,
  sizePx: { readonly widthPx: number; readonly heightPx: number },
  camera: PerspectiveCamera,
  engine: ViewerEngine,
  pxPerUm: number,
  isPicture = false,
): void {
  const { image, overlays } = engine;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, sizePx.widthPx, sizePx.heightPx);
  const project = (zyx: Zyx): ScreenPoint => {
    const point = toScene(image, zyx).applyMatrix4(camera.matrixWorldInverse);
    const isInFront = point.z < -camera.near;
    const { x, y } = new Vector3().copy(point).applyMatrix4(camera.projectionMatrix);
    return { x: ((x + 1) / 2) * sizePx.widthPx, y: ((1 - y) / 2) * sizePx.heightPx, isInFront };
  };

  context.lineWidth = 1;
  context.strokeStyle = "rgba(150, 160, 172, 0.5)";
  strokeBox(context, { minZyx: [0, 0, 0], maxZyx: image.shapeZyx }, project);
  const { scene, crosshairZyx } = engine.view.get();
  const clip = sceneClip(scene, crosshairZyx, image);
  if (clip) {
    context.strokeStyle = "rgba(213, 218, 224, 0.7)";
    strokeBox(context, clip, project);
  }
  drawSlicePlanes(context, engine, project);
  drawAxes(context, image.shapeZyx, project);

  for (const { box, kind, selected } of overlays.boxes) {
    const style = boxStyles[kind];
    context.setLineDash(style.dash as number[]);
    context.strokeStyle = style.color;
    context.lineWidth = selected ? 2.25 : 1.25;
    strokeBox(context, box, project);
    context.setLineDash([]);
    const corner = project(box.minZyx);
    if (corner.isInFront) drawPlate(context, style.text, corner.x + 3, corner.y - 10, style.color);
  }
  for (const { voxelZyx, color, text } of overlays.points) {
    const { x, y, isInFront } = project(voxelZyx);
    if (!isInFront) continue;
    context.beginPath();
    context.arc(x, y, 4, 0, 2 * Math.PI);
    context.fillStyle = color;
    context.fill();
    if (text) drawPlate(context, text, x + 8, y - 10, color);
  }
  if (overlays.measured) {
    const { fromZyx, toZyx, text } = overlays.measured;
    const ends = (toZyx ? [fromZyx, toZyx] : [fromZyx]).map(project);
    if (ends.every(({ isInFront }) => isInFront)) drawMeasuredLine(context, ends, text);
  }
  for (const { voxelZyx, isSelected } of overlays.pins ?? []) {
    const { x, y, isInFront } = project(voxelZyx);
    if (isInFront) drawPin(context, x, y, isSelected);
  }
  // In perspective no bar holds everywhere.
  drawScaleBar(context, sizePx, pxPerUm, " in the middle");
  if (isPicture) return;
  for (const { cursorZyx, color, name } of overlays.peers) {
    if (!cursorZyx) continue;
    const { x, y, isInFront } = project(cursorZyx);
    if (!isInFront) continue;
    drawCursor(context, x, y, color, true);
    drawPlate(context, name, x + 9, y + 15, color);
  }
}

type Project = (zyx: Zyx) => ScreenPoint;

function strokePath(context: CanvasRenderingContext2D, points: readonly ScreenPoint[]): void {
  if (!points.every((point) => point.isInFront)) return;
  context.beginPath();
  points.forEach(({ x, y }, i) => {
    if (i === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  });
  context.stroke();
}

function strokeBox(context: CanvasRenderingContext2D, { minZyx, maxZyx }: VoxelBox, project: Project): void {
  const corner = (bits: number): Zyx => [
    bits & 4 ? maxZyx[0] : minZyx[0],
    bits & 2 ? maxZyx[1] : minZyx[1],
    bits & 1 ? maxZyx[2] : minZyx[2],
  ];
  for (let bits = 0; bits < 8; bits++)
    for (const axis of [1, 2, 4])
      if (!(bits & axis)) strokePath(context, [project(corner(bits)), project(corner(bits | axis))]);
}

/** Where the three slices cut the volume. */
function drawSlicePlanes(context: CanvasRenderingContext2D, { image, view }: ViewerEngine, project: Project): void {
  const { crosshairZyx } = view.get();
  context.globalAlpha = 0.6;
  for (const plane of slicePlanes) {
    const axes = paneAxes(plane);
    const w = Math.floor(crosshairZyx[axes.w]) + 0.5;
    const u = image.shapeZyx[axes.u];
    const v = image.shapeZyx[axes.v];
    const corners = [zyxOf(axes, 0, 0, w), zyxOf(axes, u, 0, w), zyxOf(axes, u, v, w), zyxOf(axes, 0, v, w)];
    context.strokeStyle = axisColours[axes.w];
    strokePath(context, [...corners, corners[0]].map(project));
  }
  context.globalAlpha = 1;
}

function drawAxes(context: CanvasRenderingContext2D, shapeZyx: Zyx, project: Project): void {
  context.font = overlayFont;
  context.textBaseline = "middle";
  for (const axis of [0, 1, 2] as const) {
    const end: [number, number, number] = [0, 0, 0];
    end[axis] = shapeZyx[axis];
    const [from, to] = [project([0, 0, 0]), project(end)];
    if (!to.isInFront || !from.isInFront) continue;
    context.strokeStyle = axisColours[axis];
    context.lineWidth = 1.5;
    strokePath(context, [from, to]);
    context.fillStyle = axisColours[axis];
    const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
    context.fillText(
      axisLetter(axis),
      to.x + (10 * (to.x - from.x)) / length - 3,
      to.y + (10 * (to.y - from.y)) / length,
    );
  }
  context.lineWidth = 1;
}
