import { gzipSync } from "node:zlib";
import h5wasm from "h5wasm";
import Blosc from "numcodecs/blosc";
import Zstd from "numcodecs/zstd";
import { crc32c } from "../zarr/chunk-codecs.ts";
import { writeAnyTiff } from "./any-tiff.ts";
import { slicesAsPng, volumeAsMetaImage, volumeAsNifti, volumeAsNpy, volumeAsNrrd } from "./array-files.ts";
import { packedTiffs } from "./packed-tiffs.ts";
import { zipEntries } from "./zip-entries.ts";

/** Small valid files of every format, by writers that are none of ours where there are some. All hold the same voxels. */
export const VALID_SHAPE = [4, 11, 19] as const;
const [sizeZ, sizeY, sizeX] = VALID_SHAPE;
export const validPixels = Uint16Array.from({ length: sizeZ * sizeY * sizeX }, (_, i) => (i * 37) % 5000);

const omeXml = `<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0" Name="n"><Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint16" SizeX="${sizeX}" SizeY="${sizeY}" SizeZ="${sizeZ}" SizeC="1" SizeT="1" PhysicalSizeX="0.4" PhysicalSizeY="0.5" PhysicalSizeZ="2"><Channel ID="Channel:0:0" SamplesPerPixel="1"/><TiffData IFD="0" PlaneCount="${sizeZ}"/></Pixels></Image></OME>`;
const imageJ = `ImageJ=1.53t\nimages=${sizeZ}\nslices=${sizeZ}\nunit=micron\nspacing=2.0\n`;

async function hdf5(): Promise<Uint8Array> {
  const { FS } = await h5wasm.ready;
  const file = new h5wasm.File("/valid.h5", "w");
  const group = file.create_group("volumes");
  const raw = group.create_dataset({
    name: "raw",
    data: validPixels,
    shape: [...VALID_SHAPE],
    chunks: [2, 6, 10],
    compression: "gzip",
  });
  raw.create_attribute("element_size_um", new Float64Array([2, 0.5, 0.4]));
  file.create_dataset({ name: "plain", data: validPixels, shape: [...VALID_SHAPE] });
  file.close();
  const bytes = FS.readFile("/valid.h5");
  FS.unlink("/valid.h5");
  return bytes;
}

const CHUNK = [2, 6, 10] as const;

function chunkAt(bz: number, by: number, bx: number): Uint8Array {
  const chunk = new Uint16Array(CHUNK[0] * CHUNK[1] * CHUNK[2]);
  for (let z = 0; z < CHUNK[0]; z++)
    for (let y = 0; y < CHUNK[1]; y++)
      for (let x = 0; x < CHUNK[2]; x++) {
        const [vz, vy, vx] = [bz * CHUNK[0] + z, by * CHUNK[1] + y, bx * CHUNK[2] + x];
        if (vz < sizeZ && vy < sizeY && vx < sizeX)
          chunk[(z * CHUNK[1] + y) * CHUNK[2] + x] = validPixels[(vz * sizeY + vy) * sizeX + vx];
      }
  return new Uint8Array(chunk.buffer);
}

type Pack = (bytes: Uint8Array) => Promise<Uint8Array> | Uint8Array;

async function chunks(pack: Pack, keyOf: (bz: number, by: number, bx: number) => string) {
  const entries: Record<string, Uint8Array> = {};
  for (let bz = 0; bz * CHUNK[0] < sizeZ; bz++)
    for (let by = 0; by * CHUNK[1] < sizeY; by++)
      for (let bx = 0; bx * CHUNK[2] < sizeX; bx++) entries[keyOf(bz, by, bx)] = await pack(chunkAt(bz, by, bx));
  return entries;
}

const multiscales = [
  {
    version: "0.4",
    axes: ["z", "y", "x"].map((name) => ({ name, type: "space", unit: "micrometer" })),
    datasets: [{ path: "0", coordinateTransformations: [{ type: "scale", scale: [2, 0.5, 0.4] }] }],
  },
];

const little = { name: "bytes", configuration: { endian: "little" } };

const group3 = JSON.stringify({
  zarr_format: 3,
  node_type: "group",
  attributes: { ome: { version: "0.5", multiscales } },
});
const array3 = {
  zarr_format: 3,
  node_type: "array",
  shape: VALID_SHAPE,
  data_type: "uint16",
  chunk_grid: { name: "regular", configuration: { chunk_shape: CHUNK } },
  chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
  fill_value: 0,
  attributes: {},
};

async function zarr3(codecs: readonly object[], pack: Pack): Promise<Uint8Array> {
  return zipEntries({
    "zarr.json": group3,
    "0/zarr.json": JSON.stringify({ ...array3, codecs: [little, ...codecs] }),
    ...(await chunks(pack, (z, y, x) => `0/c/${z}/${y}/${x}`)),
  });
}

/** Two chunks along y in a shard, whose index comes first. */
async function zarr3Sharded(): Promise<Uint8Array> {
  const parts = await chunks(summed, (z, y, x) => `${z}/${y}/${x}`);
  const empty = new Uint8Array(0);
  const shardAt = (z: number, y: number, x: number): Uint8Array => {
    const inner = [parts[`${z}/${2 * y}/${x}`] ?? empty, parts[`${z}/${2 * y + 1}/${x}`] ?? empty];
    const index = new BigUint64Array(4);
    let at = index.byteLength + 4;
    inner.forEach((chunk, i) => {
      index.set(chunk.length > 0 ? [BigInt(at), BigInt(chunk.length)] : [2n ** 64n - 1n, 2n ** 64n - 1n], 2 * i);
      at += chunk.length;
    });
    return Buffer.concat([summed(new Uint8Array(index.buffer)), ...inner] as Uint8Array[]);
  };
  const shards: Record<string, Uint8Array> = {};
  for (let z = 0; z * CHUNK[0] < sizeZ; z++)
    for (let y = 0; 2 * y * CHUNK[1] < sizeY; y++)
      for (let x = 0; x * CHUNK[2] < sizeX; x++) shards[`0/c/${z}/${y}/${x}`] = shardAt(z, y, x);
  const sum = { name: "crc32c" };
  const configuration = {
    chunk_shape: CHUNK,
    codecs: [little, sum],
    index_codecs: [little, sum],
    index_location: "start",
  };
  return zipEntries({
    "zarr.json": group3,
    "0/zarr.json": JSON.stringify({
      ...array3,
      chunk_grid: { name: "regular", configuration: { chunk_shape: [CHUNK[0], 2 * CHUNK[1], CHUNK[2]] } },
      codecs: [{ name: "sharding_indexed", configuration }],
    }),
    ...shards,
  });
}

async function zarr2(compressor: object | null, pack: Pack): Promise<Uint8Array> {
  return zipEntries(
    {
      ".zgroup": JSON.stringify({ zarr_format: 2 }),
      ".zattrs": JSON.stringify({ multiscales }),
      "0/.zarray": JSON.stringify({
        zarr_format: 2,
        shape: VALID_SHAPE,
        chunks: CHUNK,
        dtype: "<u2",
        order: "C",
        compressor,
        filters: null,
        fill_value: 0,
        dimension_separator: "/",
      }),
      ...(await chunks(pack, (z, y, x) => `0/${z}/${y}/${x}`)),
    },
    true,
  );
}

const blosc: Pack = (bytes) =>
  Blosc.fromConfig({ id: "blosc", cname: "lz4", clevel: 5, shuffle: 1, blocksize: 0 }).encode(
    bytes,
  ) as Promise<Uint8Array>;
const zstd: Pack = (bytes) => Zstd.fromConfig({ id: "zstd", level: 1 }).encode(bytes) as Promise<Uint8Array>;
const summed = (bytes: Uint8Array): Uint8Array => {
  const out = new Uint8Array(bytes.length + 4);
  out.set(bytes);
  new DataView(out.buffer).setUint32(bytes.length, crc32c(bytes), true);
  return out;
};

/** Blocks are counted x, y, z, their numbers are big-endian. */
async function n5(): Promise<Uint8Array> {
  const pack = (bytes: Uint8Array): Uint8Array => {
    const header = Buffer.alloc(16);
    header.writeUInt16BE(3, 2);
    CHUNK.toReversed().forEach((length, i) => {
      header.writeUInt32BE(length, 4 + 4 * i);
    });
    return Buffer.concat([header, gzipSync(Buffer.from(bytes).swap16())]);
  };
  return zipEntries({
    "attributes.json": JSON.stringify({ n5: "2.5.1" }),
    "volume/attributes.json": JSON.stringify({
      dimensions: VALID_SHAPE.toReversed(),
      blockSize: CHUNK.toReversed(),
      dataType: "uint16",
      compression: { type: "gzip", level: -1 },
    }),
    ...(await chunks(pack, (z, y, x) => `volume/${x}/${y}/${z}`)),
  });
}

const tiff = (options: Parameters<typeof writeAnyTiff>[2]) => async () =>
  writeAnyTiff(validPixels, VALID_SHAPE, options);

export const validFiles: Readonly<Record<string, () => Promise<Uint8Array>>> = {
  tiff: tiff({}),
  "tiff-deflate-strips": tiff({ compression: 8, rowsPerStrip: 4 }),
  "bigtiff-big-endian": tiff({ big: true, littleEndian: false, compression: 32773, rowsPerStrip: 5 }),
  "ome-tiff": tiff({ description: omeXml }),
  "imagej-tiff": tiff({ littleEndian: false, description: imageJ }),
  "tiff-zstd": tiff({ compression: 50000, rowsPerStrip: 4 }),
  "tiff-lerc": async () => Buffer.from(packedTiffs.lerc, "base64"),
  "tiff-jpeg2000": async () => Buffer.from(packedTiffs.jpeg2000, "base64"),
  "tiff-png": async () => Buffer.from(packedTiffs.png, "base64"),
  nifti: async () => volumeAsNifti(validPixels, VALID_SHAPE),
  "nifti-gzip": async () => gzipSync(volumeAsNifti(validPixels, VALID_SHAPE)),
  nrrd: async () => volumeAsNrrd(validPixels, VALID_SHAPE, "raw"),
  "nrrd-gzip": async () => volumeAsNrrd(validPixels, VALID_SHAPE, "gzip"),
  "nrrd-text": async () => volumeAsNrrd(validPixels, VALID_SHAPE, "ascii"),
  metaimage: async () => volumeAsMetaImage(validPixels, VALID_SHAPE, false),
  "metaimage-zlib": async () => volumeAsMetaImage(validPixels, VALID_SHAPE, true),
  npy: async () => volumeAsNpy(validPixels, VALID_SHAPE),
  "png-series": () => zipEntries(slicesAsPng(validPixels, VALID_SHAPE)),
  hdf5,
  "zarr3-gzip": () => zarr3([{ name: "gzip", configuration: { level: 1 } }], (bytes) => gzipSync(bytes)),
  "zarr3-blosc": () =>
    zarr3(
      [{ name: "blosc", configuration: { cname: "lz4", clevel: 5, shuffle: "shuffle", typesize: 2, blocksize: 0 } }],
      blosc,
    ),
  "zarr3-crc32c": () => zarr3([{ name: "crc32c" }], summed),
  "zarr3-shards": zarr3Sharded,
  n5,
  "zarr2-zstd": () => zarr2({ id: "zstd", level: 1 }, zstd),
  "zarr2-blosc": () => zarr2({ id: "blosc", cname: "lz4", clevel: 5, shuffle: 1, blocksize: 0 }, blosc),
};
