import { type ByteReader, ByteWriter, malformed } from "./bytes.ts";
import { deflateRaw, inflateRaw } from "./deflate.ts";
import { heldWeakly } from "./held-weakly.ts";
import { brickExtent, isInside, type LabelGrid, unionBox } from "./label-grid.ts";
import { decodePaintGroups } from "./paint-codec.ts";
import { type LocalBox, type PaintBody, type PaintSection, recordLimits } from "./record.ts";
import { decodeBox, encodeBox } from "./section-codec.ts";

/** PAINTREF: voxels too many for a record travel as a blob (a raw-deflated PAINTN body), uploaded before the record. */

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export interface PaintRef {
  /** SHA-256 of the blob, 64 hex digits. */
  readonly sha256: string;
  readonly blobBytes: number;
  readonly bricks: readonly { readonly key: number; readonly box: LocalBox }[];
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
  const bricks: { key: number; box: LocalBox }[] = [];
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

/** Bricks of a body with the box that is painted in each, ascending: what a PAINTREF declares. */
export function declaredBricks(sections: readonly PaintSection[]): PaintRef["bricks"] {
  const boxes = new Map<number, LocalBox>();
  for (const { key, box } of sections) {
    const known = boxes.get(key);
    boxes.set(key, known ? unionBox(known, box) : box);
  }
  return [...boxes].sort(([a], [b]) => a - b).map(([key, box]) => ({ key, box }));
}

/** Decodes a blob. Refuses what is no PAINTN body of this volume. */
export function decodeBlob(blob: Uint8Array, grid: LabelGrid): PaintBody {
  if (blob.length > recordLimits.blobBytes) malformed("blob above 16 MiB");
  const inflate = () => inflateRaw(blob, recordLimits.blobBodyBytes);
  const body = inflate();
  const sections = decodePaintGroups(body, grid, recordLimits.bricks);
  return { sections, bytes: heldWeakly(body, inflate) };
}

/** True when a record declares exactly what its blob paints: nothing outside, nothing hidden. */
export function declaresBlob(ref: PaintRef, body: PaintBody): boolean {
  const actual = declaredBricks(body.sections);
  return (
    actual.length === ref.bricks.length &&
    actual.every(({ key, box }, i) => ref.bricks[i].key === key && isInside(box, ref.bricks[i].box))
  );
}
