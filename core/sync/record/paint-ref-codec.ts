import { type Steps, withoutPause } from "../../steps.ts";
import { type ByteReader, ByteWriter, malformed } from "../bytes/bytes.ts";
import { deflateRaw, inflateAgain, inflateRaw } from "../bytes/deflate.ts";
import { brickExtent, isInside, type LabelGrid } from "./label-grid.ts";
import { paintBodyOf, paintGroupSteps } from "./paint-codec.ts";
import { type PaintBody, type PaintBounds, type PaintedBrick, recordLimits, storedBlobBounds } from "./record.ts";
import { decodeBox, encodeBox } from "./section-codec.ts";

/** PAINTREF: voxels too many for a record travel as a blob (a raw-deflated PAINTN body), uploaded before the record. */

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export interface PaintRef {
  /** SHA-256 of the blob, 64 hex digits. */
  readonly sha256: string;
  readonly blobBytes: number;
  readonly bricks: readonly PaintedBrick[];
}

export const deflateBlob = (paintGroups: Uint8Array): Uint8Array => deflateRaw(paintGroups);

export function paintRefBody(ref: PaintRef): Uint8Array {
  const writer = new ByteWriter(48 + ref.bricks.length * 11);
  for (let i = 0; i < 64; i += 2) writer.u8(Number.parseInt(ref.sha256.slice(i, i + 2), 16));
  writer.vu(ref.blobBytes);
  writer.vu(ref.bricks.length);
  for (const { key, box } of ref.bricks) {
    writer.vu(key);
    encodeBox(writer, box);
  }
  return writer.finish();
}

export function decodePaintRef(reader: ByteReader, grid: LabelGrid): PaintRef {
  const sha256 = hexOf(reader.bytes(32));
  const blobBytes = reader.vu();
  if (blobBytes < 1 || blobBytes > recordLimits.blobBytes) malformed("blob size out of range");
  const count = reader.vu();
  if (count < 1 || count > recordLimits.bricks) malformed("brick count out of range");
  const bricks: PaintedBrick[] = [];
  for (let i = 0; i < count; i++) {
    const key = reader.vu();
    if (key <= (bricks.at(-1)?.key ?? -1)) malformed("brick keys do not ascend");
    const extent = brickExtent(grid, key);
    if (!extent) malformed("brick outside the volume");
    const box = decodeBox(reader);
    if (!isInside(box, extent)) malformed("box beyond its brick");
    bricks.push({ key, box });
  }
  reader.end();
  return { sha256, blobBytes, bricks };
}

/** A blob's bytes, inflated by whoever can do it best, read with pauses. Refuses what is no PAINTN body of this volume. */
export function* blobSteps(blob: Uint8Array, body: Uint8Array, grid: LabelGrid, bounds: PaintBounds): Steps<PaintBody> {
  const decoded = yield* paintGroupSteps(body, grid, bounds);
  return paintBodyOf(decoded, body, {
    inflate: () => inflateAgain(blob),
    read: (inflated) => paintGroupSteps(inflated, grid, storedBlobBounds),
    blob,
  });
}

/** Decodes a blob at once. Refuses what is no PAINTN body of this volume. */
export function decodeBlob(blob: Uint8Array, grid: LabelGrid, bounds: PaintBounds = storedBlobBounds): PaintBody {
  if (blob.length > recordLimits.blobBytes) malformed("blob above 16 MiB");
  return withoutPause(blobSteps(blob, inflateRaw(blob, bounds.bodyBytes), grid, bounds));
}

/** True when a record declares exactly what its blob paints: nothing outside, nothing hidden. */
export const declaresBlob = (ref: PaintRef, { bricks }: PaintBody): boolean =>
  bricks.length === ref.bricks.length &&
  bricks.every(({ key, box }, i) => ref.bricks[i].key === key && isInside(box, ref.bricks[i].box));
