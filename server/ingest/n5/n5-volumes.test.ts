import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { openVolumeFile } from "../open-volume-file.ts";
import { hasPythonModule, runPython } from "../testing/python.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { validFiles, validPixels } from "../testing/valid-files.ts";
import { zipEntries } from "../testing/zip-entries.ts";
import { readWholeVolume } from "../voxels/read-whole-volume.ts";

const folder = temporaryFolder();

async function read(file: string, choice: { image?: string; channel?: number } = {}) {
  const opened = await openVolumeFile(file, "made.zip");
  try {
    const image = opened.contents.images.find((one) => one.path === choice.image) ?? opened.contents.images[0];
    const source = await opened.open({ image: image.path, channel: choice.channel ?? 0, time: 0 });
    return { ...opened.contents, image, ...(await readWholeVolume(source)) };
  } finally {
    await opened.close();
  }
}

const save = (name: string, bytes: Uint8Array): string => {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return file;
};

it("reads what the format's text says, and says that it is N5", async () => {
  const { format, pixels } = await read(save("valid.zip", await validFiles.n5()));
  expect(format).toBe("N5");
  expect(pixels).toEqual(validPixels);
});

const group = JSON.stringify({ n5: "2.5.1" });
const attributes = (more: object) =>
  JSON.stringify({
    dimensions: [5, 4, 3],
    blockSize: [5, 4, 3],
    dataType: "uint8",
    compression: { type: "raw" },
    ...more,
  });
const block = Buffer.concat([
  Buffer.from([0, 0, 0, 3, 0, 0, 0, 5, 0, 0, 0, 4, 0, 0, 0, 3]),
  Buffer.from(Array.from({ length: 60 }, (_, i) => i)),
]);

it("voxel sizes x, y, z in any unit of length; what is not there or not whole is told or refused", async () => {
  const sized = await zipEntries({
    "attributes.json": group,
    "v/attributes.json": attributes({ resolution: [250, 500, 2000], units: ["nm", "nm", "nm"] }),
    "v/0/0/0": block,
  });
  expect((await read(save("sized.zip", sized))).image.voxelSizeZyx).toEqual([2, 0.5, 0.25]);
  const empty = await zipEntries({ "attributes.json": group, "v/attributes.json": attributes({}) });
  expect((await read(save("empty.zip", empty))).notes.join()).toContain("1 of 1 blocks of v are not in the zip");
  for (const bad of [block.subarray(0, 40), block.subarray(0, 3), Buffer.alloc(76)])
    await expect(
      read(
        save(
          "bad.zip",
          await zipEntries({ "attributes.json": group, "v/attributes.json": attributes({}), "v/0/0/0": bad }),
        ),
      ),
    ).rejects.toMatchObject({ tag: "n5-block", where: "v/0/0/0" });
  const unread = await zipEntries({ "v/attributes.json": attributes({ compression: { type: "xz" } }) });
  await expect(read(save("xz.zip", unread))).rejects.toMatchObject({
    where: expect.stringContaining("packed with xz"),
  });
});

const hasZarr = hasPythonModule("zarr.n5");
describe.skipIf(!hasZarr)(`by zarr-python${hasZarr ? "" : " (skipped: python3-zarr is not installed)"}`, () => {
  it("every packing, blocks that end early, levels from coarse to fine, channels", async () => {
    runPython(
      `
import numpy as np, numcodecs, os, shutil, sys, zarr
from zarr.n5 import N5FSStore, N5Store
folder = sys.argv[1]
root = zarr.group(store=N5Store(folder + "/a.n5"), overwrite=True)
data = np.arange(7 * 9 * 11).reshape(7, 9, 11).astype("u2")
for name, packing in dict(raw=None, gzip=numcodecs.GZip(), blosc=numcodecs.Blosc(cname="zstd"), bzip2=numcodecs.BZ2()).items():
    root.create_dataset(name, data=data, chunks=(4, 5, 6), compressor=packing)
root.create_dataset("p/s0", data=data[:, ::2, ::2], chunks=(4, 5, 6))
root.create_dataset("p/s1", data=data, chunks=(4, 5, 6))
root.create_dataset("two", data=np.stack([data, data + 1000]), chunks=(1, 4, 5, 6))
shutil.make_archive(folder + "/python", "zip", folder, "a.n5")
`,
      folder,
    );
    const file = path.join(folder, "python.zip");
    const expected = Uint16Array.from({ length: 7 * 9 * 11 }, (_, i) => i);
    const { images } = await read(file);
    expect(images.map(({ path: name }) => name)).toEqual(
      ["blosc", "bzip2", "gzip", "p/s1", "raw", "two"].map((name) => `a.n5/${name}`),
    );
    for (const { path: image } of images) expect((await read(file, { image })).pixels).toEqual(expected);
    const second = await read(file, { image: "a.n5/two", channel: 1 });
    expect(second.pixels).toEqual(expected.map((value) => value + 1000));
    expect(second.notes.join()).toContain("2 × 7 × 9 × 11 is taken as c, z, y, x");
  });
});
