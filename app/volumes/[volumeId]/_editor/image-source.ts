import type { inferRouterOutputs } from "@trpc/server";
import type { ImageChannel, ImageSource } from "../../../../components/viewer/viewer-contract.ts";
import type { AppRouter } from "../../../../server/index.ts";

export type VolumeRow = inferRouterOutputs<AppRouter>["volume"]["byId"];

/** Where the viewer finds the image; null until its pyramid is written. */
export function imageSourceOf(volume: VolumeRow): ImageSource | null {
  const { id, contrast, histogram, histogramRange } = volume;
  if (volume.state !== "ready" || !contrast || !histogram || !histogramRange) return null;
  const channels = volume.channels.flatMap(toChannel);
  const labelledChannel = Math.max(
    0,
    volume.channels.findIndex(({ labelled }) => labelled),
  );
  return {
    volumeId: id,
    pixelType: volume.pixelType,
    shapeZyx: volume.shapeZyx,
    voxelSizeZyx: volume.voxelSizeZyx,
    levels: volume.levels,
    chunkUrl: (scaleLevel, bz, by, bx, channel = labelledChannel) =>
      `/zarr/${id}/${folderOf(volume, channel)}/${scaleLevel}/c/${bz}/${by}/${bx}`,
    ...(channels.length > 1 && channels.length === volume.channels.length && { channels, labelledChannel }),
    contrast,
    histogram,
    histogramRange,
  };
}

/** The labelled channel is the image itself. */
function folderOf({ channels }: VolumeRow, place: number): string {
  const channel = channels[place];
  return !channel || channel.labelled ? "image.ome.zarr" : `channels/${channel.index}.ome.zarr`;
}

/** Of channels whose file states no colour: all bright enough on black. */
const COLORS = ["4C9BFF", "3DDC5B", "FF5A5A", "FF4DF3", "FFB020", "30E0E0", "F5F04A", "FFFFFF"];

function toChannel(row: VolumeRow["channels"][number], place: number): ImageChannel[] {
  const { name, contrast, histogram, histogramRange } = row;
  if (!contrast || !histogram || !histogramRange) return [];
  const color = Number.parseInt(row.color ?? COLORS[place % COLORS.length], 16);
  return [{ name, contrast, histogram, histogramRange, rgb: [color >> 16, (color >> 8) & 255, color & 255] }];
}
