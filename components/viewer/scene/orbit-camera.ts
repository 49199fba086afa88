import { PerspectiveCamera, type Ray, Raycaster, Spherical, Vector2, Vector3 } from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import type { VoxelSpace } from "../../../core/volume/voxel-space.ts";
import { radiusUm } from "./scene-space.ts";

const FIELD_OF_VIEW = 32;

/** So near to straight above the camera would tumble. */
const POLE_RAD = 0.02;

/** Share of the pane that what was flown to takes: a nucleus is judged by its neighbours too. */
const FLY_SHARE = 0.25;

/** From the eye to what it looks at, so that a ball of this radius takes `FLY_SHARE` of the pane's smaller side. µm. */
export function distanceToSee(radius: number, aspect: number): number {
  const halfSide = Math.tan((FIELD_OF_VIEW * Math.PI) / 360) * Math.min(1, aspect);
  return radius / Math.sin(Math.atan(FLY_SHARE * halfSide));
}

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

  /** Looks at a place from the side that it looked from before. */
  flyTo(place: Vector3, radius: number): void {
    const { minDistance, maxDistance, target } = this.#controls;
    const side = this.camera.position.clone().sub(target).normalize();
    const distance = Math.min(Math.max(distanceToSee(radius, this.camera.aspect), minDistance), maxDistance);
    target.copy(place);
    this.camera.position.copy(place).addScaledVector(side, distance);
    this.#controls.update();
  }

  /** Round what is looked at; radians. Stops above and below it. */
  turn(rightRad: number, upRad: number): void {
    const { target } = this.#controls;
    const offset = new Spherical().setFromVector3(this.camera.position.clone().sub(target));
    offset.theta += rightRad;
    offset.phi = Math.min(Math.max(offset.phi - upRad, POLE_RAD), Math.PI - POLE_RAD);
    this.camera.position.setFromSpherical(offset).add(target);
    this.#controls.update();
  }

  /** Nearer to what is looked at with a factor below 1. */
  approach(factor: number): void {
    const { minDistance, maxDistance, target } = this.#controls;
    const offset = this.camera.position.clone().sub(target);
    offset.setLength(Math.min(Math.max(offset.length() * factor, minDistance), maxDistance));
    this.camera.position.copy(target).add(offset);
    this.#controls.update();
  }

  /** The hand turns nothing while it is held. */
  hold(isHeld: boolean): void {
    this.#controls.enabled = !isHeld;
  }

  /** CSS pixels per µm at what is looked at. */
  pxPerUm(heightPx: number): number {
    const distance = this.camera.position.distanceTo(this.#controls.target);
    return heightPx / (2 * distance * Math.tan((FIELD_OF_VIEW * Math.PI) / 360));
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
