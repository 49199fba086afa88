import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fromArrayBuffer } from "geotiff";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { seededRandom } from "../../../core/edit/testing/seeded-random.ts";
import { createPixelArray, type PixelArray, type PixelType, voxelCount } from "../../../core/volume/voxel-space.ts";
import { stackBytes } from "../stacks/stack-stream.ts";
import { markedShapeZyx, markedVoxelSizeZyx, markerIndex, planesOf } from "../testing/marked-volume.ts";
import { askPython, omeSchema, tifffileJudge, xmllintJudge } from "../testing/python-judge.ts";
import { imagejDescription } from "./imagej-description.ts";
import { omeXml } from "./ome-xml.ts";
import { layoutTiff, type TiffSpecification } from "./tiff-layout.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-tiff-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const MARKERS: Readonly<Record<PixelType, number>> = {
  uint8: 201,
  int8: -101,
  uint16: 60_001,
  int16: -30_001,
  uint32: 4_000_000_001,
  int32: -2_000_000_001,
  float32: 0.123456789,
};

function markedVoxels(pixelType: PixelType): PixelArray {
  const random = seededRandom(11);
  const voxels = createPixelArray(pixelType, voxelCount(markedShapeZyx));
  for (let i = 0; i < voxels.length; i++) voxels[i] = Math.floor(random() * 100);
  voxels[markerIndex] = MARKERS[pixelType];
  return voxels;
}

const [vz, vy, vx] = markedVoxelSizeZyx;
const ome = (pixelType: PixelType, name = 'nuclei <"1" & 2>\u0007 of ü'): TiffSpecification => ({
  shapeZyx: markedShapeZyx,
  pixelType,
  description: omeXml({
    name,
    description: "a test",
    creator: "Karyoloop",
    pixelType,
    shapeZyx: markedShapeZyx,
    voxelSizeZyx: markedVoxelSizeZyx,
  }),
  pixelsPerUnitYx: [1e4 / vy, 1e4 / vx],
  resolutionUnit: "centimetre",
  whenTooLarge: "bigtiff",
});
const imagej = (pixelType: PixelType): TiffSpecification => ({
  shapeZyx: markedShapeZyx,
  pixelType,
  description: imagejDescription({ planes: markedShapeZyx[0], spacingUm: vz, displayRange: [0, 100] }),
  pixelsPerUnitYx: [1 / vy, 1 / vx],
  resolutionUnit: "none",
  whenTooLarge: "one-directory",
});

async function write(name: string, specification: TiffSpecification, voxels: PixelArray): Promise<string> {
  const parts: Uint8Array[] = [];
  const layout = layoutTiff(specification);
  for await (const part of stackBytes(layout, () => planesOf(voxels, markedShapeZyx))) parts.push(part.slice());
  const bytes = Buffer.concat(parts);
  expect(bytes.length).toBe(layout.totalBytes);
  const file = path.join(folder, name);
  await writeFile(file, bytes);
  return file;
}

interface Seen {
  readonly ome: boolean;
  readonly imagej: Record<string, unknown> | null;
  readonly big: boolean;
  readonly pages: number;
  readonly axes: string;
  readonly shape: number[];
  readonly dtype: string;
  readonly marker: number;
  readonly equal: boolean;
  readonly xResolution: number;
}

/** What tifffile sees; `equal` compares every voxel with the raw bytes beside the file. */
const PROGRAM = `
import sys, json, numpy, tifffile
path, raw, index = sys.argv[1], sys.argv[2], int(sys.argv[3])
with tifffile.TiffFile(path) as f:
    s = f.series[0]
    a = s.asarray()
    n, d = f.pages[0].tags['XResolution'].value
    print(json.dumps(dict(ome=bool(f.is_ome), imagej=f.imagej_metadata if f.is_imagej else None, big=bool(f.is_bigtiff),
        pages=len(f.pages), axes=s.axes, shape=list(a.shape), dtype=a.dtype.name, marker=float(a.reshape(-1)[index]),
        equal=a.tobytes() == open(raw, 'rb').read(), xResolution=n / d)))
`;

const tifffile = tifffileJudge();

async function seenByTifffile(file: string, voxels: PixelArray): Promise<Seen> {
  await writeFile(`${file}.raw`, new Uint8Array(voxels.buffer));
  return askPython<Seen>(tifffile.command ?? "", PROGRAM, [file, `${file}.raw`, String(markerIndex)]);
}

describe("read back by tifffile", () => {
  beforeEach((context) => context.skip(tifffile.missing !== undefined, tifffile.missing));

  it.each(Object.keys(MARKERS) as PixelType[])("an OME-TIFF of %s, classic and BigTIFF", async (pixelType) => {
    const voxels = markedVoxels(pixelType);
    for (const classicMaxBytes of [undefined, 1000]) {
      const name = `${pixelType}-${classicMaxBytes}.ome.tif`;
      const file = await write(name, { ...ome(pixelType), classicMaxBytes }, voxels);
      const seen = await seenByTifffile(file, voxels);
      expect(seen).toMatchObject({
        ome: true,
        big: classicMaxBytes !== undefined,
        pages: markedShapeZyx[0],
        axes: "ZYX",
        shape: [...markedShapeZyx],
        dtype: pixelType,
        marker: voxels[markerIndex],
        equal: true,
      });
      expect(seen.xResolution).toBeCloseTo(1e4 / vx, 3);
    }
  });

  it.each(["uint8", "uint16", "float32"] as const)(
    "an ImageJ stack of %s, and one too large for 32 bits",
    async (type) => {
      const voxels = markedVoxels(type);
      for (const classicMaxBytes of [undefined, 1000]) {
        const file = await write(`${type}-${classicMaxBytes}.tif`, { ...imagej(type), classicMaxBytes }, voxels);
        const seen = await seenByTifffile(file, voxels);
        expect(seen).toMatchObject({
          ome: false,
          big: false,
          imagej: {
            images: markedShapeZyx[0],
            slices: markedShapeZyx[0],
            spacing: vz,
            unit: "micron",
            min: 0,
            max: 100,
          },
          axes: "ZYX",
          shape: [...markedShapeZyx],
          dtype: type,
          marker: voxels[markerIndex],
          equal: true,
        });
        expect(seen.xResolution).toBeCloseTo(1 / vx, 8);
      }
    },
  );
});

it("holds its voxels where geotiff, too, finds them", async () => {
  const voxels = markedVoxels("uint32");
  const bytes = await readFile(await write("geotiff.ome.tif", ome("uint32"), voxels));
  const tiff = await fromArrayBuffer(new Uint8Array(bytes).buffer);
  expect(await tiff.getImageCount()).toBe(markedShapeZyx[0]);
  const page = await tiff.getImage(1);
  const [plane] = (await page.readRasters()) as unknown as [Uint32Array];
  const planeVoxels = markedShapeZyx[1] * markedShapeZyx[2];
  expect([...plane]).toEqual([...voxels.subarray(planeVoxels, 2 * planeVoxels)]);
  expect(plane[markerIndex - planeVoxels]).toBe(MARKERS.uint32);
});

it("writes OME-XML that the schema of 2016-06 accepts, whatever the names hold", async (context) => {
  const [xmllint, schema] = [xmllintJudge(), await omeSchema()];
  if (xmllint.missing !== undefined) return context.skip(xmllint.missing);
  if (schema.missing !== undefined) return context.skip(schema.missing);
  const validate = async (xml: string): Promise<void> => {
    const file = path.join(folder, "ome.xml");
    await writeFile(file, xml);
    execFileSync(xmllint.command, ["--noout", "--nonet", "--schema", schema.command, file], { stdio: "pipe" });
  };
  for (const type of Object.keys(MARKERS) as PixelType[]) await validate(ome(type).description);
  // The judge is awake: a size of zero, a type that OME has not, an unknown order.
  for (const [right, wrong] of [
    [`PhysicalSizeZ="${vz}"`, 'PhysicalSizeZ="0"'],
    ['Type="uint16"', 'Type="uint64"'],
    ["XYZCT", "ZYXCT"],
  ]) {
    const { description } = ome("uint16");
    expect(description).toContain(right);
    await expect(validate(description.replace(right, wrong))).rejects.toThrow("ome.xml");
  }
});

it("refuses planes that do not fit, too few and too many", async () => {
  const layout = layoutTiff(ome("uint16"));
  const drain = async (planes: AsyncIterable<PixelArray>) => {
    for await (const part of stackBytes(layout, () => planes)) void part;
  };
  const voxels = markedVoxels("uint16") as Uint16Array;
  const [depth, height, width] = markedShapeZyx;
  await expect(drain(planesOf(new Uint32Array(voxels), markedShapeZyx))).rejects.toThrow("plane 0");
  await expect(drain(planesOf(voxels, [depth - 1, height, width]))).rejects.toThrow("bytes, not");
  await expect(
    drain(planesOf(new Uint16Array(voxels.length + height * width), [depth + 1, height, width])),
  ).rejects.toThrow("bytes, not");
});
