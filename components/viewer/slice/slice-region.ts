import type { VoxelBox, Zyx } from "../../../core/volume/voxel-space.ts";
import { type PaneAxes, zyxOf } from "../geometry/pane-axes.ts";
import type { PaneGeometry } from "../geometry/pane-geometry.ts";
import type { ImageLevel } from "../viewer-contract.ts";

/** Slices of level 0, half-open. */
export interface SliceRun {
  readonly first: number;
  readonly end: number;
}

/** The part of one slice that is composed into a canvas: voxels of one scale level, each drawn as `texelsU` × `texelsV` texels. */
export interface SliceRegion {
  readonly axes: PaneAxes;
  readonly level: ImageLevel;
  /** Slice index at level 0. */
  readonly w: number;
  /** The image is the brightest of these slices; absent: of the slice alone. Labels are always those of the slice. */
  readonly slab?: SliceRun | null;
  /** First voxel of the level, and how many. */
  readonly u0: number;
  readonly v0: number;
  readonly columns: number;
  readonly rows: number;
  readonly texelsU: number;
  readonly texelsV: number;
}

/** Half-open, in voxels of the region's level, counted from the region's corner. */
export interface RegionRect {
  readonly c0: number;
  readonly r0: number;
  readonly c1: number;
  readonly r1: number;
}

/** About 10 MB of texels: more than a maximised pane on a large screen, few enough to compose within a frame. */
const MAX_TEXELS = 2_600_000;
const MAX_TEXELS_PER_VOXEL = 64;
/** Share of the visible part that is composed around it, so that a pan does not start anew on every frame. */
const MARGIN = 0.12;

/** The coarsest level whose voxels are not larger than about a device pixel. */
export function chooseLevel(levels: readonly ImageLevel[], pane: PaneGeometry, pixelRatio: number): ImageLevel {
  const { u, v } = pane.axes;
  let chosen = levels[0];
  for (const level of levels) {
    const pxU = pane.pxPerVoxelU * level.factorZyx[u] * pixelRatio;
    const pxV = pane.pxPerVoxelV * level.factorZyx[v] * pixelRatio;
    if (Math.max(pxU, pxV) <= 1.3) chosen = level;
  }
  return chosen;
}

/** The region to compose; `previous` is kept while it still covers what is visible at the right resolution. Null: nothing is visible. */
export function chooseRegion(
  pane: PaneGeometry,
  levels: readonly ImageLevel[],
  w: number,
  pixelRatio: number,
  previous: SliceRegion | null,
  slab: SliceRun | null = null,
): SliceRegion | null {
  const { axes } = pane;
  const level = chooseLevel(levels, pane, pixelRatio);
  const along = (axis: 0 | 1 | 2, originPx: number, pxPerVoxel: number, sizePx: number) => {
    const px = pxPerVoxel * level.factorZyx[axis];
    const size = level.shapeZyx[axis];
    const first = Math.max(0, Math.floor(-originPx / px));
    const end = Math.min(size, Math.ceil((sizePx - originPx) / px));
    const margin = Math.ceil(MARGIN * (end - first));
    return { px, first, end, from: Math.max(0, first - margin), to: Math.min(size, end + margin) };
  };
  const u = along(axes.u, pane.originPxU, pane.pxPerVoxelU, pane.widthPx);
  const v = along(axes.v, pane.originPxV, pane.pxPerVoxelV, pane.heightPx);
  if (u.first >= u.end || v.first >= v.end) return null;
  const columns = u.to - u.from;
  const rows = v.to - v.from;
  const [texelsU, texelsV] = texelsPerVoxel(u.px * pixelRatio, v.px * pixelRatio, columns * rows);
  if (
    previous &&
    previous.level === level &&
    previous.w === w &&
    previous.slab?.first === slab?.first &&
    previous.slab?.end === slab?.end &&
    previous.texelsU === texelsU &&
    previous.texelsV === texelsV &&
    previous.u0 <= u.first &&
    previous.v0 <= v.first &&
    previous.u0 + previous.columns >= u.end &&
    previous.v0 + previous.rows >= v.end
  )
    return previous;
  return { axes, level, w, slab, u0: u.from, v0: v.from, columns, rows, texelsU, texelsV };
}

function texelsPerVoxel(devicePxU: number, devicePxV: number, voxels: number): [number, number] {
  let u = Math.min(MAX_TEXELS_PER_VOXEL, Math.max(1, Math.ceil(devicePxU - 0.25)));
  let v = Math.min(MAX_TEXELS_PER_VOXEL, Math.max(1, Math.ceil(devicePxV - 0.25)));
  while (voxels * u * v > MAX_TEXELS && u * v > 1) {
    if (u >= v) u = Math.ceil(u / 2);
    else v = Math.ceil(v / 2);
  }
  return [u, v];
}

/** The region's box of level 0 voxels, one slice thick. */
export function regionBox(region: SliceRegion, shapeZyx: Zyx): VoxelBox {
  const { axes, level } = region;
  const end = (first: number, count: number, axis: 0 | 1 | 2) =>
    Math.min(shapeZyx[axis], (first + count) * level.factorZyx[axis]);
  return {
    minZyx: zyxOf(axes, region.u0 * level.factorZyx[axes.u], region.v0 * level.factorZyx[axes.v], region.w),
    maxZyx: zyxOf(axes, end(region.u0, region.columns, axes.u), end(region.v0, region.rows, axes.v), region.w + 1),
  };
}

/** Voxels of the region that a changed box of level 0 touches, and their neighbours, whose outlines may change with them. */
export function rectOfBox(region: SliceRegion, box: VoxelBox): RegionRect | null {
  const { axes, level } = region;
  if (region.w < box.minZyx[axes.w] || region.w >= box.maxZyx[axes.w]) return null;
  const from = (axis: 0 | 1 | 2, first: number) => Math.floor(box.minZyx[axis] / level.factorZyx[axis]) - first - 1;
  const to = (axis: 0 | 1 | 2, first: number) => Math.ceil(box.maxZyx[axis] / level.factorZyx[axis]) - first + 1;
  const rect = {
    c0: Math.max(0, from(axes.u, region.u0)),
    r0: Math.max(0, from(axes.v, region.v0)),
    c1: Math.min(region.columns, to(axes.u, region.u0)),
    r1: Math.min(region.rows, to(axes.v, region.v0)),
  };
  return rect.c0 < rect.c1 && rect.r0 < rect.r1 ? rect : null;
}

export const wholeRect = (region: SliceRegion): RegionRect => ({ c0: 0, r0: 0, c1: region.columns, r1: region.rows });

export const uniteRects = (a: RegionRect | null, b: RegionRect): RegionRect =>
  a === null
    ? b
    : { c0: Math.min(a.c0, b.c0), r0: Math.min(a.r0, b.r0), c1: Math.max(a.c1, b.c1), r1: Math.max(a.r1, b.r1) };
