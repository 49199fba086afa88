import { createRequire } from "node:module";
import path from "node:path";
import * as lerc from "lerc";
import type { PixelType } from "../../../core/volume/voxel-space.ts";
import { decodePng } from "../codecs/png.ts";
import { bytesOf } from "../voxels/pixel-bytes.ts";
import type { StoredType } from "../voxels/stored-numbers.ts";

/** What a block becomes. */
export interface BlockLayout {
  readonly width: number;
  readonly rows: number;
  /** Of one pixel, interleaved. */
  readonly samples: number;
  readonly type: StoredType;
  readonly bits: number;
  /** LERC can be packed a second time: 0 not, 1 deflate, 2 Zstandard. */
  readonly lercPacking: number;
}

/** Blocks of a page that are pictures of their own formats. Each is asked for its size before it is unpacked. */

const require = createRequire(import.meta.url);

const otherSize = (name: string): Error => new Error(`its ${name} has another size or other pixels than the page`);

export function decodePngBlock(source: Uint8Array, layout: BlockLayout): Uint8Array {
  const image = decodePng(source);
  const { width, rows, samples, bits } = layout;
  const fits = image.width === width && image.height === rows && image.samples === samples && image.bits === bits;
  if (!fits) throw otherSize("PNG");
  return bytesOf(image.pixels);
}

const LERC_TYPES: Readonly<Record<string, PixelType | "float64">> = {
  S8: "int8",
  U8: "uint8",
  S16: "int16",
  U16: "uint16",
  S32: "int32",
  U32: "uint32",
  F32: "float32",
  F64: "float64",
};

let lercReady: Promise<void> | undefined;

/** https://github.com/Esri/lerc; its wasm lies beside its script. */
export async function decodeLerc(source: Uint8Array, layout: BlockLayout): Promise<Uint8Array> {
  lercReady ??= lerc.load({ locateFile: () => path.join(path.dirname(require.resolve("lerc")), "lerc-wasm.wasm") });
  await lercReady;
  const blob = Uint8Array.from(source).buffer;
  const { width, rows, samples, type } = layout;
  const header = lerc.getBlobInfo(blob);
  if (header.width !== width || header.height !== rows || header.depthCount * header.bandCount !== samples)
    throw otherSize("LERC");
  if (header.bandCount > 1) throw new Error("its LERC has several bands, which are not read");
  const image = lerc.decode(blob, { returnInterleaved: true });
  if (LERC_TYPES[image.pixelType] !== type) throw otherSize("LERC");
  const [pixels] = image.pixels;
  return new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
}

/** What is used of the module; it has no types of its own. */
interface J2kModule {
  readonly J2KDecoder: new () => {
    getEncodedBuffer(length: number): Uint8Array;
    decode(): void;
    getFrameInfo(): { width: number; height: number; bitsPerSample: number; componentCount: number; isSigned: boolean };
    getDecodedBuffer(): Uint8Array;
    delete(): void;
  };
}

let j2kReady: Promise<J2kModule> | undefined;

/** OpenJPEG. It has no voice: what it would print goes nowhere. */
export async function decodeJpeg2000(source: Uint8Array, layout: BlockLayout): Promise<Uint8Array> {
  const silent = { print: () => {}, printErr: () => {} };
  j2kReady ??= require("@cornerstonejs/codec-openjpeg/decodewasmjs")(silent) as Promise<J2kModule>;
  const { J2KDecoder } = await j2kReady;
  const { width, rows, samples, bits, type } = layout;
  assertWholeCodestream(source, layout);
  const decoder = new J2KDecoder();
  try {
    decoder.getEncodedBuffer(source.length).set(source);
    decoder.decode();
    const found = decoder.getFrameInfo();
    const same = found.width === width && found.height === rows && found.componentCount === samples;
    if (!same || found.bitsPerSample !== bits || found.isSigned !== type.startsWith("int"))
      throw otherSize("JPEG 2000");
    return decoder.getDecodedBuffer().slice();
  } catch (cause) {
    // What C++ throws is a number.
    throw cause instanceof Error ? cause : new Error("its JPEG 2000 is damaged", { cause });
  } finally {
    decoder.delete();
  }
}

const START_AND_SIZE = [0xff, 0x4f, 0xff, 0x51];
const MAX_BOX_BYTES = 1024;
/** Within one block: OpenJPEG has some kilobytes for each before it reads it. */
const MAX_TILES = 4096;

/** Size and end of the codestream, with or without the boxes of a JP2 around it (ISO 15444-1, A.5.1). */
function assertWholeCodestream(source: Uint8Array, { width, rows, samples }: BlockLayout): void {
  let at = 0;
  while (at < MAX_BOX_BYTES && !START_AND_SIZE.every((byte, i) => source[at + i] === byte)) at++;
  if (at + 42 > source.length || at >= MAX_BOX_BYTES) throw new Error("it is no JPEG 2000");
  const view = new DataView(source.buffer, source.byteOffset + at, source.length - at);
  const across = view.getUint32(8) - view.getUint32(16);
  const down = view.getUint32(12) - view.getUint32(20);
  const tiles = Math.ceil(across / view.getUint32(24)) * Math.ceil(down / view.getUint32(28));
  if (!(tiles <= MAX_TILES)) throw new Error(`its JPEG 2000 claims ${tiles} tiles`);
  if (across !== width || down !== rows || view.getUint16(40) !== samples) throw otherSize("JPEG 2000");
  // OpenJPEG takes half of one for a whole one of less quality.
  let end = source.length;
  while (end > at && source[end - 1] === 0) end--;
  if (source[end - 2] !== 0xff || source[end - 1] !== 0xd9) throw new Error("its JPEG 2000 is cut off");
}
