import { createWriteStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import h5wasm from "h5wasm";
import { beforeAll, expect, it } from "vitest";
import yazl from "yazl";
import { imageGroup, levelArray } from "../../core/ome-zarr/multiscales.ts";
import { inspectFile } from "./inspect-file.ts";
import { writePlainTiff } from "./testing/plain-tiff.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";

/**
 * What people really upload by mistake, each through the process that looks into uploads: the sentence that they read says
 * what is wrong, where, and what to do. The readers' own tests go further.
 */
const folder = temporaryFolder();
const shape = [7, 60, 70] as const;
const pixels = Uint16Array.from({ length: 7 * 60 * 70 }, (_, i) => (i * 7919) % 4001);
const whole = writePlainTiff(pixels, shape, "ImageJ=1.53t\nimages=7\nslices=7\n");

const save = async (name: string, bytes: Uint8Array | string): Promise<string> => {
  const file = path.join(folder, name);
  await writeFile(file, bytes);
  return file;
};

/** Every directory entry of this tag gets this value; entries are 12 bytes: tag, type, count, value. */
function withTag(tag: number, value: number): Uint8Array {
  const copy = Buffer.from(whole);
  const entry = Buffer.from([tag & 255, tag >> 8, 4, 0, 1, 0, 0, 0]);
  for (let at = copy.indexOf(entry); at >= 0; at = copy.indexOf(entry, at + 12)) copy.writeUInt32LE(value, at + 8);
  return copy;
}

async function saveZip(name: string, entries: Record<string, string>, rename?: [string, string]): Promise<string> {
  const zip = new yazl.ZipFile();
  for (const [entry, text] of Object.entries(entries)) zip.addBuffer(Buffer.from(text), entry, { compress: false });
  zip.end();
  const file = path.join(folder, name);
  await pipeline(zip.outputStream, createWriteStream(file));
  if (!rename) return file;
  return save(name, Buffer.from((await readFile(file)).toString("latin1").replaceAll(...rename), "latin1"));
}

/** A few kilobytes: chunks that were never written are zeros by definition. */
async function saveEmptyHdf5(name: string, size: readonly [number, number, number]): Promise<string> {
  const { FS } = await h5wasm.ready;
  const file = new h5wasm.File(`/${name}`, "w");
  file.create_dataset({
    name: "raw",
    data: new Uint8Array(8),
    shape: [2, 2, 2],
    maxshape: [null, null, null],
    chunks: [2, 2, 2],
  });
  const dataset = file.get("raw");
  if (!(dataset instanceof h5wasm.Dataset)) throw new Error("h5wasm gave no dataset");
  dataset.resize([...size]);
  file.close();
  return save(name, FS.readFile(`/${name}`));
}

const hugeZarr = (size: readonly [number, number, number]) => {
  const levels = [{ shapeZyx: size, factorZyx: [1, 1, 1] as const }];
  const window = { min: 0, max: 9, start: 0, end: 9 };
  return {
    "a.ome.zarr/zarr.json": JSON.stringify(imageGroup({ name: "a", levels, voxelSizeZyx: [2, 0.5, 0.4], window })),
    "a.ome.zarr/0/zarr.json": JSON.stringify(levelArray(size, "uint16")),
  };
};

const claimed = [10_000, 10_000, 10_000] as const;
const pageBytes = 2 * 60 * 70;

const cases: readonly (readonly [string, () => Promise<string>, { tag: string; what: RegExp; where: RegExp }])[] = [
  [
    "a TIFF of 60 kB that claims a million times a million pixels",
    () => {
      const wide = Buffer.from(withTag(256, 1_000_000));
      const tall = withTag(257, 1_000_000);
      tall.forEach((byte, i) => {
        if (byte !== whole[i]) wide[i] = byte;
      });
      return save("absurd.tif", wide);
    },
    { tag: "not-a-volume", what: /1000000 × 1000000.*more than Karyoloop takes/, where: /stack/ },
  ],
  [
    "an HDF5 file that claims 10¹² voxels",
    () => saveEmptyHdf5("absurd.h5", claimed),
    { tag: "hdf5-no-volume", what: /./, where: /raw.*10000 × 10000 × 10000/ },
  ],
  [
    "an OME-Zarr that claims 10¹² voxels",
    () => saveZip("absurd.zip", hugeZarr(claimed)),
    { tag: "zip-without-volume", what: /./, where: /10000 × 10000 × 10000/ },
  ],
  [
    "a copy that was cut off in a page",
    () => save("cut.tif", withTag(273, whole.length - (pageBytes >> 1))),
    { tag: "file-truncated", what: /in the middle of a page/, where: /page 1 of 7.*bytes/ },
  ],
  [
    "a copy that was cut off before its page list",
    () => save("short.tif", whole.slice(0, whole.length >> 1)),
    { tag: "file-truncated", what: /ends before/, where: new RegExp(`of a file of ${whole.length >> 1} bytes`) },
  ],
  [
    "a zip that climbs out of its folder",
    () => saveZip("hostile.zip", { "aa/bb/zarr.json": "{}" }, ["aa/bb/zarr.json", "../../../../x.y"]),
    { tag: "zip-unsafe-name", what: /./, where: /\.\./ },
  ],
  [
    "a 2D image",
    () => save("flat.tif", writePlainTiff(pixels.subarray(0, 60 * 70), [1, 60, 70])),
    { tag: "not-a-volume", what: /2D image: 1 × 60 × 70/, where: /stack/ },
  ],
  [
    "a text file called .tif",
    () => save("notes.tif", "IMPORTANT: the stack is on the other disk"),
    { tag: "unknown-format", what: /text file/, where: /notes\.tif/ },
  ],
  ["an empty file", () => save("empty.tif", ""), { tag: "empty-file", what: /is empty/, where: /empty\.tif/ }],
];

beforeAll(async () => {
  const { images } = await inspectFile(await save("whole.tif", whole), "whole.tif");
  expect(images).toMatchObject([{ shapeZyx: shape }]);
}, 60_000);

it.each(cases)(
  "%s",
  async (_, make, { tag, what, where }) => {
    const file = await make();
    const problem = await inspectFile(file, path.basename(file)).then(
      (contents) => ({ contents }),
      (error: unknown) => error,
    );
    expect(problem).toMatchObject({
      tag,
      what: expect.stringMatching(what),
      where: expect.stringMatching(where),
      hint: expect.stringMatching(/\w+ \w+/),
    });
  },
  60_000,
);
