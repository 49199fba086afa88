import type { Ray } from "three";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { ViewerEngine } from "../engine/viewer-engine.ts";
import { pickAlongRay } from "../geometry/pick-ray.ts";
import { toVoxels } from "./scene-space.ts";

/** The first visible nucleus on a ray, by a walk through the voxels: exact, whatever the surfaces leave out. */
export function hitNucleus({ image, layers }: ViewerEngine, ray: Ray): Zyx | null {
  const originZyx = toVoxels(image, ray.origin);
  const ahead = toVoxels(image, ray.origin.clone().add(ray.direction));
  const directionZyx: Zyx = [ahead[0] - originZyx[0], ahead[1] - originZyx[1], ahead[2] - originZyx[2]];
  return pickAlongRay({ originZyx, directionZyx }, image.shapeZyx, (z, y, x) =>
    layers.drawn.some(({ layer, palette }) => {
      const label = layer.visible ? layers.labelAt(layer.id, [z, y, x]) : 0;
      return label !== 0 && palette.entryOf(label).visible;
    }),
  );
}

/** Calls `onClick` for presses that do not turn the camera. */
export function watchClicks(canvas: HTMLCanvasElement, onClick: (event: PointerEvent) => void): () => void {
  const abort = new AbortController();
  const { signal } = abort;
  let press: { x: number; y: number } | null = null;
  canvas.addEventListener(
    "pointerdown",
    (event) => {
      press = event.button === 0 ? { x: event.clientX, y: event.clientY } : null;
    },
    { signal },
  );
  canvas.addEventListener(
    "pointerup",
    (event) => {
      if (press && Math.hypot(event.clientX - press.x, event.clientY - press.y) < CLICK_PX) onClick(event);
      press = null;
    },
    { signal },
  );
  canvas.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
  return () => abort.abort();
}

const CLICK_PX = 4;
