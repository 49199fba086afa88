import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { MAX_HEADER } from "../../../core/import/source-file.ts";
import { writePlainTiff } from "../testing/plain-tiff.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { readHeader } from "./read-header.ts";

const folder = temporaryFolder();
const headerOf = async (name: string, bytes: Uint8Array | string): Promise<string> => {
  const file = path.join(folder, name);
  await writeFile(file, bytes);
  return readHeader(file);
};
const pixels = new Uint16Array(2 * 3 * 5);

it("keeps what a TIFF says of itself, without what cannot be stored, and cut where it is long", async () => {
  const description = "ImageJ=1.53t\nimages=2\nslices=2\nunit=um\n";
  expect(await headerOf("a.tif", writePlainTiff(pixels, [2, 3, 5], description))).toBe(
    `ImageDescription: ${description.trim()}`,
  );
  const odd = await headerOf("b.tif", writePlainTiff(pixels, [2, 3, 5], "a\u0001b\u0007c"));
  expect(odd).toBe("ImageDescription: abc");
  const long = await headerOf("c.tif", writePlainTiff(pixels, [2, 3, 5], "x".repeat(2 * MAX_HEADER)));
  expect(long).toHaveLength(MAX_HEADER + 1);
});

it("says nothing of what is not known or damaged", async () => {
  expect(await headerOf("plain.tif", writePlainTiff(pixels, [2, 3, 5]))).toBe("");
  expect(await headerOf("cut.tif", Buffer.from("II*\0\xff\xff\xff\xff", "latin1"))).toBe("");
  expect(await headerOf("text.tif", "no image at all")).toBe("");
  expect(await headerOf("empty.h5", Buffer.from("\x89HDF\r\n\x1a\n", "latin1"))).toBe("");
});
