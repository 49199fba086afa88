import { PerspectiveCamera, type Ray, Raycaster, Vector2, Vector3 } from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import type { VoxelSpace } from "../../../core/volume/voxel-space.ts";
import { radiusUm } from "./scene-space.ts";

const FIELD_OF_VIEW = 32;

/** The camera that people turn around the volume. */
export class OrbitCamera {
  readonly camera = new PerspectiveCamera(FIELD_OF_VIEW, 1, 0.1, 1000);
  readonly #controls: OrbitControls;
  readonly #canvas: HTMLCanvasElement;
  readonly #space: VoxelSpace;

  constructor(canvas: HTMLCanvasElement, space: VoxelSpace, onChange: () => void) {
    this.#canvas = canvas;
    this.#space = space;
    this.#controls = new OrbitControls(this.camera, canvas);
    this.#controls.addEventListener("change", onChange);
  }

  setAspect(aspect: number): void {
    this.camera.aspect = aspect;
    this.camera.updateProjectionMatrix();
  }

  /** The whole volume, a little from above and the right. */
  fit(): void {
    const radius = radiusUm(this.#space);
    const halfAngle = (Math.min(1, this.camera.aspect) * FIELD_OF_VIEW * Math.PI) / 360;
    const distance = (radius * 0.95) / Math.sin(halfAngle);
    this.camera.near = distance / 200;
    this.camera.far = distance + radius * 12;
    this.camera.updateProjectionMatrix();
    this.#controls.minDistance = radius / 20;
    this.#controls.maxDistance = radius * 10;
    this.#controls.target.set(0, 0, 0);
    this.camera.position.copy(new Vector3(0.42, 0.5, 1).normalize().multiplyScalar(distance));
    this.#controls.update();
  }

  /** From the eye through a point of the screen, in scene coordinates. */
  rayAt(event: MouseEvent): Ray {
    const box = this.#canvas.getBoundingClientRect();
    const point = new Vector2(
      ((event.clientX - box.left) / box.width) * 2 - 1,
      1 - ((event.clientY - box.top) / box.height) * 2,
    );
    this.camera.updateMatrixWorld();
    const caster = new Raycaster();
    caster.setFromCamera(point, this.camera);
    return caster.ray;
  }

  dispose(): void {
    this.#controls.dispose();
  }
}
