import type { PixelArray } from "../../../core/volume/voxel-space.ts";
import type { ExportFile } from "../export-file.ts";

/** A file of raw planes, little-endian, one behind the other, with what stands before and after them. */
export interface StackLayout {
  readonly head: Uint8Array;
  readonly planeBytes: number;
  readonly tail: Uint8Array;
  readonly totalBytes: number;
}

/** Planes of a stack from that one on. */
export type PlanesFrom = (signal: AbortSignal, firstPlane: number) => AsyncIterable<PixelArray>;

export const stackFile = (path: string, layout: StackLayout, planes: PlanesFrom): ExportFile => ({
  path,
  compress: true,
  bytes: (signal, start) => stackBytes(layout, (firstPlane) => planes(signal, firstPlane), start),
});

/**
 * The bytes of a stack from `start` on, plane after plane; never more than one plane at a time is held here. `planes` begins with the
 * plane that it is asked for.
 */
export async function* stackBytes(
  { head, planeBytes, tail, totalBytes }: StackLayout,
  planes: (firstPlane: number) => AsyncIterable<PixelArray>,
  start = 0,
): AsyncGenerator<Uint8Array> {
  if (start < head.length) yield head.subarray(start);
  // The padding before the tail's directories belongs to the tail, so the planes fill the rest exactly.
  const tailAt = totalBytes - tail.length;
  if (start < tailAt) {
    const from = Math.max(0, start - head.length);
    let skipped = from % planeBytes;
    let written = from - skipped;
    for await (const plane of planes(written / planeBytes)) {
      if (plane.byteLength !== planeBytes)
        throw new RangeError(`plane ${written / planeBytes} has ${plane.byteLength} bytes, not ${planeBytes}`);
      written += planeBytes;
      yield new Uint8Array(plane.buffer, plane.byteOffset + skipped, planeBytes - skipped);
      skipped = 0;
    }
    if (head.length + written !== tailAt)
      throw new RangeError(`the planes have ${written} bytes, not ${tailAt - head.length}`);
  }
  if (tail.length > 0) yield tail.subarray(Math.max(0, start - tailAt));
}
