import type { LabelBrickSource } from "../../../core/edit/label-document.ts";
import type { BrickKey } from "../../../core/volume/brick.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import {
  BRICK_STRIDES,
  brickEnd,
  brickKeyInSlice,
  brickKeysOfSlice,
  indexAtLevel,
  offsetAlong,
} from "../geometry/brick-cuts.ts";
import type { RegionRect, SliceRegion } from "./slice-region.ts";
import { type ThinBrick, thinOffset } from "./thinned-labels.ts";

/** Bricks, and what is left of those that are not loaded. */
export interface LabelReader extends Pick<LabelBrickSource, "readBrick" | "shapeZyx"> {
  readThin?(key: BrickKey): ThinBrick | undefined;
}

/** Labels of a part of a slice into `labels` (region.columns wide); 0 where a brick is not known. Labels have one level: coarse regions take every n-th voxel. */
export function gatherLabels(labels: Uint32Array, region: SliceRegion, rect: RegionRect, source: LabelReader): void {
  const { axes, level, u0, v0, w } = region;
  const factorU = level.factorZyx[axes.u];
  const uOf = (c: number) => indexAtLevel(u0 + c, factorU, 1, source.shapeZyx[axes.u]);
  const vOf = (r: number) => indexAtLevel(v0 + r, level.factorZyx[axes.v], 1, source.shapeZyx[axes.v]);
  for (let r = rect.r0; r < rect.r1; r++) {
    const v = vOf(r);
    const out = r * region.columns;
    let c = rect.c0;
    while (c < rect.c1) {
      let u = uOf(c);
      const key = brickKeyInSlice(axes, u, v, w);
      const voxels = source.readBrick(key);
      const base = offsetAlong(axes.v, v) + offsetAlong(axes.w, w);
      const thin = voxels ? undefined : source.readThin?.(key);
      if (thin?.samples) {
        const { samples, strideZyx } = thin;
        const fixed = thinOffset(strideZyx, axes.v, v) + thinOffset(strideZyx, axes.w, w);
        for (const end = brickEnd(u); c < rect.c1 && u < end; u = uOf(c))
          labels[out + c++] = samples[fixed + thinOffset(strideZyx, axes.u, u)];
        continue;
      }
      if (factorU === 1) {
        const end = Math.min(rect.c1, brickEnd(u) - u0);
        if (voxels) copyLabels(labels, out + c, end - c, voxels, base + offsetAlong(axes.u, u), BRICK_STRIDES[axes.u]);
        else labels.fill(0, out + c, out + end);
        c = end;
        continue;
      }
      for (const end = brickEnd(u); c < rect.c1 && u < end; u = uOf(c))
        labels[out + c++] = voxels ? voxels[base + offsetAlong(axes.u, u)] : 0;
    }
  }
}

function copyLabels(
  labels: Uint32Array,
  out: number,
  count: number,
  voxels: Uint32Array,
  at: number,
  stride: number,
): void {
  for (let end = out + count, from = at; out < end; out++, from += stride) labels[out] = voxels[from];
}

/** Bricks of labels that a part of a region needs, all of level 0. */
export function labelKeysOfRegion(region: SliceRegion, rect: RegionRect, shapeZyx: Zyx): BrickKey[] {
  const { axes, level, u0, v0, w } = region;
  const end = (axis: 0 | 1 | 2, index: number) => Math.min(shapeZyx[axis], index * level.factorZyx[axis]);
  return brickKeysOfSlice(
    axes,
    w,
    [(u0 + rect.c0) * level.factorZyx[axes.u], (v0 + rect.r0) * level.factorZyx[axes.v]],
    [end(axes.u, u0 + rect.c1), end(axes.v, v0 + rect.r1)],
  );
}
