import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { hasPythonModule, runPython } from "../testing/python.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { pixelsOf } from "../voxels/pixel-bytes.ts";
import { openFileForReading } from "../voxels/random-access.ts";
import { readWholeVolume } from "../voxels/read-whole-volume.ts";
import { openTiff } from "./tiff-file.ts";

const folder = temporaryFolder();
const hasPillow = hasPythonModule("PIL") && hasPythonModule("numpy");

// Pillow hands compression and predictor to libtiff, the library that most programs write TIFF with.
const WRITE = `
import sys, numpy
from PIL import Image
name, dtype, compression, predictor = sys.argv[1:5]
rng = numpy.random.default_rng(3)
shape = (4, 53, 131)
data = rng.normal(3, 900, shape).astype("float32") if dtype == "float32" else rng.integers(0, numpy.iinfo(dtype).max, shape, dtype=dtype)
data[:, :, 20:90] = (numpy.arange(70) // 7).astype(dtype)
pages = [Image.fromarray(plane) for plane in data]
info = {317: int(predictor)} if predictor != "1" else {}
pages[0].save(name, save_all=True, append_images=pages[1:], compression=compression, tiffinfo=info)
data.tofile(name + ".raw")
`;

describe.skipIf(!hasPillow)(`TIFF by libtiff${hasPillow ? "" : " (skipped: python3-pil is not installed)"}`, () => {
  it.each([
    ["tiff_lzw", 1, "uint8"],
    ["tiff_lzw", 1, "uint16"],
    ["tiff_lzw", 2, "uint16"],
    ["tiff_lzw", 3, "float32"],
    ["packbits", 1, "uint8"],
    ["packbits", 1, "uint16"],
    ["tiff_adobe_deflate", 2, "uint16"],
    ["tiff_adobe_deflate", 3, "float32"],
    ["tiff_deflate", 1, "float32"],
  ] as const)("%s, predictor %i, %s", async (compression, predictor, dtype) => {
    const file = path.join(folder, `${compression}-${predictor}-${dtype}.tif`);
    runPython(WRITE, file, dtype, compression, String(predictor));
    const bytes = await openFileForReading(file);
    const tiff = await openTiff(bytes);
    const whole = await readWholeVolume(await tiff.open({ image: "stack", channel: 0, time: 0 }));
    await bytes.close();
    expect(whole.shapeZyx).toEqual([4, 53, 131]);
    const truth = pixelsOf(dtype, new Uint8Array(readFileSync(`${file}.raw`)));
    expect(Buffer.from(whole.pixels.buffer).equals(Buffer.from(truth.buffer))).toBe(true);
  });
});
