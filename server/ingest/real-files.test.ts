import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { PixelArray } from "../../core/volume/voxel-space.ts";
import { openVolumeFile } from "./open-volume-file.ts";
import { dataSetFile, hasDataSets } from "./testing/data-sets.ts";
import { hasPythonModule, runPython } from "./testing/python.ts";
import { readWholeVolume } from "./voxels/read-whole-volume.ts";

const skipped = hasDataSets ? "" : " (skipped: no data sets under KARYOLOOP_DATA_SETS)";
const hasTifffile = hasPythonModule("tifffile");

const sha256 = (pixels: PixelArray): string =>
  createHash("sha256")
    .update(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength))
    .digest("hex");

function rangeOf(pixels: PixelArray): { min: number; max: number } {
  let [min, max] = [pixels[0], pixels[0]];
  for (const value of pixels) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { min, max };
}

async function read(name: string, image?: string) {
  const file = await openVolumeFile(dataSetFile(name), name);
  const found = file.contents.images.find(({ path }) => path === image) ?? file.contents.images[0];
  const whole = await readWholeVolume(await file.open({ image: found.path, channel: 0, time: 0 }));
  await file.close();
  return { contents: file.contents, image: found, whole };
}

describe.skipIf(!hasDataSets)(`files as other programs wrote them${skipped}`, () => {
  it("big-endian ImageJ stack without a voxel size", async () => {
    const { image, whole } = await read("formats/uint16_big_endian_no_voxel_size.tif");
    expect(image).toMatchObject({ shapeZyx: [51, 120, 122], pixelType: "uint16", voxelSizeZyx: null });
    // Its header says min=92 and max=4171, which the wrong byte order would not give.
    const { min, max } = rangeOf(whole.pixels);
    expect([min, max]).toEqual([92, 4171]);
  });

  it("big-endian int32 labels in 221 strips a page", async () => {
    const { image, whole } = await read("formats/labels_int32_big_endian_id_gaps.tif");
    expect(image).toMatchObject({ shapeZyx: [20, 221, 148], pixelType: "int32" });
    expect([...new Set(whole.pixels)].sort((p, q) => p - q)).toEqual(Array.from({ length: 39 }, (_, i) => i));
  });

  it("HDF5 with image, labels and element_size_um", async () => {
    const { contents, image, whole } = await read("formats/arabidopsis_raw_and_label.h5", "/raw");
    expect(contents.images.map(({ path, looksLikeLabels }) => [path, looksLikeLabels])).toEqual([
      ["/label", true],
      ["/raw", false],
    ]);
    expect(image.voxelSizeZyx?.map((size) => size.toFixed(4))).toEqual(["0.2837", "0.1276", "0.1276"]);
    // The same volume was published as TIFF too.
    const twin = await read("arabidopsis-ovule/1136_mini_image.tif");
    expect(twin.image.voxelSizeZyx?.map((size) => size.toFixed(4))).toEqual(["0.2837", "0.1276", "0.1276"]);
    expect(sha256(twin.whole.pixels)).toBe(sha256(whole.pixels));
  });

  it.skipIf(!hasTifffile)(
    `compressed stacks of three kinds, voxel by voxel as tifffile reads them${hasTifffile ? "" : " (skipped: python3-tifffile is not installed)"}`,
    async () => {
      for (const name of [
        "mouse-embryo/Emb02_t401_image.tif",
        "organoid/mCherry_d0_flt32_16_image.tif",
        "unlabelled/neubias_nuclei_autothresh.tif",
      ]) {
        const { whole } = await read(name);
        const judge = runPython(
          `import sys, hashlib, tifffile; print(hashlib.sha256(tifffile.imread(sys.argv[1]).tobytes()).hexdigest())`,
          dataSetFile(name),
        ).trim();
        expect(sha256(whole.pixels)).toBe(judge);
      }
    },
  );
});
