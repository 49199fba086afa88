import type { Ray } from "three";
import { containsPoint, type VoxelBox, type Zyx } from "../../../core/volume/voxel-space.ts";
import type { ViewerEngine } from "../engine/viewer-engine.ts";
import { pickAlongRay } from "../geometry/pick-ray.ts";
import { toVoxels } from "./scene-space.ts";

/** The first nucleus on a ray that is drawn, by a walk through the voxels: exact, whatever the surfaces leave out. */
export function hitNucleus(engine: ViewerEngine, ray: Ray, clip: VoxelBox | null, isAlone: boolean): Zyx | null {
  const { image, layers } = engine;
  const originZyx = toVoxels(image, ray.origin);
  const ahead = toVoxels(image, ray.origin.clone().add(ray.direction));
  const directionZyx: Zyx = [ahead[0] - originZyx[0], ahead[1] - originZyx[1], ahead[2] - originZyx[2]];
  const isShown = (z: number, y: number, x: number): boolean =>
    layers.drawn.some(({ layer, palette }) => {
      const label = layer.visible ? layers.labelAt(layer.id, [z, y, x]) : 0;
      if (label === 0) return false;
      const { visible, group } = palette.entryOf(label);
      return visible && !(isAlone && group !== engine.selectedGroup(layer));
    });
  return pickAlongRay(
    { originZyx, directionZyx },
    image.shapeZyx,
    (z, y, x) => (!clip || containsPoint(clip, z + 0.5, y + 0.5, x + 0.5)) && isShown(z, y, x),
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
