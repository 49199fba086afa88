import { PerspectiveCamera, Raycaster, Vector2, Vector3 } from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { EngineListener, ViewerEngine } from "../engine/viewer-engine.ts";
import { LabelSurfaces } from "../mesh/label-surfaces.ts";
import { createSample } from "../pane/pane-pointer.ts";
import { pickAlongRay } from "../pane/pick-ray.ts";
import { wishTiers } from "../pane/slice-wishes.ts";
import type { LabelLayer, ViewState } from "../viewer-contract.ts";
import { drawSceneOverlay } from "./draw-scene-overlay.ts";
import { SceneRenderer } from "./scene-renderer.ts";
import { radiusUm, sceneFromUm, toVoxels } from "./scene-space.ts";
import { SurfaceMeshes } from "./surface-meshes.ts";
import { VolumeTexture } from "./volume-texture.ts";

const FIELD_OF_VIEW = 32;
const CLICK_PX = 4;
/** The view counts as resting after this long, and is drawn at full quality. */
const REST_MS = 180;
/** Bricks and surfaces arrive by the dozen: the picture follows at most this often. */
const ARRIVAL_MS = 200;

/** The 3D pane: camera, picking, and when to draw what. */
export class ScenePane implements EngineListener {
  readonly #engine: ViewerEngine;
  readonly #host: HTMLElement;
  readonly #renderer: SceneRenderer;
  readonly #overlay = document.createElement("canvas");
  readonly #camera = new PerspectiveCamera(FIELD_OF_VIEW, 1, 0.1, 1000);
  readonly #controls: OrbitControls;
  readonly #volume: VolumeTexture;
  readonly #meshes: Readonly<Record<LabelLayer["id"], SurfaceMeshes>>;
  readonly #surfaces: LabelSurfaces;
  readonly #stops: (() => void)[] = [];
  #isSceneStale = true;
  #isMoving = false;
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
    this.#host = host;
    this.#renderer = renderer;
    const { canvas } = renderer;
    this.#overlay.style.cssText = "position:absolute;left:0;top:0;pointer-events:none";
    canvas.style.cssText = "position:absolute;left:0;top:0";
    canvas.dataset.role = "scene";
    host.prepend(canvas, this.#overlay);

    this.#volume = new VolumeTexture(engine.bricks, renderer.control.maxVolumeVoxels, renderer.maxTextureSide);
    renderer.setVolume(this.#volume, sceneFromUm(engine.image), engine.image.voxelSizeZyx);
    this.#meshes = { labels: new SurfaceMeshes(false), proposals: new SurfaceMeshes(true) };
    for (const meshes of Object.values(this.#meshes)) {
      meshes.group.applyMatrix4(sceneFromUm(engine.image));
      renderer.surfaces.add(meshes.group);
    }
    this.#surfaces = new LabelSurfaces((id, key, surface) => {
      this.#meshes[id].setSurface(key, surface);
      this.#restyle(id);
    });
    this.#controls = new OrbitControls(this.#camera, canvas);
    this.#controls.addEventListener("change", this.#onCamera);
    this.#stops.push(
      engine.listen(this),
      engine.bricks.onChanged((ids) => this.#onImageBricks(ids)),
      this.#listenToPointer(canvas),
      this.#watchContext(canvas, say),
    );
    const resize = new ResizeObserver(() => this.#onResize());
    resize.observe(host);
    this.#stops.push(() => resize.disconnect());

    engine.bricks.want("3d", this.#volume.wishes(wishTiers.preview + 1, wishTiers.volume));
    this.#volume.takeAll();
    for (const { layer } of engine.layers.drawn) this.#openLayer(layer);
    this.#onResize();
    this.fit();
  }

  fit(): void {
    const radius = radiusUm(this.#engine.image);
    const halfAngle = (Math.min(1, this.#camera.aspect) * FIELD_OF_VIEW * Math.PI) / 360;
    const distance = (radius * 0.95) / Math.sin(halfAngle);
    this.#camera.near = distance / 200;
    this.#camera.far = distance + radius * 12;
    this.#camera.updateProjectionMatrix();
    this.#controls.minDistance = radius / 20;
    this.#controls.maxDistance = radius * 10;
    this.#controls.target.set(0, 0, 0);
    this.#camera.position.copy(new Vector3(0.42, 0.5, 1).normalize().multiplyScalar(distance));
    this.#controls.update();
    this.#refresh();
  }

  onView(view: ViewState, before: ViewState): void {
    const isImageChanged =
      view.contrast !== before.contrast ||
      view.gamma !== before.gamma ||
      view.volumeRendering !== before.volumeRendering;
    const isSelectionChanged =
      view.selectedLabel !== before.selectedLabel || view.selectedProposal !== before.selectedProposal;
    if (isSelectionChanged) for (const id of ["labels", "proposals"] as const) this.#restyle(id);
    if (isImageChanged) this.#startMoving();
    if (view.crosshairZyx !== before.crosshairZyx) this.#requestDraw();
  }

  onLabelVoxels: EngineListener["onLabelVoxels"] = (id, changes) => this.#surfaces.onVoxels(id, changes);

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
    this.#engine.bricks.want("3d", []);
    this.#surfaces.dispose();
    this.#controls.dispose();
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
    if (drawn) this.#meshes[id].restyle(drawn, this.#engine.selectedGroup(drawn.layer));
    this.#refreshSoon();
  }

  #onImageBricks(ids: Parameters<VolumeTexture["take"]>[0]): void {
    if (!this.#volume.take(ids)) return;
    const wishes = this.#volume.wishes(wishTiers.preview + 1, wishTiers.volume);
    // What the texture holds need not stay in the cache.
    if (wishes.every(({ id }) => this.#engine.bricks.stateOf(id) === "ready")) this.#engine.bricks.want("3d", []);
    this.#refreshSoon();
  }

  #refreshSoon(): void {
    this.#arrivalTimer ??= setTimeout(() => {
      this.#arrivalTimer = undefined;
      this.#refresh();
    }, ARRIVAL_MS);
  }

  #refresh(): void {
    this.#isSceneStale = true;
    this.#requestDraw();
  }

  readonly #onCamera = (): void => this.#startMoving();

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
    const { clientWidth: widthPx, clientHeight: heightPx } = this.#host;
    if (widthPx === 0 || heightPx === 0) return;
    if (this.#isSceneStale) {
      if (this.#renderer.isReady) {
        this.#isSceneStale = false;
        this.#renderer.render(this.#camera, this.#engine.view.get(), this.#volume, this.#isMoving);
      } else this.#requestDraw();
    }
    const context = this.#overlay.getContext("2d");
    if (!context) return;
    this.#camera.updateMatrixWorld();
    drawSceneOverlay(context, window.devicePixelRatio, { widthPx, heightPx }, this.#camera, this.#engine);
  };

  #onResize(): void {
    const { clientWidth, clientHeight } = this.#host;
    if (clientWidth === 0 || clientHeight === 0) return;
    this.#camera.aspect = clientWidth / clientHeight;
    this.#camera.updateProjectionMatrix();
    this.#renderer.setSize(clientWidth, clientHeight);
    this.#overlay.width = Math.round(clientWidth * window.devicePixelRatio);
    this.#overlay.height = Math.round(clientHeight * window.devicePixelRatio);
    this.#overlay.style.width = `${clientWidth}px`;
    this.#overlay.style.height = `${clientHeight}px`;
    this.#refresh();
  }

  #listenToPointer(canvas: HTMLCanvasElement): () => void {
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
        if (press && Math.hypot(event.clientX - press.x, event.clientY - press.y) < CLICK_PX) this.#pick(event);
        press = null;
      },
      { signal },
    );
    canvas.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
    return () => abort.abort();
  }

  #pick(event: PointerEvent): void {
    const hit = this.#hitAt(event);
    if (!hit) return;
    this.#engine.pick(createSample(this.#engine, "3d", hit, event));
  }

  /** The first visible nucleus under the pointer, by a walk through the voxels: exact, whatever the surfaces leave out. */
  #hitAt(event: PointerEvent): Zyx | null {
    const box = this.#renderer.canvas.getBoundingClientRect();
    const point = new Vector2(
      ((event.clientX - box.left) / box.width) * 2 - 1,
      1 - ((event.clientY - box.top) / box.height) * 2,
    );
    this.#camera.updateMatrixWorld();
    const caster = new Raycaster();
    caster.setFromCamera(point, this.#camera);
    const { ray } = caster;
    const { image, layers } = this.#engine;
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
