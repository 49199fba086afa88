import { createWriteStream, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import yazl from "yazl";
import { imageGroup, labelGroup, labelsIndex, levelArray } from "../../../core/ome-zarr/multiscales.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { openVolumeFile } from "../open-volume-file.ts";
import { hasPythonModule, runPython } from "../testing/python.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { readWholeVolume } from "../voxels/read-whole-volume.ts";

const folder = temporaryFolder();
let serial = 0;

async function zip(
  entries: Record<string, Uint8Array | string>,
  options: { compress?: boolean } = {},
): Promise<string> {
  const file = new yazl.ZipFile();
  for (const [name, content] of Object.entries(entries)) file.addBuffer(Buffer.from(content), name, options);
  file.end();
  const out = path.join(folder, `made-${serial++}.zip`);
  await pipeline(file.outputStream, createWriteStream(out));
  return out;
}

const shape: Zyx = [3, 4, 5];
const voxelSizeZyx: Zyx = [2, 0.5, 0.4];
const levels = [{ shapeZyx: shape, factorZyx: [1, 1, 1] as const }];
const pixels = Uint16Array.from({ length: 60 }, (_, i) => i * 11);

/** One padded chunk of 64³, as the stored volumes have them. */
function chunkOf(values: Uint16Array): Uint8Array {
  const chunk = new Uint16Array(64 ** 3);
  for (let z = 0; z < 3; z++)
    for (let y = 0; y < 4; y++) for (let x = 0; x < 5; x++) chunk[(z * 64 + y) * 64 + x] = values[(z * 4 + y) * 5 + x];
  return gzipSync(Buffer.from(chunk.buffer));
}

const json = (value: unknown) => JSON.stringify(value);
const stored = {
  "cell.ome.zarr/zarr.json": json(
    imageGroup({ name: "cell", levels, voxelSizeZyx, window: { min: 0, max: 9, start: 0, end: 9 } }),
  ),
  "cell.ome.zarr/0/zarr.json": json(levelArray(shape, "uint16")),
  "cell.ome.zarr/0/c/0/0/0": chunkOf(pixels),
  "cell.ome.zarr/labels/zarr.json": json(labelsIndex(["nuclei"])),
  "cell.ome.zarr/labels/nuclei/zarr.json": json(
    labelGroup({ name: "nuclei", levels, voxelSizeZyx, colors: [], properties: [], sourceImage: "../../" }),
  ),
  "cell.ome.zarr/labels/nuclei/0/zarr.json": json(levelArray(shape, "uint16")),
};

const open = (file: string) => openVolumeFile(file, "made.zip");

it("reads an OME-Zarr 0.5 as this project stores it, labels apart from the image", async () => {
  for (const compress of [true, false]) {
    const file = await open(await zip(stored, { compress }));
    expect(file.contents.images).toMatchObject([
      { path: "cell.ome.zarr/0", shapeZyx: shape, voxelSizeZyx, looksLikeLabels: false },
      { path: "cell.ome.zarr/labels/nuclei/0", looksLikeLabels: true },
    ]);
    const whole = await readWholeVolume(await file.open({ image: "cell.ome.zarr/0", channel: 0, time: 0 }));
    expect(whole.pixels).toEqual(pixels);
    await file.close();
  }
});

const hasZarr = hasPythonModule("zarr");
describe.skipIf(!hasZarr)(
  `OME-Zarr 0.4 by zarr-python${hasZarr ? "" : " (skipped: python3-zarr is not installed)"}`,
  () => {
    it.each(["C", "F"])("five axes, order %s, big-endian, the chosen channel and time", async (order) => {
      const target = path.join(folder, `python-${order}.zip`);
      runPython(
        `
import sys, numpy, zarr
from zarr.storage import ZipStore
store = ZipStore(sys.argv[1], mode="w")
root = zarr.group(store=store, overwrite=True)
data = numpy.arange(2 * 3 * 6 * 7 * 8, dtype=">u2").reshape(2, 3, 6, 7, 8)
root.create_dataset("0", data=data, chunks=(1, 1, 4, 3, 5), dtype=">u2", order=sys.argv[2], dimension_separator="/")
space = lambda n: {"name": n, "type": "space", "unit": "nanometer"}
root.attrs["multiscales"] = [{"version": "0.4", "axes": [{"name": "t", "type": "time"}, {"name": "c", "type": "channel"}, space("z"), space("y"), space("x")],
  "datasets": [{"path": "0", "coordinateTransformations": [{"type": "scale", "scale": [1, 1, 1500, 400, 250]}]}]}]
root.attrs["omero"] = {"channels": [{"label": "DAPI"}, {"label": "GFP"}, {"label": "mCherry"}]}
store.close()
`,
        target,
        order,
      );
      const file = await open(target);
      const [image] = file.contents.images;
      expect(image).toMatchObject({ shapeZyx: [6, 7, 8], voxelSizeZyx: [1.5, 0.4, 0.25], times: 2 });
      expect(image.channels).toEqual(["DAPI", "GFP", "mCherry"]);
      const whole = await readWholeVolume(await file.open({ image: image.path, channel: 2, time: 1 }));
      const first = (1 * 3 + 2) * 6 * 7 * 8;
      expect([...whole.pixels]).toEqual(Array.from({ length: 336 }, (_, i) => first + i));
      await file.close();
    });
  },
);

describe("refused", () => {
  it("names that climb out of the folder", async () => {
    const honest = readFileSync(await zip({ "aa/bb/zarr.json": "{}" }, { compress: false }));
    const hostile = Buffer.from(honest.toString("latin1").replaceAll("aa/bb/zarr.json", "../../../../x.y"), "latin1");
    const file = path.join(folder, "hostile.zip");
    writeFileSync(file, hostile);
    await expect(open(file)).rejects.toMatchObject({ tag: "zip-unsafe-name", where: expect.stringContaining("..") });
  });

  it("entries that unpack to far more than they are", async () => {
    const bomb = readFileSync(await zip({ ...stored, "cell.ome.zarr/0/c/0/0/0": new Uint8Array(2_000_000) }));
    // The directory now claims 400 MB for those few bytes.
    const claimed = Buffer.from(bomb);
    for (let at = claimed.indexOf("PK\x01\x02"); at >= 0; at = claimed.indexOf("PK\x01\x02", at + 4))
      if (claimed.readUInt32LE(at + 24) === 2_000_000) claimed.writeUInt32LE(400_000_000, at + 24);
    const file = path.join(folder, "bomb.zip");
    writeFileSync(file, claimed);
    const opened = await open(file);
    const source = await opened.open({ image: "cell.ome.zarr/0", channel: 0, time: 0 });
    await expect(readWholeVolume(source)).rejects.toMatchObject({ tag: "zip-bomb" });
    await opened.close();
  });

  it("a chunk that is no gzip", async () => {
    const opened = await open(await zip({ ...stored, "cell.ome.zarr/0/c/0/0/0": "not a chunk" }));
    const source = await opened.open({ image: "cell.ome.zarr/0", channel: 0, time: 0 });
    await expect(readWholeVolume(source)).rejects.toMatchObject({
      tag: "ome-zarr-chunk",
      where: "cell.ome.zarr/0, chunk 0, 0, 0",
    });
    await opened.close();
  });

  it("a zip cut off, a zip of something else, metadata that is no JSON", async () => {
    const whole = readFileSync(await zip(stored));
    const cut = path.join(folder, "cut.zip");
    writeFileSync(cut, whole.subarray(0, whole.length - 60));
    await expect(open(cut)).rejects.toMatchObject({ tag: "zip-damaged" });
    await expect(open(await zip({ "holiday.jpg": "…" }))).rejects.toMatchObject({ tag: "zip-without-volume" });
    await expect(open(await zip({ "a/zarr.json": "{" }))).rejects.toMatchObject({
      tag: "ome-zarr-metadata",
      where: "a/zarr.json",
    });
  });
});
