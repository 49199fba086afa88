import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import { BRICK_VOXELS } from "../../../core/volume/brick.ts";
import { bytesPerPixel, type PixelType } from "../../../core/volume/voxel-space.ts";
import { decodeChunk } from "./decode-chunk.ts";

const types: PixelType[] = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32"];

/** Written by DataView, which knows the byte order by itself. */
function encode(type: PixelType): { bytes: Uint8Array<ArrayBuffer>; expected: number[] } {
  const size = bytesPerPixel[type];
  const view = new DataView(new ArrayBuffer(BRICK_VOXELS * size));
  const expected = Array.from({ length: 100 }, (_, i) => {
    const value = type === "float32" ? i * 1.25 - 7 : type.startsWith("u") ? (i * 977) % 2 ** (8 * size) : i - 50;
    const method = `set${type === "float32" ? "Float32" : `${type.startsWith("u") ? "Uint" : "Int"}${size * 8}`}`;
    (view[method as "setUint16"] as (at: number, v: number, little: boolean) => void).call(view, i * size, value, true);
    return value;
  });
  return { bytes: new Uint8Array(view.buffer), expected };
}

afterEach(() => vi.unstubAllGlobals());

describe("decoding a chunk", () => {
  for (const type of types)
    it(`reads ${type}, packed and unpacked, with and without the browser's own inflater`, async () => {
      const { bytes, expected } = encode(type);
      const packed = new Uint8Array(gzipSync(bytes));
      expect([...(await decodeChunk(bytes, type)).slice(0, 100)]).toEqual(expected);
      expect([...(await decodeChunk(packed, type)).slice(0, 100)]).toEqual(expected);
      vi.stubGlobal("DecompressionStream", undefined);
      expect([...(await decodeChunk(packed, type)).slice(0, 100)]).toEqual(expected);
    });

  for (const inflater of ["browser", "fallback"])
    it(`refuses a damaged, a cut off, a short and an endless chunk (${inflater})`, async () => {
      if (inflater === "fallback") vi.stubGlobal("DecompressionStream", undefined);
      const packed = new Uint8Array(gzipSync(encode("uint16").bytes));
      const broken = packed.slice();
      broken.fill(0xff, 20, 60);
      await expect(decodeChunk(broken, "uint16")).rejects.toMatchObject({ _tag: "Problem" });
      await expect(decodeChunk(packed.slice(0, packed.length - 30), "uint16")).rejects.toMatchObject({
        _tag: "Problem",
      });
      const short = new Uint8Array(gzipSync(new Uint8Array(100)));
      await expect(decodeChunk(short, "uint16")).rejects.toMatchObject({ _tag: "Problem" });
      const bomb = new Uint8Array(gzipSync(new Uint8Array(20 * BRICK_VOXELS)));
      await expect(decodeChunk(bomb, "uint16")).rejects.toMatchObject({ tag: "chunk-size" });
    });
});
