import { brickBox } from "../../../core/volume/brick.ts";
import { brickKeyOfId, imageBrickId, scaleLevelOf } from "../bricks/brick-state.ts";
import type { EngineListener, ViewerEngine } from "../engine/viewer-engine.ts";
import { brickKeysOfSlice, indexAtLevel } from "../geometry/brick-cuts.ts";
import { placeMiniMap } from "../geometry/mini-map.ts";
import { paneAxes, withAxis } from "../geometry/pane-axes.ts";
import { createPaneGeometry } from "../geometry/pane-geometry.ts";
import { drawnChannels } from "../image-channels.ts";
import { composeSlice } from "../slice/compose-slice.ts";
import { gatherGrey } from "../slice/gather-grey.ts";
import { type SliceRegion, wholeRect } from "../slice/slice-region.ts";
import type { SlicePlane, ViewState } from "../viewer-contract.ts";
import { wishTiers } from "./slice-wishes.ts";

/**
 * The whole slice in a corner of a zoomed pane, from the coarsest level, with what the pane shows of it. Its image is composed when the
 * slice or the contrast changes, never for a pan.
 */
export class MiniMap implements EngineListener {
  readonly #engine: ViewerEngine;
  readonly #plane: SlicePlane;
  readonly #pane: HTMLElement;
  readonly #button: HTMLButtonElement;
  readonly #canvas: HTMLCanvasElement;
  readonly #image = document.createElement("canvas");
  readonly #stops: (() => void)[] = [];
  /** Its image; and what bricks it is made of. */
  #isStale = true;
  #isMoved = true;
  #shownSlice = -1;

  constructor(engine: ViewerEngine, plane: SlicePlane, button: HTMLButtonElement, canvas: HTMLCanvasElement) {
    this.#engine = engine;
    this.#plane = plane;
    this.#button = button;
    this.#canvas = canvas;
    this.#pane = button.parentElement as HTMLElement;
    const resize = new ResizeObserver(() => this.#request());
    resize.observe(this.#pane);
    this.#stops.push(
      () => resize.disconnect(),
      engine.listen(this),
      engine.bricks.onChanged((ids) => {
        const level = this.#level;
        if (
          !ids.some(
            (id) => scaleLevelOf(id) === level.scaleLevel && this.#cuts(brickBox(brickKeyOfId(id), level.shapeZyx)),
          )
        )
          return;
        this.#isStale = true;
        this.#request();
      }),
      () => engine.bricks.want(this.#consumer, []),
      this.#watchPointer(),
    );
    this.#request();
  }

  onView(view: ViewState, before: ViewState): void {
    if (view.channels !== before.channels || view.channel !== before.channel || view.together !== before.together)
      this.#isMoved = true;
    this.#request();
  }

  onLabelVoxels(): void {}

  onLabelStyle(): void {}

  onOverlays(): void {}

  dispose(): void {
    for (const stop of this.#stops) stop();
  }

  get #consumer(): string {
    return `map-${this.#plane}`;
  }

  get #level() {
    return this.#engine.image.levels[this.#engine.image.levels.length - 1];
  }

  /** Level 0. */
  get #slice(): number {
    return Math.floor(this.#engine.view.get().crosshairZyx[paneAxes(this.#plane).w]);
  }

  #cuts({ minZyx, maxZyx }: ReturnType<typeof brickBox>): boolean {
    const { w } = paneAxes(this.#plane);
    const at = this.#sliceOfLevel();
    return at >= minZyx[w] && at < maxZyx[w];
  }

  #sliceOfLevel(): number {
    const { w } = paneAxes(this.#plane);
    return indexAtLevel(this.#slice, 1, this.#level.factorZyx[w], this.#level.shapeZyx[w]);
  }

  #request(): void {
    this.#engine.frames.request(this.#draw);
  }

  readonly #draw = (): void => {
    const { image, view, bricks } = this.#engine;
    const { zoom, centerUmZyx, miniMap } = view.get();
    const sizePx = { widthPx: this.#pane.clientWidth, heightPx: this.#pane.clientHeight };
    const pane = createPaneGeometry(this.#plane, sizePx, zoom, centerUmZyx, image.voxelSizeZyx);
    const place = miniMap ? placeMiniMap(pane, image) : null;
    if (this.#button.hidden !== (place === null)) {
      this.#button.hidden = place === null;
      if (!place) bricks.want(this.#consumer, []);
      this.#isMoved = true;
    }
    if (!place) return;
    const slice = this.#sliceOfLevel();
    if (this.#isMoved || slice !== this.#shownSlice) {
      this.#want();
      this.#isMoved = false;
      this.#isStale = true;
    }
    if (this.#isStale) {
      this.#isStale = false;
      this.#shownSlice = slice;
      this.#compose();
    }
    const ratio = window.devicePixelRatio;
    const { widthPx, heightPx, shown } = place;
    const width = Math.round(widthPx * ratio);
    const height = Math.round(heightPx * ratio);
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
      this.#canvas.style.width = `${widthPx}px`;
      this.#canvas.style.height = `${heightPx}px`;
    }
    const context = this.#canvas.getContext("2d");
    if (!context) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.drawImage(this.#image, 0, 0, widthPx, heightPx);
    context.fillStyle = "rgba(12, 14, 17, 0.45)";
    context.beginPath();
    context.rect(0, 0, widthPx, heightPx);
    context.rect(shown.left, shown.top, shown.width, shown.height);
    context.fill("evenodd");
    context.strokeStyle = "#ffd43b";
    context.lineWidth = 1.5;
    context.strokeRect(
      Math.min(shown.left, widthPx - 3) + 0.75,
      Math.min(shown.top, heightPx - 3) + 0.75,
      Math.max(2, shown.width - 1.5),
      Math.max(2, shown.height - 1.5),
    );
  };

  #want(): void {
    const { bricks, view } = this.#engine;
    const { scaleLevel, shapeZyx } = this.#level;
    const axes = paneAxes(this.#plane);
    const keys = brickKeysOfSlice(axes, this.#sliceOfLevel(), [0, 0], [shapeZyx[axes.u], shapeZyx[axes.v]]);
    const wishes = drawnChannels(view.get()).flatMap((channel) =>
      keys.map((key) => ({
        id: imageBrickId(scaleLevel, key, channel),
        priority: wishTiers.volume,
        inBackground: true,
      })),
    );
    bricks.want(this.#consumer, wishes);
  }

  #compose(): void {
    const { channels, image } = this.#engine;
    const level = this.#level;
    const axes = paneAxes(this.#plane);
    const [columns, rows] = [level.shapeZyx[axes.u], level.shapeZyx[axes.v]];
    const region: SliceRegion = { axes, level, w: this.#slice, u0: 0, v0: 0, columns, rows, texelsU: 1, texelsV: 1 };
    const pixels = new ImageData(columns, rows);
    const grounds = channels.map(({ bricks, contrast, tint }) => {
      const greys = new Uint8Array(columns * rows);
      gatherGrey(greys, region, wholeRect(region), image.levels, bricks, contrast);
      return { greys, tint };
    });
    composeSlice(new Int32Array(pixels.data.buffer), region, wholeRect(region), grounds, [], 1);
    this.#image.width = columns;
    this.#image.height = rows;
    this.#image.getContext("2d")?.putImageData(pixels, 0, 0);
  }

  /** A press, and a drag on, looks there; Enter looks at the crosshair. */
  #watchPointer(): () => void {
    const abort = new AbortController();
    const options = { signal: abort.signal };
    const go = (event: PointerEvent): void => {
      const box = this.#canvas.getBoundingClientRect();
      const { u, v } = paneAxes(this.#plane);
      const { image, view } = this.#engine;
      const um = (axis: 0 | 1 | 2, share: number) =>
        Math.min(1, Math.max(0, share)) * image.shapeZyx[axis] * image.voxelSizeZyx[axis];
      const { centerUmZyx } = view.get();
      const across = withAxis(centerUmZyx, u, um(u, (event.clientX - box.left) / box.width));
      view.set({ centerUmZyx: withAxis(across, v, um(v, (event.clientY - box.top) / box.height)) });
    };
    this.#button.addEventListener(
      "pointerdown",
      (event) => {
        event.stopPropagation();
        if (event.button !== 0) return;
        this.#button.setPointerCapture(event.pointerId);
        go(event);
      },
      options,
    );
    this.#button.addEventListener(
      "pointermove",
      (event) => {
        event.stopPropagation();
        if (this.#button.hasPointerCapture(event.pointerId)) go(event);
      },
      options,
    );
    this.#button.addEventListener("pointerup", (event) => event.stopPropagation(), options);
    // The focus stays on the page, and the keys with it.
    this.#button.addEventListener("mousedown", (event) => event.preventDefault(), options);
    this.#button.addEventListener(
      "click",
      (event) => {
        if (event.detail === 0) this.#engine.view.flyTo(this.#engine.view.get().crosshairZyx);
      },
      options,
    );
    return () => abort.abort();
  }
}
