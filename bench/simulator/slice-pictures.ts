import { labelRgba } from "../../core/ome-zarr/label-color.ts";
import type { VoxelSpace } from "../../core/volume/voxel-space.ts";
import type { Picture } from "./png.ts";

export interface SeenVolume extends VoxelSpace {
  readonly image: ArrayLike<number>;
  readonly labels: ArrayLike<number> | null;
}

/** Grey between the 1st and the 99.8th percentile, as the trainer sees it. */
export function greyOf(image: ArrayLike<number>): (value: number) => number {
  const sorted = Float32Array.from(image).sort();
  const [low, high] = [0.01, 0.998].map((share) => sorted[Math.round(share * (sorted.length - 1))]);
  return (value) => Math.max(0, Math.min(255, (255 * (value - low)) / (high - low || 1)));
}

/** The slice at `share` of the depth, or the xz cut at `share` of the height, as high as it is in micrometres. */
export function cut(volume: SeenVolume, plane: "xy" | "xz", share: number, widthPixels: number): Picture {
  const [depth, height, width] = volume.shapeZyx;
  const [uz, uy, ux] = volume.voxelSizeZyx;
  const grey = greyOf(volume.image);
  const rows = plane === "xy" ? height : depth;
  const aspect = plane === "xy" ? (height * uy) / (width * ux) : (depth * uz) / (width * ux);
  const fixed = Math.floor(share * (plane === "xy" ? depth : height));
  const heightPixels = Math.max(1, Math.round(widthPixels * aspect));
  const indexAt = (row: number, x: number): number =>
    plane === "xy" ? (fixed * height + row) * width + x : (row * height + fixed) * width + x;
  const rgb = new Uint8Array(widthPixels * heightPixels * 3);
  const sourceOf = (px: number, py: number): number =>
    indexAt(Math.floor((py * rows) / heightPixels), Math.floor((px * width) / widthPixels));
  for (let py = 0; py < heightPixels; py++)
    for (let px = 0; px < widthPixels; px++) {
      const source = sourceOf(px, py);
      const label = volume.labels?.[source] ?? 0;
      const isRim =
        label !== 0 &&
        ((px > 0 && volume.labels?.[sourceOf(px - 1, py)] !== label) ||
          (py > 0 && volume.labels?.[sourceOf(px, py - 1)] !== label) ||
          (px + 1 < widthPixels && volume.labels?.[sourceOf(px + 1, py)] !== label) ||
          (py + 1 < heightPixels && volume.labels?.[sourceOf(px, py + 1)] !== label));
      const value = grey(volume.image[source]);
      rgb.set(isRim ? labelRgba(label).slice(0, 3) : [value, value, value], (py * widthPixels + px) * 3);
    }
  return { width: widthPixels, height: heightPixels, rgb };
}

/** Pictures in rows, top left aligned, a dark gap between them. */
export function mosaic(rows: readonly (readonly Picture[])[], gap = 4): Picture {
  const heights = rows.map((row) => Math.max(...row.map((picture) => picture.height)) + gap);
  const width = Math.max(...rows.map((row) => row.reduce((sum, picture) => sum + picture.width + gap, 0)));
  const height = heights.reduce((sum, one) => sum + one, 0);
  const rgb = new Uint8Array(width * height * 3).fill(40);
  let top = 0;
  rows.forEach((row, i) => {
    let left = 0;
    for (const picture of row) {
      for (let y = 0; y < picture.height; y++)
        rgb.set(
          picture.rgb.subarray(y * picture.width * 3, (y + 1) * picture.width * 3),
          ((top + y) * width + left) * 3,
        );
      left += picture.width + gap;
    }
    top += heights[i];
  });
  return { width, height, rgb };
}
