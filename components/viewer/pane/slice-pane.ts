import { brickBox } from "../../../core/volume/brick.ts";
import { brickKeyOfId, channelOfId, type ImageBrickId, scaleLevelOf } from "../bricks/brick-state.ts";
import type { DrawablePane } from "../engine/drawable-pane.ts";
import type { EngineListener, ViewerEngine } from "../engine/viewer-engine.ts";
import { paneAxes } from "../geometry/pane-axes.ts";
import { createPaneGeometry, type PaneGeometry, toScreenU, toScreenV } from "../geometry/pane-geometry.ts";
import { drawnChannels, neighbourChannels } from "../image-channels.ts";
import { drawScaleBar } from "../overlay/draw-scale-bar.ts";
import { drawSliceOverlay } from "../overlay/draw-slice-overlay.ts";
import { drawPlate } from "../overlay/screen-text.ts";
import { labelKeysOfRegion } from "../slice/gather-labels.ts";
import { slabOf } from "../slice/slab.ts";
import { chooseRegion, type RegionRect, type SliceRegion, type SliceRun, wholeRect } from "../slice/slice-region.ts";
import type { LabelLayer, SlicePlane, ViewState } from "../viewer-contract.ts";
import { PanePointer } from "./pane-pointer.ts";
import { boxOfLevelBrick, SlicePicture } from "./slice-picture.ts";
import { previewBrickIds, regionBrickIds, sliceWishes } from "./slice-wishes.ts";
import { sliceInWords } from "./slice-words.ts";

const GROUND = "#0d0f12";
const HEAD_COLOR = "#d5dae0";

/**
 * One slice pane: a canvas of composed texels that CSS moves and scales (so a pan or zoom costs no composition), and a
 * canvas above it with lines and names.
 */
export class SlicePane implements EngineListener, DrawablePane {
  readonly plane: SlicePlane;
  readonly host: HTMLElement;
  readonly #engine: ViewerEngine;
  readonly #picture = document.createElement("canvas");
  readonly #overlay = document.createElement("canvas");
  readonly #stops: (() => void)[] = [];
  #sizePx = { widthPx: 0, heightPx: 0 };
  #shown: SlicePicture | null = null;
  #isPictured = false;

  constructor(engine: ViewerEngine, plane: SlicePlane, host: HTMLElement) {
    this.#engine = engine;
    this.plane = plane;
    this.host = host;
    for (const canvas of [this.#picture, this.#overlay]) {
      canvas.style.cssText = "position:absolute;left:0;top:0;transform-origin:0 0;pointer-events:none";
    }
    host.prepend(this.#picture, this.#overlay);
    this.#picture.dataset.role = "slice";
    this.#overlay.dataset.role = "overlay";
    const resize = new ResizeObserver(() => this.#onResize(host));
    resize.observe(host);
    const pointer = new PanePointer(engine, this, host);
    this.#stops.push(
      () => resize.disconnect(),
      () => pointer.dispose(),
      () => this.#picture.remove(),
      () => this.#overlay.remove(),
      () => engine.bricks.want(plane, []),
      () => engine.layers.hide(plane),
      engine.listen(this),
      engine.openPane(plane, this),
      engine.bricks.onChanged((ids) => this.#onImageBricks(ids)),
      engine.hover.subscribe(() => this.requestDraw()),
    );
    this.#onResize(host);
  }

  /** Slice shown, level 0. */
  get slice(): number {
    return Math.floor(this.#engine.view.get().crosshairZyx[paneAxes(this.plane).w]);
  }

  get geometry(): PaneGeometry {
    const { zoom, centerUmZyx } = this.#engine.view.get();
    return createPaneGeometry(this.plane, this.#sizePx, zoom, centerUmZyx, this.#engine.image.voxelSizeZyx);
  }

  requestDraw(): void {
    this.#engine.frames.request(this.#draw);
  }

  onView(view: ViewState, before: ViewState): void {
    const isOtherImage =
      view.channels !== before.channels || view.channel !== before.channel || view.together !== before.together;
    if (isOtherImage) {
      this.#shown?.invalidateGreys(null);
      if (drawnChannels(view).join() !== drawnChannels(before).join()) this.#want();
    }
    if (view.selectedLabel !== before.selectedLabel || view.selectedProposal !== before.selectedProposal)
      this.#shown?.invalidateColours();
    this.requestDraw();
  }

  onLabelVoxels: EngineListener["onLabelVoxels"] = (id, changes) => {
    if (!this.#shown) return;
    let touches = false;
    for (const { key, box } of changes)
      touches = this.#shown.invalidateLabels(id, box ?? brickBox(key, this.#engine.image.shapeZyx)) || touches;
    if (!touches) return;
    if (changes.some(({ box }) => box === null)) this.#loadLabels(); // some may have changed while they were not loaded
    this.requestDraw();
  };

  onLabelStyle(id: LabelLayer["id"], isNewSource: boolean): void {
    if (isNewSource) this.#shown?.invalidateLabels(id, null);
    this.#loadLabels();
    this.#shown?.invalidateColours();
    this.requestDraw();
  }

  onOverlays(): void {
    this.requestDraw();
  }

  drawInto(context: CanvasRenderingContext2D, scale: number): void {
    if (this.#sizePx.widthPx === 0) return;
    do this.#draw();
    while (this.#shown?.isUnfinished);
    const pane = this.geometry;
    const { widthPx, heightPx } = pane;
    context.fillStyle = GROUND;
    context.fillRect(0, 0, widthPx, heightPx);
    const region = this.#shown?.region;
    if (region && !this.#picture.hidden) {
      const { left, top, scaleU, scaleV } = placeOf(region, pane);
      context.imageSmoothingEnabled = Math.max(scaleU, scaleV) * scale <= 1.01;
      context.drawImage(this.#picture, left, top, this.#picture.width * scaleU, this.#picture.height * scaleV);
    }
    const overlay = document.createElement("canvas");
    overlay.width = Math.round(widthPx * scale);
    overlay.height = Math.round(heightPx * scale);
    const lines = overlay.getContext("2d");
    if (lines) drawSliceOverlay(lines, scale, pane, this.slice, this.#engine, true);
    context.drawImage(overlay, 0, 0, widthPx, heightPx);
    drawPlate(
      context,
      sliceInWords(this.#engine.image, this.plane, this.slice, this.#slab()).join("  "),
      4,
      14,
      HEAD_COLOR,
    );
    drawScaleBar(context, pane, this.#engine.view.get().zoom);
  }

  dispose(): void {
    for (const stop of this.#stops) stop();
  }

  #onResize(host: HTMLElement): void {
    this.#sizePx = { widthPx: host.clientWidth, heightPx: host.clientHeight };
    const ratio = window.devicePixelRatio;
    this.#overlay.width = Math.round(host.clientWidth * ratio);
    this.#overlay.height = Math.round(host.clientHeight * ratio);
    this.#overlay.style.width = `${host.clientWidth}px`;
    this.#overlay.style.height = `${host.clientHeight}px`;
    this.#engine.view.setPaneSize(this.plane, host.clientWidth, host.clientHeight);
    // A resized canvas is empty until it is drawn: not a frame later.
    this.#draw();
  }

  #onImageBricks(ids: readonly ImageBrickId[]): void {
    if (!this.#shown) return;
    const drawn = drawnChannels(this.#engine.view.get());
    for (const id of ids) {
      if (!drawn.includes(channelOfId(id))) continue;
      const level = this.#engine.image.levels.find((known) => known.scaleLevel === scaleLevelOf(id));
      if (level && level.scaleLevel >= this.#shown.region.level.scaleLevel)
        this.#shown.invalidateGreys(boxOfLevelBrick(level, brickBox(brickKeyOfId(id), level.shapeZyx)));
    }
    this.requestDraw();
  }

  readonly #draw = (): void => {
    if (this.#sizePx.widthPx === 0) return;
    const pane = this.geometry;
    const ratio = window.devicePixelRatio;
    const { image } = this.#engine;
    const region = chooseRegion(pane, image.levels, this.slice, ratio, this.#shown?.region ?? null, this.#slab());
    this.#picture.hidden = region === null;
    if (region) {
      if (region !== this.#shown?.region) this.#show(region);
      this.#paint(ratio);
      this.#place(region, pane, ratio);
    }
    if (!this.#isPictured && this.#isWhole(region)) {
      this.#isPictured = true;
      this.#engine.onPictured();
    }
    const context = this.#overlay.getContext("2d");
    if (context) drawSliceOverlay(context, ratio, pane, this.slice, this.#engine);
  };

  /** Nothing of the slice is still on its way, at its own level or at the coarse one before it. */
  #isWhole(region: SliceRegion | null): boolean {
    if (!region) return true;
    const { bricks, image, view } = this.#engine;
    const isSettled = (id: ImageBrickId) => ["ready", "failed"].includes(bricks.stateOf(id));
    const drawn = drawnChannels(view.get());
    return [previewBrickIds(region, image.levels, drawn), regionBrickIds(region, drawn)].some((ids) =>
      ids.every(isSettled),
    );
  }

  #show(region: SliceRegion): void {
    if (!this.#shown?.moveTo(region)) this.#shown = new SlicePicture(region);
    const width = region.columns * region.texelsU;
    const height = region.rows * region.texelsV;
    if (this.#picture.width !== width || this.#picture.height !== height) {
      this.#picture.width = width;
      this.#picture.height = height;
    }
    this.#want();
    this.#loadLabels();
  }

  #want(): void {
    if (!this.#shown) return;
    const { bricks, image } = this.#engine;
    const view = this.#engine.view.get();
    const channels = { drawn: drawnChannels(view), next: neighbourChannels(view) };
    bricks.want(this.plane, sliceWishes(this.#shown.region, image.levels, view.crosshairZyx, channels));
  }

  #loadLabels(): void {
    if (!this.#shown) return;
    const { region } = this.#shown;
    const { layers, image } = this.#engine;
    for (const { layer } of layers.drawn)
      if (layer.visible) {
        const keys = labelKeysOfRegion(region, wholeRect(region), image.shapeZyx);
        layers.show(layer, this.plane, keys, region.level.factorZyx);
      }
  }

  #paint(ratio: number): void {
    if (!this.#shown) return;
    const engine = this.#engine;
    const changed = this.#shown.compose({
      levels: engine.image.levels,
      channels: engine.channels,
      layers: engine.layers.drawn,
      lineTexels: Math.max(1, Math.round(ratio)),
      selectedGroup: (layer) => engine.selectedGroup(layer),
    });
    if (!changed) return;
    if (this.#shown.isUnfinished) this.requestDraw();
    this.#put(this.#shown, changed);
    const drawn = drawnChannels(engine.view.get());
    const isSharp = regionBrickIds(this.#shown.region, drawn).every((id) => engine.bricks.stateOf(id) === "ready");
    this.#picture.dataset.state = isSharp && !this.#shown.isUnfinished ? "sharp" : "coarse";
  }

  #slab(): SliceRun | null {
    const { view, image } = this.#engine;
    return slabOf(view.get().projection, paneAxes(this.plane).w, this.slice, image);
  }

  #put(shown: SlicePicture, { c0, r0, c1, r1 }: RegionRect): void {
    const { texelsU, texelsV } = shown.region;
    this.#picture
      .getContext("2d")
      ?.putImageData(shown.image, 0, 0, c0 * texelsU, r0 * texelsV, (c1 - c0) * texelsU, (r1 - r0) * texelsV);
  }

  #place(region: SliceRegion, pane: PaneGeometry, ratio: number): void {
    const { left, top, scaleU, scaleV } = placeOf(region, pane);
    this.#picture.style.transform = `translate(${left}px, ${top}px) scale(${scaleU}, ${scaleV})`;
    this.#picture.style.imageRendering = Math.max(scaleU, scaleV) * ratio > 1.01 ? "pixelated" : "auto";
  }
}

/** Where the texels of a region lie on the pane, and how large one is; CSS pixels. */
function placeOf({ axes, level, texelsU, texelsV, u0, v0 }: SliceRegion, pane: PaneGeometry) {
  const factorU = level.factorZyx[axes.u];
  const factorV = level.factorZyx[axes.v];
  return {
    left: toScreenU(pane, u0 * factorU),
    top: toScreenV(pane, v0 * factorV),
    scaleU: (pane.pxPerVoxelU * factorU) / texelsU,
    scaleV: (pane.pxPerVoxelV * factorV) / texelsV,
  };
}
