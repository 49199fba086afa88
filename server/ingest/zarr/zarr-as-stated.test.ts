import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { openVolumeFile } from "../open-volume-file.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { zipEntries } from "../testing/zip-entries.ts";
import { readWholeVolume } from "../voxels/read-whole-volume.ts";

/** What an OME-Zarr states of itself is obeyed, or refused, or told. Written here byte by byte, every array in one chunk. */
const folder = temporaryFolder();
let serial = 0;

const shape = [3, 4, 5] as const;
const count = 60;
const values = Array.from({ length: count }, (_, i) => i * 7);
const sizes: Readonly<Record<string, number>> = { t: 2, c: 2, z: 3, y: 4, x: 5 };

type Entries = Record<string, Uint8Array | string>;
const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** An array of Zarr 2 below `folder`. */
function arrayAt(at: string, of: readonly number[], data: ArrayBufferView | null, more: object = {}): Entries {
  const metadata = { zarr_format: 2, shape: of, chunks: of, dtype: "<u2", order: "C", compressor: null, filters: null };
  return {
    [`${at}/.zarray`]: JSON.stringify({ ...metadata, fill_value: 0, dimension_separator: "/", ...more }),
    ...(data && { [`${at}/${of.map(() => 0).join("/")}`]: bytesOf(data) }),
  };
}

const space = (name: string) => ({ name, type: "space", unit: "micrometer" });
const level = (at: string, ...scale: number[]) => ({
  path: at,
  coordinateTransformations: [{ type: "scale", scale }],
});
const imageOf = (axes: unknown, datasets: readonly object[], more: object = {}): string =>
  JSON.stringify({ multiscales: [{ version: "0.4", ...(axes !== null && { axes }), datasets }], ...more });
const zyx = ["z", "y", "x"].map(space);
const fine = level("0", 2, 0.5, 0.25);

async function read(entries: Entries, choice: { image?: number; channel?: number; time?: number } = {}) {
  const file = path.join(folder, `stated-${serial++}.zip`);
  writeFileSync(file, await zipEntries(entries));
  const opened = await openVolumeFile(file, "stated.zip");
  try {
    const image = opened.contents.images[choice.image ?? 0];
    const source = await opened.open({ image: image.path, channel: choice.channel ?? 0, time: choice.time ?? 0 });
    return { ...opened.contents, image, ...(await readWholeVolume(source)) };
  } finally {
    await opened.close();
  }
}

const half = (value: number): number => {
  // Whole numbers up to 2048 are exact.
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(value));
  return ((exponent + 15) << 10) | ((value / 2 ** exponent - 1) * 1024);
};

describe("numbers of every width", () => {
  const kinds: readonly (readonly [string, ArrayBufferView, string])[] = [
    ["<i8", BigInt64Array.from(values, BigInt), "int32"],
    ["<u8", BigUint64Array.from(values, BigInt), "uint32"],
    ["<f8", Float64Array.from(values), "float32"],
    ["<f2", Uint16Array.from(values, half), "float32"],
  ];
  it.each(kinds)("%s", async (dtype, data, pixelType) => {
    const { image, pixels, notes } = await read({
      ".zattrs": imageOf(zyx, [fine]),
      ...arrayAt("0", shape, data, { dtype }),
    });
    expect(image).toMatchObject({ pixelType, voxelSizeZyx: [2, 0.5, 0.25] });
    expect([...pixels]).toEqual(values);
    expect(notes.length).toBe(dtype === "<f8" ? 1 : 0);
  });

  it("truth values, and fill values of every type, which are told", async () => {
    const truth = Uint8Array.from(values, (value) => value % 2);
    expect([
      ...(await read({ ".zattrs": imageOf(zyx, [fine]), ...arrayAt("0", shape, truth, { dtype: "|b1" }) })).pixels,
    ]).toEqual([...truth]);
    for (const [dtype, fill, wanted] of [
      ["|b1", true, 1],
      ["<i8", -3, -3],
      ["<f2", 1.5, 1.5],
      ["<f4", "Infinity", Number.POSITIVE_INFINITY],
      ["<i8", null, 0],
    ] as const) {
      const more = { dtype, fill_value: fill };
      const { pixels, notes } = await read({
        ".zattrs": imageOf(zyx, [fine]),
        ...arrayAt("0", shape, null, more),
      });
      expect(new Set(pixels)).toEqual(new Set([wanted]));
      expect(notes.join()).toContain("1 of 1 chunks of 0 are not in the zip");
    }
  });

  it("a label beyond 32 bits is refused with its number", async () => {
    const huge = BigInt64Array.from(values, (value) => (value === 7 ? 2n ** 40n : 1n));
    const entries = { ".zattrs": imageOf(zyx, [fine]), ...arrayAt("0", shape, huge, { dtype: "<i8" }) };
    await expect(read(entries)).rejects.toMatchObject({
      tag: "number-too-large",
      what: expect.stringContaining("1099511627776"),
    });
  });
});

describe("axes", () => {
  /** Where each voxel of z, y, x at a channel and time lies in an array with such axes. */
  const expectedOf = (axes: string, channel: number, time: number): number[] => {
    const voxels = [];
    for (let z = 0; z < 3; z++)
      for (let y = 0; y < 4; y++)
        for (let x = 0; x < 5; x++) {
          const place: Readonly<Record<string, number>> = { t: time, c: channel, z, y, x };
          voxels.push([...axes].reduce((index, axis) => index * sizes[axis] + place[axis], 0));
        }
    return voxels;
  };
  const arrayOf = (axes: string) => {
    const of = [...axes].map((axis) => sizes[axis]);
    return arrayAt(
      "0",
      of,
      Uint16Array.from({ length: of.reduce((a, b) => a * b, 1) }, (_, i) => i),
    );
  };

  it.each([["xyz"], ["zcyx"], ["czxy"], ["tzyxc"], ["tczyx"]])("%s, by names", async (axes) => {
    const [channel, time] = [axes.includes("c") ? 1 : 0, axes.includes("t") ? 1 : 0];
    const stated = [...axes].map((name) => ("zyx".includes(name) ? space(name) : { name }));
    const scale = [...axes].map((name) => ({ z: 2, y: 0.5, x: 0.25 })[name] ?? 1);
    const { image, shapeZyx, pixels } = await read(
      { ".zattrs": imageOf(stated, [level("0", ...scale)]), ...arrayOf(axes) },
      { channel, time },
    );
    expect(shapeZyx).toEqual(shape);
    expect(image.voxelSizeZyx).toEqual([2, 0.5, 0.25]);
    expect([...pixels]).toEqual(expectedOf(axes, channel, time));
  });

  it("0.1 and 0.2 name none and mean t, c, z, y, x; 0.3 has letters only", async () => {
    const old = await read({ ".zattrs": imageOf(null, [{ path: "0" }]), ...arrayOf("tczyx") }, { channel: 1, time: 1 });
    expect([...old.pixels]).toEqual(expectedOf("tczyx", 1, 1));
    expect(old.image.voxelSizeZyx).toBeNull();
    const letters = await read(
      { ".zattrs": imageOf(["c", "z", "y", "x"], [{ path: "0" }]), ...arrayOf("czyx") },
      { channel: 1 },
    );
    expect([...letters.pixels]).toEqual(expectedOf("czyx", 1, 0));
  });

  it("other words for z, y, x count in their order; more axes than the array is refused", async () => {
    const words = ["axial", "vertical", "horizontal"].map(space);
    expect([...(await read({ ".zattrs": imageOf(words, [fine]), ...arrayOf("zyx") })).pixels]).toEqual(
      expectedOf("zyx", 0, 0),
    );
    await expect(read({ ".zattrs": imageOf(zyx, [fine]), ...arrayOf("czyx") })).rejects.toMatchObject({
      where: expect.stringContaining("names 3 axes, its array has 4"),
    });
  });

  it("without z: a long axis is taken for it with a note, a short one is not", async () => {
    const axes = [{ name: "t", type: "time" }, space("y"), space("x")];
    const of = (times: number) => ({
      ".zattrs": imageOf(axes, [level("0", 1, 0.5, 0.25)]),
      ...arrayAt("0", [times, 4, 5], new Uint16Array(times * 20)),
    });
    const long = await read(of(7));
    expect(long.image).toMatchObject({ shapeZyx: [7, 4, 5], voxelSizeZyx: null });
    expect(long.notes.join()).toContain("7 times, not z slices");
    await expect(read(of(2))).rejects.toMatchObject({ where: expect.stringContaining("no z slices") });
  });
});

describe("levels and images", () => {
  const coarse = arrayAt("1", [3, 2, 3], new Uint16Array(18));
  const whole = arrayAt("0", shape, Uint16Array.from(values));

  it("the finest level is the one with the most voxels, wherever it is named", async () => {
    const { image, pixels } = await read({
      ".zattrs": imageOf(zyx, [level("1", 2, 1, 0.5), fine]),
      ...coarse,
      ...whole,
    });
    expect(image).toMatchObject({ path: "0", voxelSizeZyx: [2, 0.5, 0.25] });
    expect([...pixels]).toEqual(values);
  });

  it.each([["first"], ["last"]])(
    "a finest level that is missing, named %s, is not replaced by a coarse one",
    async (place) => {
      const levels = place === "first" ? [fine, level("1", 2, 1, 0.5)] : [level("1", 2, 1, 0.5), fine];
      await expect(read({ ".zattrs": imageOf(zyx, levels), ...coarse })).rejects.toMatchObject({
        where: expect.stringContaining("level 0 is not in the zip"),
      });
    },
  );

  it("positions of one zip are a choice, in the order of their numbers, labels apart", async () => {
    const at = (group: string, value: number, more: object = {}): Entries => ({
      [`${group}/.zattrs`]: imageOf(zyx, [fine], more),
      ...arrayAt(`${group}/0`, shape, new Uint16Array(count).fill(value)),
    });
    const entries = { ...at("p/10", 10), ...at("p/2", 2), ...at("p/2/labels/n", 1, { "image-label": {} }) };
    const second = await read(entries, { image: 1 });
    expect(second.images.map((one) => [one.path, one.looksLikeLabels])).toEqual([
      ["p/2/0", false],
      ["p/10/0", false],
      ["p/2/labels/n/0", true],
    ]);
    expect(new Set(second.pixels)).toEqual(new Set([10]));
    expect(second.notes.join()).toContain("holds 2 images");
  });

  it("a size that no microscope has, a unit that nobody knows: asked, with what was said", async () => {
    for (const [axes, scale, said] of [
      [zyx, [25_000, 0.5, 0.25], "cannot be right"],
      [zyx.map((axis) => ({ ...axis, unit: "furlong" })), [2, 0.5, 0.25], "2 furlong"],
      [zyx.map(({ name, type }) => ({ name, type })), [2, 0.5, 0.25], "no unit"],
    ] as const) {
      const { image } = await read({ ".zattrs": imageOf(axes, [level("0", ...scale)]), ...whole });
      expect(image).toMatchObject({ voxelSizeZyx: null, voxelSizeNote: expect.stringContaining(said) });
    }
  });

  it("a second multiscales and a version of the future are told", async () => {
    const two = { multiscales: [0, 1].map(() => ({ version: "0.6", axes: zyx, datasets: [fine] })) };
    const { notes, pixels } = await read({ ".zattrs": JSON.stringify(two), ...whole });
    expect(notes.join()).toMatch(/first of 2 multiscales.*OME-Zarr 0\.6/);
    expect([...pixels]).toEqual(values);
  });

  it("arrays without a word of OME-Zarr are read as far as they say what they are", async () => {
    const data = Uint16Array.from(values);
    const named = await read({ ...arrayAt("a.zarr/raw", shape, data), ...arrayAt("a.zarr/labels", shape, data) });
    expect(named.images.map((one) => [one.path, one.looksLikeLabels, one.voxelSizeZyx])).toEqual([
      ["a.zarr/labels", true, null],
      ["a.zarr/raw", false, null],
    ]);
    expect(named.notes.join()).toContain("without OME-Zarr metadata");
    expect([...named.pixels]).toEqual(values);
  });
});
