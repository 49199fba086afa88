import type { BrickKey } from "../../../core/volume/brick.ts";
import type { VoxelBox } from "../../../core/volume/voxel-space.ts";
import type { DrawableScene } from "../engine/drawable-pane.ts";
import type { EngineListener, ViewerEngine } from "../engine/viewer-engine.ts";
import { sceneClip } from "../geometry/scene-clip.ts";
import { LabelSurfaces } from "../mesh/label-surfaces.ts";
import { drawPlate } from "../overlay/screen-text.ts";
import { createSample } from "../pane/pane-pointer.ts";
import { wishTiers } from "../pane/slice-wishes.ts";
import type { LabelLayer, ViewState } from "../viewer-contract.ts";
import { drawSceneOverlay } from "./draw-scene-overlay.ts";
import { OrbitCamera } from "./orbit-camera.ts";
import { hitNucleus, watchClicks } from "./scene-pick.ts";
import { isAlone, SceneRenderer } from "./scene-renderer.ts";
import { sceneFromUm, toScene } from "./scene-space.ts";
import { SurfaceMeshes } from "./surface-meshes.ts";
import { VolumeTexture } from "./volume-texture.ts";

/** The view counts as resting after this long, and is drawn at full quality. */
const REST_MS = 180;
/** Bricks and surfaces arrive by the dozen: the picture follows at most this often. */
const ARRIVAL_MS = 200;

/** The 3D pane: camera, picking, and when to draw what. */
export class ScenePane implements EngineListener, DrawableScene {
  readonly host: HTMLElement;
  readonly #engine: ViewerEngine;
  readonly #renderer: SceneRenderer;
  readonly #overlay = document.createElement("canvas");
  readonly #pictureOverlay = document.createElement("canvas");
  readonly #orbit: OrbitCamera;
  readonly #volume: VolumeTexture;
  readonly #meshes: Readonly<Record<LabelLayer["id"], SurfaceMeshes>>;
  readonly #surfaces: LabelSurfaces;
  readonly #stops: (() => void)[] = [];
  #isSceneStale = true;
  /** A pointer is pressed somewhere else, most likely painting: what arrives meanwhile is drawn when it is released. */
  #isHandBusy = false;
  #hasArrivals = false;
  #isMoving = false;
  /** Somebody else draws it, frame by frame. */
  #isHeld = false;
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  #arrivalTimer: ReturnType<typeof setTimeout> | undefined;

  /** Null, and a sentence for the person, where the browser has no WebGL 2. */
  static open(engine: ViewerEngine, host: HTMLElement, say: (sentence: string) => void): ScenePane | null {
    try {
      return new ScenePane(engine, host, new SceneRenderer(), say);
    } catch {
      say("This browser offers no WebGL 2, so there is no 3D view here. Slices and tools work without it.");
      return null;
    }
  }

  private constructor(
    engine: ViewerEngine,
    host: HTMLElement,
    renderer: SceneRenderer,
    say: (sentence: string) => void,
  ) {
    this.#engine = engine;
    this.host = host;
    this.#renderer = renderer;
    const { canvas } = renderer;
    this.#overlay.style.cssText = "position:absolute;left:0;top:0;pointer-events:none";
    canvas.style.cssText = "position:absolute;left:0;top:0";
    canvas.dataset.role = "scene";
    host.prepend(canvas, this.#overlay);

    this.#volume = new VolumeTexture(
      engine.bricks,
      engine.view.get().channel,
      renderer.control.maxVolumeVoxels,
      renderer.maxTextureSide,
    );
    renderer.setVolume(this.#volume, sceneFromUm(engine.image), engine.image.voxelSizeZyx);
    this.#meshes = { labels: new SurfaceMeshes(false), proposals: new SurfaceMeshes(true) };
    for (const meshes of Object.values(this.#meshes)) {
      meshes.group.applyMatrix4(sceneFromUm(engine.image));
      renderer.surfaces.add(meshes.group);
    }
    this.#surfaces = new LabelSurfaces(
      (id, key, surface) => {
        this.#meshes[id].setSurface(key, surface);
        this.#restyle(id);
      },
      (layer, keys) => this.#loadAgain(layer, keys),
    );
    this.#orbit = new OrbitCamera(canvas, engine.image, () => this.#startMoving());
    this.#stops.push(
      engine.listen(this),
      engine.openPane("3d", this),
      engine.bricks.onChanged((ids) => this.#onImageBricks(ids)),
      watchClicks(canvas, (event) => this.#pick(event)),
      this.#watchContext(canvas, say),
      this.#watchHand(canvas),
    );
    const resize = new ResizeObserver(() => this.#onResize());
    resize.observe(host);
    this.#stops.push(() => resize.disconnect());

    engine.scene = this;
    this.#fillVolume();
    for (const { layer } of engine.layers.drawn) this.#openLayer(layer);
    this.#onResize();
    this.fit();
  }

  fit(): void {
    this.#orbit.fit();
    this.#refresh();
  }

  turn(rightRad: number, upRad: number): void {
    this.#orbit.turn(rightRad, upRad);
  }

  approach(factor: number): void {
    this.#orbit.approach(factor);
  }

  hold(isHeld: boolean): void {
    this.#orbit.hold(isHeld);
    this.#isHeld = isHeld;
    this.#refresh();
  }

  drawInto(context: CanvasRenderingContext2D, scale: number, isOneOfMany = false): void {
    const { clientWidth: widthPx, clientHeight: heightPx } = this.host;
    if (widthPx === 0 || heightPx === 0) return;
    // What is drawn is gone when the browser has shown it: it is copied in the same task.
    const isCoarse = isOneOfMany && this.#renderer.control.isSoftware;
    this.#render(isCoarse, isCoarse ? undefined : scale);
    context.drawImage(this.#renderer.canvas, 0, 0, widthPx, heightPx);
    this.#pictureOverlay.width = Math.round(widthPx * scale);
    this.#pictureOverlay.height = Math.round(heightPx * scale);
    const lines = this.#pictureOverlay.getContext("2d");
    if (lines) this.#drawOverlay(lines, scale, true);
    context.drawImage(this.#pictureOverlay, 0, 0, widthPx, heightPx);
    if (isOneOfMany) return;
    drawPlate(context, "3D", 4, 14, "#d5dae0");
    this.#refresh();
  }

  onView(view: ViewState, before: ViewState): void {
    const isImageChanged =
      view.contrast !== before.contrast ||
      view.gamma !== before.gamma ||
      view.volumeRendering !== before.volumeRendering ||
      view.scene !== before.scene;
    const isSelectionChanged =
      view.selectedLabel !== before.selectedLabel || view.selectedProposal !== before.selectedProposal;
    if (isSelectionChanged || view.scene.isIsolated !== before.scene.isIsolated)
      for (const id of ["labels", "proposals"] as const) this.#restyle(id);
    if (view.channel !== before.channel) {
      this.#volume.show(view.channel);
      this.#fillVolume();
    }
    if (isImageChanged || view.channel !== before.channel) this.#startMoving();
    if (view.flight && view.flight !== before.flight)
      this.#orbit.flyTo(toScene(this.#engine.image, view.flight.atZyx), view.flight.radiusUm);
    if (view.crosshairZyx === before.crosshairZyx) return;
    // Slices that stand in space, and a slab round one, go with the crosshair.
    if (view.scene.showsSlices || view.scene.slab.isOn) this.#startMoving();
    else this.#requestDraw();
  }

  onLabelVoxels: EngineListener["onLabelVoxels"] = (id, changes) => this.#surfaces.onVoxels(id, changes);

  /** Bricks that changed while they were not loaded, or went before their surface was made. */
  #loadAgain(layer: LabelLayer, keys: readonly BrickKey[]): void {
    if (layer.visible) this.#engine.layers.load(layer, keys);
  }

  onLabelStyle(id: LabelLayer["id"], isNewSource: boolean): void {
    const drawn = this.#engine.layers.drawn.find(({ layer }) => layer.id === id);
    if (!drawn || isNewSource) this.#meshes[id].clear();
    if (drawn && isNewSource) this.#openLayer(drawn.layer);
    this.#restyle(id);
  }

  onOverlays(): void {
    this.#requestDraw();
  }

  dispose(): void {
    clearTimeout(this.#restTimer);
    clearTimeout(this.#arrivalTimer);
    for (const stop of this.#stops) stop();
    if (this.#engine.scene === this) this.#engine.scene = null;
    this.#engine.bricks.want("3d", []);
    this.#surfaces.dispose();
    this.#orbit.dispose();
    for (const meshes of Object.values(this.#meshes)) meshes.dispose();
    this.#volume.dispose();
    this.#renderer.dispose();
    this.#overlay.remove();
  }

  #openLayer(layer: LabelLayer): void {
    this.#engine.layers.load(layer, this.#surfaces.open(layer, this.#engine.view.get().crosshairZyx));
  }

  #restyle(id: LabelLayer["id"]): void {
    const drawn = this.#engine.layers.drawn.find(({ layer }) => layer.id === id);
    this.#meshes[id].group.visible = drawn?.layer.visible ?? false;
    if (drawn)
      this.#meshes[id].restyle(drawn, this.#engine.selectedGroup(drawn.layer), isAlone(this.#engine.view.get()));
    this.#refreshSoon();
  }

  #fillVolume(): void {
    this.#volume.takeAll();
    this.#engine.bricks.want("3d", this.#volume.wishes(wishTiers.preview + 1, wishTiers.volume));
  }

  #onImageBricks(ids: Parameters<VolumeTexture["take"]>[0]): void {
    if (!this.#volume.take(ids)) return;
    // What the texture holds need not stay in the cache.
    if (this.#volume.wishes(wishTiers.preview + 1, wishTiers.volume).length === 0) this.#engine.bricks.want("3d", []);
    this.#refreshSoon();
  }

  #refreshSoon(): void {
    this.#arrivalTimer ??= setTimeout(() => {
      this.#arrivalTimer = undefined;
      if (this.#isHandBusy) this.#hasArrivals = true;
      else this.#refresh();
    }, ARRIVAL_MS);
  }

  #refresh(): void {
    this.#isSceneStale = true;
    this.#requestDraw();
  }

  #startMoving(): void {
    this.#isMoving = true;
    this.#refresh();
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => {
      this.#isMoving = false;
      this.#refresh();
    }, REST_MS);
  }

  #requestDraw(): void {
    this.#engine.frames.request(this.#draw);
  }

  readonly #draw = (): void => {
    const { clientWidth: widthPx, clientHeight: heightPx } = this.host;
    if (widthPx === 0 || heightPx === 0) return;
    if (this.#isSceneStale && !this.#isHeld) {
      if (this.#renderer.isReady) {
        this.#isSceneStale = false;
        this.#render(this.#isMoving);
      } else this.#requestDraw();
    }
    const context = this.#overlay.getContext("2d");
    if (!context) return;
    this.#orbit.camera.updateMatrixWorld();
    this.#drawOverlay(context, window.devicePixelRatio, false);
  };

  #render(isMoving: boolean, ratio?: number): void {
    const view = this.#engine.view.get();
    const clip = this.#clip();
    for (const meshes of Object.values(this.#meshes)) meshes.clip(clip, this.#engine.image.voxelSizeZyx);
    this.#renderer.render(this.#orbit.camera, view, this.#volume, clip, isMoving, ratio);
  }

  #clip(): VoxelBox | null {
    const { scene, crosshairZyx } = this.#engine.view.get();
    return sceneClip(scene, crosshairZyx, this.#engine.image);
  }

  #drawOverlay(context: CanvasRenderingContext2D, ratio: number, isPicture: boolean): void {
    const { clientWidth: widthPx, clientHeight: heightPx } = this.host;
    const pxPerUm = this.#orbit.pxPerUm(heightPx);
    drawSceneOverlay(context, ratio, { widthPx, heightPx }, this.#orbit.camera, this.#engine, pxPerUm, isPicture);
  }

  #onResize(): void {
    const { clientWidth, clientHeight } = this.host;
    if (clientWidth === 0 || clientHeight === 0) return;
    this.#orbit.setAspect(clientWidth / clientHeight);
    this.#renderer.setSize(clientWidth, clientHeight);
    this.#overlay.width = Math.round(clientWidth * window.devicePixelRatio);
    this.#overlay.height = Math.round(clientHeight * window.devicePixelRatio);
    this.#overlay.style.width = `${clientWidth}px`;
    this.#overlay.style.height = `${clientHeight}px`;
    this.#refresh();
  }

  #pick(event: PointerEvent): void {
    const hit = hitNucleus(this.#engine, this.#orbit.rayAt(event), this.#clip(), isAlone(this.#engine.view.get()));
    if (hit) this.#engine.pick(createSample(this.#engine, "3d", hit, event));
  }

  #watchHand(canvas: HTMLCanvasElement): () => void {
    const stop = new AbortController();
    const options = { capture: true, signal: stop.signal };
    const onRelease = () => {
      this.#isHandBusy = false;
      if (!this.#hasArrivals) return;
      this.#hasArrivals = false;
      this.#refreshSoon();
    };
    window.addEventListener("pointerdown", ({ target }) => (this.#isHandBusy = target !== canvas), options);
    window.addEventListener("pointerup", onRelease, options);
    window.addEventListener("pointercancel", onRelease, options);
    return () => stop.abort();
  }

  #watchContext(canvas: HTMLCanvasElement, say: (sentence: string) => void): () => void {
    const onLost = (event: Event) => {
      event.preventDefault();
      say("The graphics card stopped drawing the 3D view. It comes back by itself, or when the page is reloaded.");
    };
    const onRestored = () => {
      say("");
      this.#refresh();
    };
    canvas.addEventListener("webglcontextlost", onLost);
    canvas.addEventListener("webglcontextrestored", onRestored);
    return () => {
      canvas.removeEventListener("webglcontextlost", onLost);
      canvas.removeEventListener("webglcontextrestored", onRestored);
    };
  }
}
