import type { PixelArray } from "../../../core/volume/voxel-space.ts";
import type { TiffLayout } from "./tiff-layout.ts";

/** The bytes of a TIFF, plane after plane; never more than one plane at a time is held here. */
export async function* tiffBytes(layout: TiffLayout, planes: AsyncIterable<PixelArray>): AsyncGenerator<Uint8Array> {
  yield layout.head;
  let written = 0;
  for await (const plane of planes) {
    if (plane.byteLength !== layout.planeBytes)
      throw new RangeError(`plane ${written} has ${plane.byteLength} bytes, not ${layout.planeBytes}`);
    written += plane.byteLength;
    yield new Uint8Array(plane.buffer, plane.byteOffset, plane.byteLength);
  }
  const expected = layout.totalBytes - layout.head.length - layout.tail.length;
  // The padding before the tail's directories belongs to the tail, so the planes fill the rest exactly.
  if (written !== expected) throw new RangeError(`the planes have ${written} bytes, not ${expected}`);
  yield layout.tail;
}
