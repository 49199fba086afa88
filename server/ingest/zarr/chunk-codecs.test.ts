import type { Duplex } from "node:stream";
import * as zlib from "node:zlib";
import Blosc from "numcodecs/blosc";
import Lz4 from "numcodecs/lz4";
import { describe, expect, it } from "vitest";
import * as zarr from "zarrita";
import { createSeededRandom } from "../../../core/simulator/seeded-random.ts";
import { hasPythonModule, runPython } from "../testing/python.ts";
import { crc32c } from "./chunk-codecs.ts";

const shape = [5, 37, 113] as const;
const voxels = 5 * 37 * 113;

/** Smooth with noise: matches, literals and runs of every length. */
function chunkBytes(seed: number): Uint8Array {
  const random = createSeededRandom(seed);
  const pixels = Uint16Array.from({ length: voxels }, (_, i) =>
    i % 1000 < 200 ? 0 : 300 + ((i >> 3) % 50) * 7 + Math.floor(random.uniform() * (seed % 3 ? 4 : 60_000)),
  );
  return new Uint8Array(pixels.buffer);
}

async function decode(name: string, bytes: Uint8Array, of: readonly number[] = shape): Promise<Uint8Array> {
  const entry = await zarr.registry.get(name)!();
  const codec = entry.fromConfig({}, { dataType: "uint16", shape: [...of], codecs: [], fillValue: 0 });
  return (await codec.decode(bytes)) as Uint8Array;
}

const packBlosc = (bytes: Uint8Array, cname: string, shuffle: number, blocksize: number, clevel = 5) =>
  Blosc.fromConfig({ cname, shuffle, blocksize, clevel } as Parameters<typeof Blosc.fromConfig>[0]).encode(bytes);

/** vitest compares byte by byte, in seconds. */
const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

describe("Blosc, judged by c-blosc in numcodecs", () => {
  const kinds = (["blosclz", "lz4", "lz4hc", "zlib", "zstd"] as const).flatMap((name) =>
    [0, 1, 2].map((shuffle) => [name, shuffle] as const),
  );
  it.each(kinds)("%s, shuffle %i", async (name, shuffle) => {
    for (const [seed, level] of [
      [1, 9],
      [2, 1],
      [3, 5],
    ]) {
      const whole = chunkBytes(seed);
      for (const blockBytes of [0, 4096]) {
        const packed = await packBlosc(whole, name, shuffle, blockBytes, level);
        expect(isSame(await decode("numcodecs.blosc", packed), whole)).toBe(true);
      }
    }
  });

  it("refuses every cut, and never hands out what is not in the data", async () => {
    const whole = chunkBytes(1);
    for (const [name, shuffle] of kinds) {
      const packed = await packBlosc(whole, name, shuffle, 4096);
      const random = createSeededRandom(shuffle + 5);
      for (let round = 0; round < 30; round++) {
        const cut = packed.slice(0, Math.floor(random.uniform() * packed.length));
        await expect(decode("blosc", cut)).rejects.toThrow();
        // The header agrees with the cut: c-blosc would find out, and the library would not say so.
        if (cut.length > 16) {
          new DataView(cut.buffer).setUint32(12, cut.length, true);
          await expect(decode("blosc", cut)).rejects.toThrow();
        }
        const flipped = packed.slice();
        flipped[Math.floor(random.uniform() * packed.length)] ^= 1 << Math.floor(random.uniform() * 8);
        const result = await decode("blosc", flipped).catch((error: unknown) => error);
        expect(result instanceof Error || (result instanceof Uint8Array && result.length <= 2 * whole.length)).toBe(
          true,
        );
      }
    }
  });
});

const hasZarr = hasPythonModule("numcodecs");
describe.skipIf(!hasZarr)(
  `by numcodecs for Python${hasZarr ? "" : " (skipped: python3-numcodecs is not installed)"}`,
  () => {
    it("every width of type, shuffle and codec", async () => {
      const printed = runPython(`
import numpy, numcodecs, json, base64
rng = numpy.random.default_rng(3)
out = []
for width, dtype in ((1, "u1"), (2, "u2"), (4, "f4"), (8, "f8")):
    n = 41810 // width
    data = (numpy.arange(n) // 7 % 90 + rng.integers(0, 3, n)).astype(dtype)
    codecs = [numcodecs.Blosc(c, 5, s) for c in ("lz4", "lz4hc", "blosclz", "zlib", "zstd") for s in (0, 1, 2)]
    for codec in codecs + [numcodecs.LZ4(), numcodecs.Zstd(), numcodecs.GZip(), numcodecs.Zlib(), numcodecs.CRC32()]:
        out.append([codec.codec_id, base64.b64encode(codec.encode(data)).decode(), base64.b64encode(data.tobytes()).decode()])
print(json.dumps(out))
`);
      const cases = JSON.parse(printed) as [string, string, string][];
      expect(cases).toHaveLength(80);
      for (const [name, packed, plain] of cases)
        expect(
          isSame(await decode(`numcodecs.${name}`, Buffer.from(packed, "base64")), Buffer.from(plain, "base64")),
        ).toBe(true);
    });
  },
);

describe("never more than the chunk can have", () => {
  const zeros = new Uint8Array(40_000_000);
  it.each([
    ["gzip", () => zlib.gzipSync(zeros)],
    ["blosc", () => packBlosc(zeros, "lz4", 1, 0)],
    ["lz4", () => Lz4.fromConfig({ id: "lz4", acceleration: 1 }).encode(zeros)],
  ] as const)("%s of 40 MB for a chunk of 42 kB", async (name, pack) => {
    const packed = new Uint8Array(await pack());
    await expect(decode(name, packed)).rejects.toThrow(/more than the \d+/);
    expect((await decode(name, packed, [2, 100, 100_000])).length).toBe(zeros.length);
  });

  // The types are those of Node 20, which has no Zstandard.
  const createZstdCompress = (zlib as { createZstdCompress?: () => Duplex }).createZstdCompress;
  it.skipIf(!createZstdCompress)(
    "Zstandard that does not say its size (skipped: Node is older than 22.15)",
    async () => {
      const pack = async (bytes: Uint8Array) => {
        const stream = createZstdCompress!();
        const parts = stream.toArray();
        stream.end(Buffer.from(bytes));
        return new Uint8Array(Buffer.concat(await parts));
      };
      const packed = await pack(chunkBytes(2));
      expect(packed[4] & 0xe0).toBe(0);
      expect(isSame(await decode("zstd", packed), chunkBytes(2))).toBe(true);
      await expect(decode("zstd", await pack(zeros))).rejects.toThrow(/more than the \d+/);
    },
  );
});

it("CRC-32C: the test vectors of RFC 3720", async () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  const body = chunkBytes(1);
  const summed = new Uint8Array(body.length + 4);
  summed.set(body);
  new DataView(summed.buffer).setUint32(body.length, crc32c(body), true);
  expect(isSame(await decode("crc32c", summed), body)).toBe(true);
  summed[7] ^= 1;
  await expect(decode("crc32c", summed)).rejects.toThrow(/checksum/);
});
