import { deflateSync } from "node:zlib";
import Lz4 from "numcodecs/lz4";
import { describe, expect, it } from "vitest";
import { createSeededRandom } from "../../../core/simulator/seeded-random.ts";
import { unpackChunk } from "../hdf5/hdf5-filters.ts";
import { hasPythonModule, runPython } from "../testing/python.ts";
import { decodeBitshuffle } from "./bitshuffle.ts";
import { unpackBzip2 } from "./bzip2.ts";
import { decodeLzf } from "./lzf.ts";

/** Elements of two bytes, smooth with a little noise. */
function elements(count: number): Uint8Array {
  const random = createSeededRandom(count);
  return new Uint8Array(Uint16Array.from({ length: count }, (_, i) => 300 + (i >> 3) + 3 * random.uniform()).buffer);
}

/** Bit by bit, as the format's text says: all lowest bits of the elements of a block, then all second ones … */
function bitshuffled(bytes: Uint8Array, typeBytes: number): Uint8Array {
  const count = bytes.length / typeBytes;
  const out = new Uint8Array(bytes.length);
  let to = 0;
  for (let bit = 0; bit < typeBytes * 8; bit++)
    for (let i = 0; i < count; i++, to++)
      out[to >> 3] |= ((bytes[i * typeBytes + (bit >> 3)] >> (bit & 7)) & 1) << (to & 7);
  return out;
}

const BLOCK = 64;

async function packBitshuffle(bytes: Uint8Array, withLz4: boolean): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  if (withLz4) {
    const head = new DataView(new ArrayBuffer(12));
    head.setUint32(4, bytes.length);
    head.setUint32(8, BLOCK * 2);
    parts.push(new Uint8Array(head.buffer));
  }
  const whole = bytes.length - (bytes.length % 16);
  for (let at = 0; at < whole; at += BLOCK * 2) {
    const block = bitshuffled(bytes.subarray(at, Math.min(whole, at + BLOCK * 2)), 2);
    if (!withLz4) parts.push(block);
    else {
      // numcodecs puts the size before the block.
      const packed = (await Lz4.fromConfig({ id: "lz4", acceleration: 1 }).encode(block)).subarray(4);
      const length = new DataView(new ArrayBuffer(4));
      length.setUint32(0, packed.length);
      parts.push(new Uint8Array(length.buffer), packed);
    }
  }
  return Buffer.concat([...parts, bytes.subarray(whole)]);
}

describe("bitshuffle", () => {
  it.each([
    [256, true],
    [256, false],
    [203, true],
    [203, false],
    [5, true],
  ])("%i elements, LZ4 %s, and never a cut one", async (count, withLz4) => {
    const plain = elements(count);
    const packed = await packBitshuffle(plain, withLz4);
    const parameters = [0, 4, 2, BLOCK, withLz4 ? 2 : 0];
    expect(Buffer.compare(await decodeBitshuffle(packed, plain.length, parameters), plain)).toBe(0);
    for (const end of [0, 7, packed.length >> 1, packed.length - 1])
      await expect(decodeBitshuffle(packed.subarray(0, end), plain.length, parameters)).rejects.toThrow();
    await expect(decodeBitshuffle(packed, plain.length + 2, parameters)).rejects.toThrow();
  });
});

describe("LZF", () => {
  // By hand: "abc", then six bytes from three back, then a long run of one byte.
  const packed = Uint8Array.from([2, 97, 98, 99, (4 << 5) | 0, 2, 0, 120, (7 << 5) | 0, 20, 0]);
  const plain = Buffer.from(`abcabcabcx${"x".repeat(29)}`);

  it("literals, matches that overlap themselves, long ones; never more or less than announced", () => {
    expect(Buffer.from(decodeLzf(packed, plain.length)).toString()).toBe(plain.toString());
    for (const size of [0, 5, plain.length - 1, plain.length + 1])
      expect(() => decodeLzf(packed, size)).toThrow(RangeError);
    for (let end = 0; end < packed.length; end++)
      expect(() => decodeLzf(packed.subarray(0, end), plain.length)).toThrow(RangeError);
    expect(() => decodeLzf(Uint8Array.from([0, 1, 1 << 5, 9]), 4)).toThrow(RangeError);
  });
});

const hasBz2 = hasPythonModule("bz2");
describe.skipIf(!hasBz2)(`bzip2 by Python${hasBz2 ? "" : " (skipped: python3 is not installed)"}`, () => {
  it("runs, noise, several blocks and streams; never a cut or a flipped one, never more than it can be", async () => {
    const printed = runPython(`
import base64, bz2, json, random
noise = random.Random(3).randbytes(30_000)
slow = bytes(i // 9 % 200 for i in range(150_000))
plain = [b"", b"a" * 3, b"a" * 4, b"a" * 259, b"abc" * 9000, noise, slow]
packed = [bz2.compress(one, 1) for one in plain] + [bz2.compress(b"one") + bz2.compress(b"two")]
print(json.dumps([[base64.b64encode(a).decode(), base64.b64encode(b).decode()] for a, b in zip(packed, plain + [b"onetwo"])]))
`);
    for (const [packed, plain] of (JSON.parse(printed) as [string, string][]).map((pair) =>
      pair.map((text) => Buffer.from(text, "base64")),
    )) {
      expect(Buffer.compare(await unpackBzip2(packed, plain.length), plain)).toBe(0);
      await expect(unpackBzip2(packed.subarray(0, packed.length - 3), plain.length)).rejects.toThrow(RangeError);
      if (plain.length === 0) continue;
      await expect(unpackBzip2(packed, plain.length - 1)).rejects.toThrow(/more than/);
      const flipped = Buffer.from(packed);
      flipped[packed.length >> 1] ^= 16;
      await expect(unpackBzip2(flipped, plain.length)).rejects.toThrow(RangeError);
    }
  });
});

describe("HDF5's filters, one after the other", () => {
  const filter = (id: number, ...cd_values: number[]) => ({ id, name: "", cd_values });

  it("deflate below Fletcher's sum; the sum is looked at", async () => {
    const plain = Uint8Array.from([1, 2, 3, 4, 5]);
    // Words 0x0102, 0x0304, 0x0500: sums 0x0906 and 0x0e0e, by hand.
    const summed = Uint8Array.from([...plain, 0x06, 0x09, 0x0e, 0x0e]);
    const filters = [filter(3), filter(1, 6)];
    expect(await unpackChunk(deflateSync(summed), 5, filters)).toEqual(plain);
    summed[2] ^= 8;
    await expect(unpackChunk(deflateSync(summed), 5, filters)).rejects.toThrow(/checksum/);
    await expect(unpackChunk(deflateSync(plain), 6, [filter(1, 6)])).rejects.toThrow(/5 of 6 bytes/);
  });

  it("LZ4 in blocks of the plugin, one of them stored as it is", async () => {
    const plain = elements(40);
    const block = (await Lz4.fromConfig({ id: "lz4", acceleration: 1 }).encode(plain.subarray(0, 64))).subarray(4);
    const head = new DataView(new ArrayBuffer(16));
    head.setUint32(4, plain.length);
    head.setUint32(8, 64);
    head.setUint32(12, block.length);
    const tail = Uint8Array.from([0, 0, 0, 16, ...plain.subarray(64)]);
    const packed = Buffer.concat([new Uint8Array(head.buffer), block, tail]);
    expect(Buffer.compare(await unpackChunk(packed, plain.length, [filter(32004)]), plain)).toBe(0);
    for (const end of [0, 11, 20, packed.length - 1])
      await expect(unpackChunk(packed.subarray(0, end), plain.length, [filter(32004)])).rejects.toThrow();
  });
});
