import type { VoxelBox, Zyx } from "../../../core/volume/voxel-space.ts";
import type { DrawnLayer } from "../engine/drawn-layers.ts";
import { withAxis } from "../geometry/pane-axes.ts";
import { composeSlice } from "../slice/compose-slice.ts";
import { type DrawnChannel, gatherGrey } from "../slice/gather-grey.ts";
import { gatherLabels } from "../slice/gather-labels.ts";
import { slicesOutwards } from "../slice/slab.ts";
import { type RegionRect, rectOfBox, type SliceRegion, uniteRects, wholeRect } from "../slice/slice-region.ts";
import type { ImageLevel, LabelLayer } from "../viewer-contract.ts";

export interface PictureSources {
  readonly levels: readonly ImageLevel[];
  /** One at least. */
  readonly channels: readonly DrawnChannel[];
  readonly layers: readonly DrawnLayer[];
  readonly lineTexels: number;
  selectedGroup(layer: LabelLayer): number;
}

/** Of a frame, for the slices of a slab: three panes may have one each. */
const GATHER_MS = 2.5;

/** A composed part of one slice in memory. Changes are gathered as rectangles and composed when it is next shown. */
export class SlicePicture {
  readonly image: ImageData;
  readonly #texels: Int32Array;
  /** Of each channel that is drawn. */
  readonly #greys: Uint8Array[] = [];
  readonly #labels = new Map<LabelLayer["id"], Uint32Array>();
  readonly #dirtyLabels = new Map<LabelLayer["id"], RegionRect>();
  #region: SliceRegion;
  #dirtyGreys: RegionRect | null;
  /** Slices of a slab that the rectangle still lacks. */
  #rest: { readonly rect: RegionRect; readonly slices: number[] } | null = null;
  #dirtyColours: RegionRect | null = null;

  constructor(region: SliceRegion) {
    this.#region = region;
    this.image = new ImageData(region.columns * region.texelsU, region.rows * region.texelsV);
    this.#texels = new Int32Array(this.image.data.buffer);
    this.#dirtyGreys = wholeRect(region);
  }

  get region(): SliceRegion {
    return this.#region;
  }

  /** More of a slab is to come: compose again in the next frame. */
  get isUnfinished(): boolean {
    return this.#rest !== null;
  }

  /** Turns to another region of the same size in the same memory: a wheel turn must not allocate megabytes per slice. */
  moveTo(region: SliceRegion): boolean {
    const { columns, rows, texelsU, texelsV } = this.#region;
    if (region.columns !== columns || region.rows !== rows) return false;
    if (region.texelsU !== texelsU || region.texelsV !== texelsV) return false;
    this.#region = region;
    this.#dirtyGreys = wholeRect(region);
    this.#rest = null;
    for (const id of this.#labels.keys()) this.#dirtyLabels.set(id, wholeRect(region));
    return true;
  }

  /** Boxes are of level 0 voxels. */
  invalidateGreys(box: VoxelBox | null): void {
    const rect = box ? this.#rectOfImage(box) : wholeRect(this.region);
    if (rect) this.#dirtyGreys = uniteRects(this.#dirtyGreys, rect);
  }

  invalidateLabels(id: LabelLayer["id"], box: VoxelBox | null): boolean {
    const rect = box ? rectOfBox(this.region, box) : wholeRect(this.region);
    if (rect) this.#dirtyLabels.set(id, uniteRects(this.#dirtyLabels.get(id) ?? null, rect));
    return rect !== null;
  }

  invalidateColours(): void {
    this.#dirtyColours = wholeRect(this.region);
  }

  /** Brings the picture up to date and returns what changed, in voxels of the region. */
  compose(sources: PictureSources): RegionRect | null {
    const { region } = this;
    let dirty = this.#dirtyColours;
    this.#dirtyColours = null;
    const gathered = this.#gather(sources);
    if (gathered) dirty = uniteRects(dirty, gathered);
    const shown = sources.layers.filter(({ layer }) => layer.visible);
    for (const { layer, labels } of shown) {
      const stale = this.#labels.has(layer.id) ? this.#dirtyLabels.get(layer.id) : wholeRect(region);
      if (!stale) continue;
      gatherLabels(this.#labelsOf(layer.id), region, stale, labels);
      this.#dirtyLabels.delete(layer.id);
      dirty = uniteRects(dirty, stale);
    }
    if (!dirty) return null;
    const layers = shown.map(({ layer, palette }) => ({
      labels: this.#labelsOf(layer.id),
      palette,
      opacity: layer.opacity,
      outlinesOnly: layer.outlinesOnly,
      isProposal: layer.id === "proposals",
      selectedGroup: sources.selectedGroup(layer),
    }));
    const grounds = sources.channels.map(({ tint }, i) => ({ greys: this.#greys[i], tint }));
    composeSlice(this.#texels, region, dirty, grounds, layers, sources.lineTexels);
    return dirty;
  }

  /** Brings the greys up to date; of a slab as many slices as fit into a frame. Returns what changed. */
  #gather({ channels, levels }: PictureSources): RegionRect | null {
    const { region } = this;
    let isFirst = false;
    if (this.#dirtyGreys) {
      this.#rest = { rect: uniteRects(this.#rest?.rect ?? null, this.#dirtyGreys), slices: slicesOutwards(region) };
      this.#dirtyGreys = null;
      isFirst = true;
    }
    if (!this.#rest) return null;
    const { rect, slices } = this.#rest;
    const endMs = performance.now() + GATHER_MS;
    do {
      const w = slices.shift();
      for (const [i, { bricks, contrast }] of channels.entries()) {
        this.#greys[i] ??= new Uint8Array(region.columns * region.rows);
        gatherGrey(this.#greys[i], region, rect, levels, bricks, contrast, w, !isFirst);
      }
      isFirst = false;
    } while (slices.length > 0 && performance.now() < endMs);
    if (slices.length === 0) this.#rest = null;
    return rect;
  }

  #rectOfImage(box: VoxelBox): RegionRect | null {
    const { slab, axes, w } = this.#region;
    if (!slab) return rectOfBox(this.#region, box);
    if (slab.first >= box.maxZyx[axes.w] || slab.end <= box.minZyx[axes.w]) return null;
    return rectOfBox(this.#region, {
      minZyx: withAxis(box.minZyx, axes.w, w),
      maxZyx: withAxis(box.maxZyx, axes.w, w + 1),
    });
  }

  #labelsOf(id: LabelLayer["id"]): Uint32Array {
    let labels = this.#labels.get(id);
    if (!labels) {
      labels = new Uint32Array(this.region.columns * this.region.rows);
      this.#labels.set(id, labels);
    }
    return labels;
  }
}

/** Level 0 box of a brick of any level. */
export function boxOfLevelBrick(level: ImageLevel, box: VoxelBox): VoxelBox {
  const scale = (zyx: Zyx): Zyx => [
    zyx[0] * level.factorZyx[0],
    zyx[1] * level.factorZyx[1],
    zyx[2] * level.factorZyx[2],
  ];
  return { minZyx: scale(box.minZyx), maxZyx: scale(box.maxZyx) };
}
