import { describe, expect, it } from "vitest";
import type { Problem } from "../../../core/problem.ts";
import { writeAnyTiff } from "../testing/any-tiff.ts";
import { bytesInMemory } from "../voxels/random-access.ts";
import { openTiff } from "./tiff-file.ts";

/** Headers that somebody made to harm: refused at once, in words. */
const shape = [3, 5, 7] as const;
const pixels = Uint16Array.from({ length: 105 }, (_, i) => i);

async function problemOf(bytes: Uint8Array): Promise<Problem> {
  const started = performance.now();
  const result = await openTiff(bytesInMemory(bytes)).then(
    (file) => file.contents,
    (error: unknown) => error,
  );
  expect(result).toMatchObject({ _tag: "Problem", hint: expect.stringMatching(/\w/) });
  expect(performance.now() - started).toBeLessThan(3000);
  return result as Problem;
}

const described = (description: string) => writeAnyTiff(pixels, shape, { description });

const ome = (pixelsAttributes: string, inside = "", before = "") =>
  `<?xml version="1.0"?>${before}<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0"><Pixels DimensionOrder="XYZCT" ${pixelsAttributes}>${inside}</Pixels></Image></OME>`;
const sizes = (changed: Record<string, string> = {}) =>
  Object.entries({ SizeX: "7", SizeY: "5", SizeZ: "3", SizeC: "1", SizeT: "1", ...changed })
    .map(([name, value]) => `${name}="${value}"`)
    .join(" ");

describe("OME-XML", () => {
  it("is read without them", async () => {
    const file = await openTiff(
      bytesInMemory(described(ome(sizes({ PhysicalSizeX: "4e-1", PhysicalSizeY: ".5", PhysicalSizeZ: "2" })))),
    );
    expect(file.contents.images).toMatchObject([{ shapeZyx: shape, voxelSizeZyx: [2, 0.5, 0.4] }]);
  });

  it("entities that multiply", async () => {
    const laughs = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join("");
    const bomb = ome(sizes(), "&l9;", `<!DOCTYPE OME [<!ENTITY l0 "ha">${laughs}]>`);
    expect(await problemOf(described(bomb))).toMatchObject({
      tag: "ome-xml-damaged",
      what: expect.stringContaining("document type"),
    });
    const outside = ome(sizes({ SizeZ: "&x;" }), "", '<!DOCTYPE OME [<!ENTITY x SYSTEM "file:///etc/passwd">]>');
    expect(await problemOf(described(outside))).toMatchObject({ tag: "ome-xml-damaged" });
  });

  it("elements in each other, and millions of them", async () => {
    expect(await problemOf(described(ome(sizes(), "<a>".repeat(20_000))))).toMatchObject({ tag: "ome-xml-damaged" });
    expect(await problemOf(described(ome(sizes(), "<a/>".repeat(1_100_000))))).toMatchObject({
      what: expect.stringContaining("longer"),
    });
  });

  it.each<Record<string, string>>([
    { SizeC: "1000000000" },
    { SizeT: "999999999999" },
    { SizeZ: "0x3" },
    { SizeZ: "3.0" },
    { SizeZ: "3 4" },
    { SizeZ: "-3" },
    { SizeZ: "Infinity" },
    { SizeX: "" },
  ])("sizes that are none: %o", async (changed) => {
    expect((await problemOf(described(ome(sizes(changed))))).tag).toMatch(/ome-xml/);
  });

  it("planes that are no numbers", async () => {
    const inside = '<TiffData IFD="one" PlaneCount="3"/>';
    expect(await problemOf(described(ome(sizes(), inside)))).toMatchObject({ what: "IFD is one." });
  });
});

it("ImageJ and tifffile headers of a thousand million channels", async () => {
  const flat = (description: string) => writeAnyTiff(pixels.subarray(0, 35), [1, 5, 7], { description });
  const many = 1_000_000_000;
  expect(
    await problemOf(flat(`ImageJ=1.53t\nimages=${many}\nchannels=${many}\nslices=1\nframes=1\nhyperstack=true\n`)),
  ).toBeDefined();
  expect(await problemOf(flat(`{"shape": [${many}, 1, 2, 5, 7], "axes": "TCZYX"}`))).toBeDefined();
  expect(await problemOf(flat(`{"shape": [${many}, 2, 5, 7]}`))).toBeDefined();
});

it("directories on top of each other", async () => {
  const count = 290;
  const entries = 100;
  const file = Buffer.alloc(8 + 4 * count + 2 + 12 * entries + 4);
  file.write("II*\0", 0, "latin1");
  file.writeUInt32LE(8, 4);
  for (let i = 0; i < count; i++) {
    const at = 8 + 4 * i;
    file.writeUInt16LE(entries, at);
    file.writeUInt32LE(i + 1 < count ? at + 4 : 0, at + 2 + 12 * entries);
  }
  expect((await problemOf(file)).tag).toBe("tiff-damaged");
});

it("pages of millions of rows or columns in a kilobyte", async () => {
  const file = writeAnyTiff(pixels, shape, { compression: 8 });
  const withTag = (tag: number, value: number): Buffer => {
    const copy = Buffer.from(file);
    const head = Buffer.from([tag & 255, tag >> 8, 4, 0, 1, 0, 0, 0]);
    for (let at = copy.indexOf(head); at >= 0; at = copy.indexOf(head, at + 12)) copy.writeUInt32LE(value, at + 8);
    return copy;
  };
  for (const [tag, value] of [
    [257, 60_000_000],
    [256, 60_000_000],
  ])
    expect((await problemOf(withTag(tag, value))).tag).toMatch(/absurd|damaged|volume|truncated/);
});
