"use client";
import { useEffect, useRef } from "react";
import type { LookPlane } from "../../../core/import/first-look.ts";
import { labelRgba } from "../../../core/ome-zarr/label-color.ts";

/** Share of a label's colour over the image. */
const TINT = 0.45;

const bytesOf = (base64: string | null): Uint8Array | null =>
  base64 === null ? null : Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

function paint(canvas: HTMLCanvasElement, { width, height, image, labels }: LookPlane): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const [grey, tint] = [bytesOf(image), bytesOf(labels)];
  const pixels = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const base = grey?.[i] ?? 0;
    const label = tint?.[i] ?? 0;
    const colour = label === 0 ? null : labelRgba(label);
    for (let c = 0; c < 3; c++) pixels.data[4 * i + c] = colour ? (1 - TINT) * base + TINT * colour[c] : base;
    pixels.data[4 * i + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
}

/** A cut in the proportions of the specimen: thick slices are drawn thick. */
export function CutCanvas(props: {
  plane: LookPlane;
  scale: number;
  sizeUm: readonly [number, number];
  label: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { plane, scale, sizeUm } = props;
  useEffect(() => {
    if (canvas.current) paint(canvas.current, plane);
  }, [plane]);
  return (
    <canvas
      ref={canvas}
      width={plane.width}
      height={plane.height}
      role="img"
      aria-label={props.label}
      style={{
        width: Math.max(8, sizeUm[0] * scale),
        height: Math.max(8, sizeUm[1] * scale),
        imageRendering: "pixelated",
        background: "#000",
        display: "block",
      }}
    />
  );
}
