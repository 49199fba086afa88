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
const hasTifffile = hasPythonModule("tifffile");

// tifffile writes the file and, beside it, the very voxels as raw little-endian bytes.
const WRITE = `
import sys, json, numpy, tifffile
spec = json.loads(sys.argv[2]); name = sys.argv[1]
rng = numpy.random.default_rng(7)
shape = spec["shape"]; dtype = spec["dtype"]
if dtype == "float32":
    data = rng.normal(3, 900, shape).astype(dtype)
else:
    info = numpy.iinfo(dtype)
    data = rng.integers(info.min, info.max, shape, dtype=dtype, endpoint=True)
    data[..., : shape[-1] // 3] = 5
kw = spec.get("kw", {})
stored = data.astype(numpy.dtype(dtype).newbyteorder(spec["order"])) if spec.get("order") else data
tifffile.imwrite(name, stored, byteorder=spec.get("order"), **kw)
pick = spec.get("pick")
if pick is not None: data = data[tuple(slice(None) if p is None else p for p in pick)]
numpy.ascontiguousarray(data).astype(numpy.dtype(dtype).newbyteorder("<")).tofile(name + ".raw")
`;

interface Spec {
  shape: number[];
  dtype: "uint8" | "int8" | "uint16" | "int16" | "uint32" | "int32" | "float32";
  order?: "<" | ">";
  pick?: (number | null)[];
  kw?: Record<string, unknown>;
}

let serial = 0;
async function readBack(spec: Spec, channel = 0, time = 0) {
  const file = path.join(folder, `stack-${serial++}.tif`);
  runPython(WRITE, file, JSON.stringify(spec));
  const bytes = await openFileForReading(file);
  const tiff = await openTiff(bytes);
  const [image] = tiff.contents.images;
  const whole = await readWholeVolume(await tiff.open({ image: image.path, channel, time }));
  await bytes.close();
  return { image, whole, truth: pixelsOf(spec.dtype, new Uint8Array(readFileSync(`${file}.raw`))) };
}

const shape = [5, 37, 61];
const dtypes = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32"] as const;
const layouts: [string, Record<string, unknown>][] = [
  ["strips of 8 rows", { rowsperstrip: 8 }],
  ["one strip", {}],
  ["tiles of 32 × 16", { tile: [16, 32] }],
  ["BigTIFF", { bigtiff: true, rowsperstrip: 10 }],
];

describe.skipIf(!hasTifffile)(
  `TIFF stacks by tifffile${hasTifffile ? "" : " (skipped: python3-tifffile is not installed)"}`,
  () => {
    for (const order of ["<", ">"] as const)
      for (const [name, kw] of layouts)
        it(`reads every pixel type, ${name}, byte order ${order}`, async () => {
          for (const dtype of dtypes) {
            const { whole, truth } = await readBack({ shape, dtype, order, kw: { ...kw, photometric: "minisblack" } });
            expect(whole.shapeZyx).toEqual(shape);
            expect(whole.pixelType).toBe(dtype);
            expect(Buffer.from(whole.pixels.buffer).equals(Buffer.from(truth.buffer))).toBe(true);
          }
        });

    it("undoes horizontal differences behind deflate, both byte orders", async () => {
      for (const dtype of ["uint8", "uint16", "int32"] as const)
        for (const order of ["<", ">"] as const) {
          const kw = { compression: "zlib", predictor: 2, rowsperstrip: 9, photometric: "minisblack" };
          const { whole, truth } = await readBack({ shape, dtype, order, kw });
          expect(Buffer.from(whole.pixels.buffer).equals(Buffer.from(truth.buffer))).toBe(true);
        }
    });

    it("reads ImageJ hyperstacks: the chosen channel and time, spacing and unit", async () => {
      const kw = { imagej: true, resolution: [2.5, 1.25], metadata: { axes: "TZCYX", spacing: 1.75, unit: "um" } };
      const { image, whole, truth } = await readBack(
        { shape: [2, 5, 3, 21, 33], dtype: "uint16", kw, pick: [1, null, 2, null, null] },
        2,
        1,
      );
      expect(image).toMatchObject({ shapeZyx: [5, 21, 33], times: 2, voxelSizeNote: "ImageJ header" });
      expect(image.channels).toHaveLength(3);
      expect(image.voxelSizeZyx).toEqual([1.75, 0.8, 0.4]);
      expect(whole.pixels).toEqual(truth);
    });

    it("does not take a stack without a unit for micrometres", async () => {
      const kw = { imagej: true, resolution: [2.5, 1.25], metadata: { axes: "ZYX", spacing: 1.75 } };
      const { image } = await readBack({ shape, dtype: "uint8", kw });
      expect(image.voxelSizeZyx).toBeNull();
    });

    it("reads OME-XML: axes, sizes in other units, channel names", async () => {
      const metadata = {
        axes: "TCZYX",
        PhysicalSizeX: 400,
        PhysicalSizeXUnit: "nm",
        PhysicalSizeY: 0.5,
        PhysicalSizeYUnit: "µm",
        PhysicalSizeZ: 0.002,
        PhysicalSizeZUnit: "mm",
        Channel: { Name: ["DAPI", "GFP"] },
      };
      const spec: Spec = {
        shape: [2, 2, 4, 19, 23],
        dtype: "uint16",
        kw: { ome: true, metadata, photometric: "minisblack" },
        pick: [1, 0, null, null, null],
      };
      const { image, whole, truth } = await readBack(spec, 0, 1);
      expect(image.channels).toEqual(["DAPI", "GFP"]);
      expect(image.times).toBe(2);
      expect(image.voxelSizeZyx).toEqual([2, 0.5, 0.4]);
      expect(whole.pixels).toEqual(truth);
    });

    it("offers the samples of RGB and planar pages as channels", async () => {
      for (const planarconfig of ["contig", "separate"]) {
        const spec: Spec =
          planarconfig === "contig"
            ? {
                shape: [4, 17, 23, 3],
                dtype: "uint8",
                kw: { photometric: "rgb", planarconfig },
                pick: [null, null, null, 1],
              }
            : {
                shape: [4, 3, 17, 23],
                dtype: "uint8",
                kw: { photometric: "rgb", planarconfig },
                pick: [null, 1, null, null],
              };
        const { image, whole, truth } = await readBack(spec, 1);
        expect(image.channels).toHaveLength(3);
        expect(whole.shapeZyx).toEqual([4, 17, 23]);
        expect(whole.pixels).toEqual(truth);
      }
    });

    it("reads the axes that tifffile writes into plain files", async () => {
      const kw = { metadata: { axes: "CZYX" }, photometric: "minisblack" };
      const { image, whole, truth } = await readBack(
        { shape: [2, 5, 17, 23], dtype: "int16", kw, pick: [1, null, null, null] },
        1,
      );
      expect(image.channels).toHaveLength(2);
      expect(whole.pixels).toEqual(truth);
    });

    it("reads an ImageJ stack whose planes all follow one directory", async () => {
      const file = path.join(folder, "one-directory.tif");
      runPython(
        `
import sys, numpy, tifffile
data = numpy.arange(6 * 20 * 30, dtype=">u2").reshape(6, 20, 30)
tifffile.imwrite(sys.argv[1], data, imagej=True, byteorder=">", resolution=(2, 4), metadata={"spacing": 3, "unit": "micron"}, truncate=True)
`,
        file,
      );
      const bytes = await openFileForReading(file);
      const tiff = await openTiff(bytes);
      expect(tiff.contents.images[0]).toMatchObject({ shapeZyx: [6, 20, 30], voxelSizeZyx: [3, 0.25, 0.5] });
      expect(tiff.contents.notes.join()).toContain("they are taken as z slices");
      const whole = await readWholeVolume(await tiff.open({ image: "stack", channel: 0, time: 0 }));
      expect(whole.pixels).toEqual(Uint16Array.from({ length: 3600 }, (_, i) => i));
      await bytes.close();
    });
  },
);
