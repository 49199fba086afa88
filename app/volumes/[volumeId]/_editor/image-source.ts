import type { inferRouterOutputs } from "@trpc/server";
import type { ImageSource } from "../../../../components/viewer/viewer-contract.ts";
import type { AppRouter } from "../../../../server/index.ts";

export type VolumeRow = inferRouterOutputs<AppRouter>["volume"]["byId"];

/** Where the viewer finds the image; null until its pyramid is written. */
export function imageSourceOf(volume: VolumeRow): ImageSource | null {
  const { id, contrast, histogram, histogramRange } = volume;
  if (volume.state !== "ready" || !contrast || !histogram || !histogramRange) return null;
  return {
    volumeId: id,
    pixelType: volume.pixelType,
    shapeZyx: volume.shapeZyx,
    voxelSizeZyx: volume.voxelSizeZyx,
    levels: volume.levels,
    chunkUrl: (scaleLevel, bz, by, bx) => `/zarr/${id}/image.ome.zarr/${scaleLevel}/c/${bz}/${by}/${bx}`,
    contrast,
    histogram,
    histogramRange,
  };
}
