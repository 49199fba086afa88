"use client";
import { useEffect, useRef, useState } from "react";
import type { PixelType, Zyx } from "../../core/volume/voxel-space.ts";
import { fetchChunk } from "../viewer/bricks/fetch-chunk.ts";
import { projectChunks, type ThumbnailLevel, thumbnailChunks } from "./thumbnail.ts";

export interface PicturedVolume {
  readonly pixelType: PixelType;
  readonly voxelSizeZyx: Zyx;
  readonly levels: readonly (ThumbnailLevel & { readonly factorZyx: Zyx })[];
  readonly contrast: readonly [low: number, high: number];
  chunkUrl(scaleLevel: number, bz: number, by: number, bx: number): string;
}

const SIDE_PX = 44;

/** The volume seen from above, small and in its proportions. Asked for when it comes into view; a dark square where it cannot be had. */
export function VolumeThumbnail({ volume }: { volume: PicturedVolume }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [isSeen, setSeen] = useState(false);
  const latest = useRef(volume);
  latest.current = volume;
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const watch = new IntersectionObserver(([entry]) => entry?.isIntersecting && setSeen(true));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  const address = volume.chunkUrl(0, 0, 0, 0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same address is the same image
  useEffect(() => {
    if (!isSeen) return;
    const stop = new AbortController();
    void draw(latest.current, canvas.current, stop.signal).catch(() => {}); // the row says all that matters
    return () => stop.abort();
  }, [isSeen, address]);
  const { level } = thumbnailChunks(volume.levels) ?? {};
  const [, height, width] = level ? sizeUm(volume, level as PicturedVolume["levels"][number]) : ([1, 1, 1] as const);
  const scale = SIDE_PX / Math.max(height, width);
  return (
    <div
      style={{
        width: SIDE_PX,
        height: SIDE_PX,
        display: "grid",
        placeItems: "center",
        background: "#000",
        flex: "none",
      }}
    >
      <canvas
        ref={canvas}
        aria-hidden
        style={{ width: Math.max(4, width * scale), height: Math.max(4, height * scale), display: "block" }}
      />
    </div>
  );
}

const sizeUm = ({ voxelSizeZyx }: PicturedVolume, { shapeZyx, factorZyx }: PicturedVolume["levels"][number]): Zyx => [
  shapeZyx[0] * factorZyx[0] * voxelSizeZyx[0],
  shapeZyx[1] * factorZyx[1] * voxelSizeZyx[1],
  shapeZyx[2] * factorZyx[2] * voxelSizeZyx[2],
];

async function draw(volume: PicturedVolume, canvas: HTMLCanvasElement | null, signal: AbortSignal): Promise<void> {
  const wanted = thumbnailChunks(volume.levels);
  const context = canvas?.getContext("2d");
  if (!wanted || !canvas || !context) return;
  const { level, places } = wanted;
  const chunks = await Promise.all(
    places.map(async (place) => {
      const url = volume.chunkUrl(level.scaleLevel, ...place);
      return [place, await fetchChunk(url, volume.pixelType, signal)] as const;
    }),
  );
  const [, height, width] = level.shapeZyx;
  const grey = projectChunks(level, chunks, volume.contrast);
  canvas.width = width;
  canvas.height = height;
  const pixels = context.createImageData(width, height);
  grey.forEach((value, i) => {
    pixels.data.fill(value, 4 * i, 4 * i + 3);
    pixels.data[4 * i + 3] = 255;
  });
  context.putImageData(pixels, 0, 0);
}
