import { readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import Blosc from "numcodecs/blosc";
import { describe, expect, it } from "vitest";
import type { Problem } from "../../../core/problem.ts";
import { openVolumeFile } from "../open-volume-file.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { type ZipEntry, zipEntries } from "../testing/zip-entries.ts";
import { readWholeVolume } from "../voxels/read-whole-volume.ts";
import { crc32c } from "./chunk-codecs.ts";

/** Files that somebody made to harm, or that were damaged on their way: each ends in words, within bounds. */
const folder = temporaryFolder();
let serial = 0;

const shape = [4, 6, 10] as const;
const chunk = [2, 3, 10] as const;
const chunkPixels = Uint16Array.from({ length: 60 }, (_, i) => i * 31);
const raw = new Uint8Array(chunkPixels.buffer);

interface Made {
  readonly codecs?: readonly object[];
  readonly array?: object;
  readonly group?: object | string;
  readonly pack?: (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;
  readonly more?: Record<string, Uint8Array | string | ZipEntry>;
}

const little = { name: "bytes", configuration: { endian: "little" } };
const axis = (name: string) => ({ name, type: "space", unit: "micrometer" });
const scale = [{ type: "scale", scale: [2, 0.5, 0.4] }];
const multiscales = {
  multiscales: [
    { axes: [axis("z"), axis("y"), axis("x")], datasets: [{ path: "0", coordinateTransformations: scale }] },
  ],
};

async function make({ codecs = [little], array, group, pack = (b) => b, more }: Made): Promise<Buffer> {
  const entries: Record<string, Uint8Array | string | ZipEntry> = {
    "zarr.json":
      typeof group === "string"
        ? group
        : JSON.stringify(group ?? { zarr_format: 3, node_type: "group", attributes: { ome: multiscales } }),
    "0/zarr.json": JSON.stringify({
      zarr_format: 3,
      node_type: "array",
      shape,
      data_type: "uint16",
      chunk_grid: { name: "regular", configuration: { chunk_shape: chunk } },
      chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
      fill_value: 0,
      codecs,
      attributes: {},
      ...array,
    }),
  };
  for (const z of [0, 1]) for (const y of [0, 1]) entries[`0/c/${z}/${y}/0`] = await pack(raw);
  return zipEntries({ ...entries, ...more });
}

async function read(zip: Uint8Array) {
  const file = path.join(folder, `hostile-${serial++}.zip`);
  writeFileSync(file, zip);
  const opened = await openVolumeFile(file, "hostile.zip");
  try {
    return await readWholeVolume(await opened.open({ image: "0", channel: 0, time: 0 }));
  } finally {
    await opened.close();
  }
}

const problemOf = async (zip: Uint8Array): Promise<Problem> => {
  const result = await read(zip).catch((error: unknown) => error);
  expect(result).toMatchObject({ _tag: "Problem", hint: expect.stringMatching(/\w/) });
  return result as Problem;
};

const gzip = { name: "gzip", configuration: { level: 1 } };
const blosc = {
  name: "blosc",
  configuration: { cname: "lz4", clevel: 5, shuffle: "shuffle", typesize: 2, blocksize: 0 },
};
const packBlosc = (bytes: Uint8Array) =>
  Blosc.fromConfig({ id: "blosc", cname: "lz4", shuffle: 1, blocksize: 0, clevel: 5 }).encode(bytes);
const withSum = (bytes: Uint8Array) => {
  const summed = new Uint8Array(bytes.length + 4);
  summed.set(bytes);
  new DataView(summed.buffer).setUint32(bytes.length, crc32c(bytes), true);
  return summed;
};

it("reads the same files undamaged", async () => {
  const plain = await read(await make({}));
  expect([...plain.pixels.subarray(0, 30)]).toEqual([...chunkPixels.subarray(0, 30)]);
  for (const made of [
    { codecs: [little, gzip], pack: gzipSync },
    { codecs: [little, blosc], pack: packBlosc },
    { codecs: [little, { name: "crc32c" }], pack: withSum },
    { codecs: [little, gzip, { name: "crc32c" }], pack: (b: Uint8Array) => withSum(gzipSync(b)) },
  ])
    expect((await read(await make(made))).pixels).toEqual(plain.pixels);
});

describe("a damaged chunk is named, and never becomes data", () => {
  const flip = (bytes: Uint8Array) => bytes.map((byte, i) => (i === 20 ? byte ^ 4 : byte));
  const half = (bytes: Uint8Array) => bytes.slice(0, bytes.length >> 1);
  const none = () => new Uint8Array(0);
  it.each([
    ["half of an uncompressed one", { more: { "0/c/1/0/0": half(raw) } }],
    ["an empty uncompressed one", { more: { "0/c/1/0/0": none() } }],
    ["one that is too long", { more: { "0/c/1/0/0": new Uint8Array(200) } }],
    ["an odd number of bytes", { more: { "0/c/1/0/0": raw.slice(1) } }],
    ["half a gzip", { codecs: [little, gzip], pack: gzipSync, more: { "0/c/1/0/0": half(gzipSync(raw)) } }],
    [
      "a flipped bit under crc32c",
      { codecs: [little, { name: "crc32c" }], pack: withSum, more: { "0/c/1/0/0": flip(withSum(raw)) } },
    ],
  ] as const)("%s", async (_, made) => {
    expect(await problemOf(await make(made as Made))).toMatchObject({
      tag: "ome-zarr-chunk",
      where: "0, chunk 1, 0, 0",
    });
  });

  it("half a Blosc chunk, an empty one, and one of another size", async () => {
    const whole = await packBlosc(raw);
    for (const bad of [half(whole), none(), await packBlosc(raw.slice(0, 60)), await packBlosc(none())])
      expect(
        await problemOf(await make({ codecs: [little, blosc], pack: packBlosc, more: { "0/c/1/0/0": bad } })),
      ).toMatchObject({ tag: "ome-zarr-chunk", where: "0, chunk 1, 0, 0" });
  });

  it("a bit that was flipped in the zip itself", async () => {
    const zip = await make({});
    const at = zip.indexOf(Buffer.from(raw));
    zip[at + 10] ^= 1;
    expect(await problemOf(zip)).toMatchObject({ tag: "zip-damaged", where: "0/c/0/0/0" });
  });
});

describe("bounded by what it becomes", () => {
  it("a chunk that inflates beyond its shape", async () => {
    const bomb = gzipSync(new Uint8Array(50_000_000));
    const before = process.memoryUsage().rss;
    const problem = await problemOf(await make({ codecs: [little, gzip], pack: () => bomb }));
    expect(problem).toMatchObject({ tag: "ome-zarr-chunk", what: expect.stringContaining("more than the") });
    expect(process.memoryUsage().rss - before).toBeLessThan(40e6);
  });

  it("twelve packings in each other", async () => {
    const problem = await problemOf(await make({ codecs: [little, ...Array.from({ length: 12 }, () => gzip)] }));
    expect(problem).toMatchObject({ tag: "zip-without-volume", where: expect.stringContaining("codecs") });
  });

  it.each([
    [
      "chunks of gigabytes",
      { chunk_grid: { name: "regular", configuration: { chunk_shape: [2000, 2000, 2000] } } },
      "128 MB",
    ],
    [
      "millions of chunks",
      { shape: [60_000, 60_000, 4], chunk_grid: { name: "regular", configuration: { chunk_shape: [1, 1, 1] } } },
      "too many",
    ],
    [
      "chunks of nothing",
      { chunk_grid: { name: "regular", configuration: { chunk_shape: [0, 3, 10] } } },
      "chunk_shape",
    ],
    ["chunks of other axes", { chunk_grid: { name: "regular", configuration: { chunk_shape: [2, 3] } } }, "other axes"],
    ["a codec that nobody knows", { codecs: [little, { name: "rot13" }] }, "rot13"],
    [
      "shards in shards",
      {
        codecs: [
          {
            name: "sharding_indexed",
            configuration: { chunk_shape: [1, 1, 1], codecs: [{ name: "sharding_indexed" }], index_codecs: [little] },
          },
        ],
      },
      "Shards|shards",
    ],
    ["a negative shape", { shape: [-4, 6, 10] }, "shape"],
    ["half an axis", { shape: [4, 6.5, 10] }, "shape"],
  ] as const)("%s", async (_, array, words) => {
    const problem = await problemOf(await make({ array }));
    expect(problem).toMatchObject({ tag: "zip-without-volume", where: expect.stringMatching(words) });
  });

  it("metadata nested ten thousand deep, or of millions of values", async () => {
    const deep = `{"attributes":${"[".repeat(10_000)}${"]".repeat(10_000)}}`;
    expect(await problemOf(await make({ group: deep }))).toMatchObject({ what: expect.stringContaining("nested") });
    const many = `{"attributes":[${"[],".repeat(5_000_000)}[]]}`;
    expect(await problemOf(await make({ group: many }))).toMatchObject({ what: expect.stringContaining("values") });
  });
});

describe("what an honest program does not pack", () => {
  it("a symbolic link in place of a chunk", async () => {
    const more = { "0/c/1/0/0": { content: "/etc/passwd", mode: 0o120777 } };
    expect(await problemOf(await make({ more }))).toMatchObject({ tag: "zip-link", where: "0/c/1/0/0" });
  });

  it("entries on top of each other", async () => {
    const zip = await make({ more: { "0/c/9/9/9": new Uint8Array(40_000).map((_, i) => i * 7) } });
    // The directory lets every chunk begin at the large entry.
    const large = zip.indexOf("0/c/9/9/9") - 30;
    for (let at = zip.indexOf("PK\x01\x02"); at >= 0; at = zip.indexOf("PK\x01\x02", at + 4)) {
      if (
        !zip
          .subarray(at + 46, at + 60)
          .toString()
          .startsWith("0/c/")
      )
        continue;
      zip.writeUInt32LE(40_000, at + 20);
      zip.writeUInt32LE(40_000, at + 24);
      zip.writeUInt32LE(large, at + 42);
    }
    expect(await problemOf(zip)).toMatchObject({ tag: "zip-overlapping" });
  });

  it("a name of two thousand letters", async () => {
    expect(await problemOf(await make({ more: { [`0/${"x".repeat(2000)}`]: "" } }))).toMatchObject({
      tag: "zip-too-many",
    });
  });
});

it.skipIf(process.platform !== "linux")("every file is closed again, after damage too", async () => {
  const opened = () => readdirSync("/proc/self/fd").length;
  const whole = await make({});
  const damaged = Buffer.from(whole);
  damaged[whole.indexOf(Buffer.from(raw)) + 10] ^= 1;
  await read(whole);
  const before = opened();
  for (let i = 0; i < 20; i++) {
    await read(whole);
    await expect(read(damaged)).rejects.toMatchObject({ tag: "zip-damaged" });
    await expect(read(whole.subarray(0, whole.length - 5))).rejects.toMatchObject({ tag: "zip-damaged" });
  }
  await expect.poll(opened).toBeLessThan(before + 10);
});
