import type { ViewerEngine } from "../engine/viewer-engine.ts";
import { paneAxes, withAxis, zyxOf } from "../geometry/pane-axes.ts";
import { isInside, type PaneGeometry, toVoxelZyx, zoomedCenterUm } from "../geometry/pane-geometry.ts";
import type { PaneId, PointerSample, PointerTool, SlicePlane } from "../viewer-contract.ts";
import { isSpaceHeld } from "./space-key.ts";

/** A press that moved less than this is a click. */
const CLICK_PX = 4;
/** Wheel units per slice (a notch of most mice is 100 or 120). */
const WHEEL_PER_SLICE = 80;
const ZOOM_PER_WHEEL = 0.0022;

/** The pane that the pointer is over. */
export interface PointedPane {
  readonly plane: SlicePlane;
  readonly slice: number;
  readonly geometry: PaneGeometry;
}

type Gesture =
  | { readonly kind: "tool"; readonly tool: PointerTool }
  | { readonly kind: "pan"; lastX: number; lastY: number }
  | { readonly kind: "press"; readonly startX: number; readonly startY: number; isDrag: boolean };

/** Mouse, pen and touch over one slice pane: to the tool if it captures, else panning, the crosshair, or a pick. */
export class PanePointer {
  readonly #engine: ViewerEngine;
  readonly #pane: PointedPane;
  readonly #host: HTMLElement;
  readonly #abort = new AbortController();
  #gesture: Gesture | null = null;
  #wheel = 0;

  constructor(engine: ViewerEngine, pane: PointedPane, host: HTMLElement) {
    this.#engine = engine;
    this.#pane = pane;
    this.#host = host;
    const options = { signal: this.#abort.signal };
    host.addEventListener("pointerdown", (event) => this.#down(event), options);
    host.addEventListener("pointermove", (event) => this.#move(event), options);
    host.addEventListener("pointerup", (event) => this.#up(event), options);
    host.addEventListener("pointercancel", () => this.#cancel(), options);
    host.addEventListener("lostpointercapture", () => this.#cancel(), options);
    host.addEventListener("pointerleave", () => this.#engine.setHover(null), options);
    host.addEventListener("contextmenu", (event) => event.preventDefault(), options);
    host.addEventListener("wheel", (event) => this.#onWheel(event), { ...options, passive: false });
    window.addEventListener("keydown", (event) => event.key === "Escape" && this.#cancel(), options);
  }

  dispose(): void {
    this.#cancel();
    this.#abort.abort();
  }

  #down(event: PointerEvent): void {
    if (this.#gesture || isControl(event.target)) return;
    this.#host.setPointerCapture(event.pointerId);
    const sample = this.#sample(event);
    if (event.button === 1 || isSpaceHeld())
      this.#gesture = { kind: "pan", lastX: event.clientX, lastY: event.clientY };
    else if (this.#engine.tool.down(sample)) this.#gesture = { kind: "tool", tool: this.#engine.tool };
    else if (event.button === 0)
      this.#gesture = { kind: "press", startX: event.clientX, startY: event.clientY, isDrag: false };
    else this.#gesture = { kind: "pan", lastX: event.clientX, lastY: event.clientY };
    if (event.button === 1) event.preventDefault(); // no autoscroll
    this.#showCursor();
  }

  #move(event: PointerEvent): void {
    const gesture = this.#gesture;
    const sample = this.#sample(event);
    if (!gesture || gesture.kind === "tool") {
      const coalesced = event.getCoalescedEvents?.() ?? [];
      const samples = coalesced.length > 0 ? coalesced.map((one) => this.#sample(one)) : [sample];
      (gesture?.tool ?? this.#engine.tool).move(samples);
    } else if (gesture.kind === "pan") {
      const { zoom, centerUmZyx } = this.#engine.view.get();
      const { u, v } = paneAxes(this.#pane.plane);
      const moved = withAxis(centerUmZyx, u, centerUmZyx[u] - (event.clientX - gesture.lastX) / zoom);
      this.#engine.view.set({ centerUmZyx: withAxis(moved, v, moved[v] - (event.clientY - gesture.lastY) / zoom) });
      gesture.lastX = event.clientX;
      gesture.lastY = event.clientY;
    } else {
      gesture.isDrag ||= Math.hypot(event.clientX - gesture.startX, event.clientY - gesture.startY) >= CLICK_PX;
      if (gesture.isDrag) this.#moveCrosshair(sample);
    }
    this.#engine.setHover(sample);
    this.#showCursor();
  }

  #up(event: PointerEvent): void {
    const gesture = this.#gesture;
    if (!gesture) return;
    this.#gesture = null;
    const sample = this.#sample(event);
    if (gesture.kind === "tool") gesture.tool.up(sample);
    else if (gesture.kind === "press" && !gesture.isDrag && isInside(this.#engine.image, sample.voxelZyx)) {
      this.#moveCrosshair(sample);
      this.#engine.pick(sample);
    }
    this.#host.releasePointerCapture(event.pointerId);
    this.#showCursor();
  }

  #cancel(): void {
    const gesture = this.#gesture;
    this.#gesture = null;
    if (gesture?.kind === "tool") gesture.tool.cancel();
  }

  #moveCrosshair(sample: PointerSample): void {
    const { crosshairZyx } = this.#engine.view.get();
    const { u, v, w } = paneAxes(this.#pane.plane);
    this.#engine.view.set({
      crosshairZyx: zyxOf({ u, v, w }, sample.voxelZyx[u], sample.voxelZyx[v], crosshairZyx[w]),
    });
  }

  #onWheel(event: WheelEvent): void {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 40 : 1);
    const { view } = this.#engine;
    const { zoom, centerUmZyx, crosshairZyx } = view.get();
    if (event.ctrlKey || event.metaKey) {
      const pane = this.#pane.geometry;
      const [x, y] = this.#toPane(event);
      view.set({ zoom: zoom * Math.exp(-pixels * ZOOM_PER_WHEEL) });
      view.set({ centerUmZyx: zoomedCenterUm(pane, centerUmZyx, x, y, zoom, view.get().zoom) });
    } else {
      this.#wheel += (pixels || event.deltaX) * (event.shiftKey ? 5 : 1);
      const slices = Math.trunc(this.#wheel / WHEEL_PER_SLICE);
      if (slices === 0) return;
      this.#wheel -= slices * WHEEL_PER_SLICE;
      const { w } = paneAxes(this.#pane.plane);
      view.set({ crosshairZyx: withAxis(crosshairZyx, w, Math.floor(crosshairZyx[w]) + 0.5 + slices) });
    }
    this.#engine.setHover(this.#sample(event));
  }

  #toPane(event: MouseEvent): readonly [x: number, y: number] {
    const box = this.#host.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  #sample(event: MouseEvent): PointerSample {
    const [x, y] = this.#toPane(event);
    const voxelZyx = toVoxelZyx(this.#pane.geometry, x, y, this.#pane.slice + 0.5);
    return createSample(this.#engine, this.#pane.plane, voxelZyx, event);
  }

  #showCursor(): void {
    const isPanning = this.#gesture?.kind === "pan";
    this.#host.style.cursor = isPanning ? "grabbing" : isSpaceHeld() ? "grab" : this.#engine.tool.cursor;
  }
}

export function createSample(
  engine: ViewerEngine,
  pane: PaneId,
  voxelZyx: PointerSample["voxelZyx"],
  event: MouseEvent,
): PointerSample {
  return {
    pane,
    voxelZyx,
    label: engine.layers.labelAt("labels", voxelZyx),
    proposal: engine.layers.labelAt("proposals", voxelZyx),
    button: event.button,
    buttons: event.buttons,
    shiftKey: event.shiftKey,
    ctrlKey: event.ctrlKey || event.metaKey,
    altKey: event.altKey,
    timeMs: event.timeStamp,
  };
}

/** Buttons that lie on a pane keep their clicks. */
const isControl = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest("button") !== null;
