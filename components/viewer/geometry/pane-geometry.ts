import type { VoxelSpace, Zyx } from "../../../core/volume/voxel-space.ts";
import type { SlicePlane } from "../viewer-contract.ts";
import { type PaneAxes, paneAxes, zyxOf } from "./pane-axes.ts";

/**
 * Where voxels lie on a slice pane. Screen points are CSS pixels from the pane's top left corner, voxels are fractional
 * (voxel i covers [i, i+1)). Both axes share one zoom in pixels per µm, so that shapes keep their proportions.
 */
export interface PaneGeometry {
  readonly plane: SlicePlane;
  readonly axes: PaneAxes;
  readonly widthPx: number;
  readonly heightPx: number;
  /** CSS pixels per voxel along u and v. */
  readonly pxPerVoxelU: number;
  readonly pxPerVoxelV: number;
  /** Screen position of voxel coordinate 0. */
  readonly originPxU: number;
  readonly originPxV: number;
}

export function createPaneGeometry(
  plane: SlicePlane,
  sizePx: { readonly widthPx: number; readonly heightPx: number },
  zoom: number,
  centerUmZyx: Zyx,
  voxelSizeZyx: Zyx,
): PaneGeometry {
  const axes = paneAxes(plane);
  return {
    plane,
    axes,
    ...sizePx,
    pxPerVoxelU: zoom * voxelSizeZyx[axes.u],
    pxPerVoxelV: zoom * voxelSizeZyx[axes.v],
    originPxU: sizePx.widthPx / 2 - zoom * centerUmZyx[axes.u],
    originPxV: sizePx.heightPx / 2 - zoom * centerUmZyx[axes.v],
  };
}

export const toScreenU = (pane: PaneGeometry, voxelU: number): number => pane.originPxU + voxelU * pane.pxPerVoxelU;

export const toScreenV = (pane: PaneGeometry, voxelV: number): number => pane.originPxV + voxelV * pane.pxPerVoxelV;

/** The voxel under a screen point; `w` is the fractional coordinate across the slice. */
export const toVoxelZyx = (pane: PaneGeometry, xPx: number, yPx: number, w: number): Zyx =>
  zyxOf(pane.axes, (xPx - pane.originPxU) / pane.pxPerVoxelU, (yPx - pane.originPxV) / pane.pxPerVoxelV, w);

export function isInside(space: VoxelSpace, zyx: Zyx): boolean {
  return zyx.every((value, axis) => value >= 0 && value < space.shapeZyx[axis]);
}

export const clampToVolume = (shapeZyx: Zyx, zyx: Zyx): Zyx => [
  clampIndex(zyx[0], shapeZyx[0]),
  clampIndex(zyx[1], shapeZyx[1]),
  clampIndex(zyx[2], shapeZyx[2]),
];

/** Keeps `floor` of the coordinate a valid index. */
const clampIndex = (value: number, size: number): number => Math.min(Math.max(value, 0), size - 1e-3);

/** Centre (µm) that keeps the point under the cursor where it is while the zoom changes. */
export function zoomedCenterUm(
  pane: PaneGeometry,
  centerUmZyx: Zyx,
  xPx: number,
  yPx: number,
  from: number,
  to: number,
): Zyx {
  const shift = 1 / from - 1 / to;
  const moved: [number, number, number] = [centerUmZyx[0], centerUmZyx[1], centerUmZyx[2]];
  moved[pane.axes.u] += (xPx - pane.widthPx / 2) * shift;
  moved[pane.axes.v] += (yPx - pane.heightPx / 2) * shift;
  return moved;
}
