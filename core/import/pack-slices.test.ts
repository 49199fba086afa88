import { unzipSync } from "fflate";
import { expect, it } from "vitest";
import { packSlices } from "./pack-slices.ts";

const fileOf = (name: string, text: string): File => new File([text], name, { lastModified: 1_700_000_000_000 });

it("makes a zip of each series that another program opens, and leaves other files alone", async () => {
  const chosen = [
    ...[10, 9, 8].map((z) => fileOf(`embrÿo_z${z}.png`, `slice ${z} `.repeat(z))),
    ...[1, 2].map((z) => fileOf(`mask_${z}.png`, `mask ${z}`)),
    fileOf("lonely.png", "alone"),
    fileOf("stack.tif", "II"),
  ];
  const packed = await packSlices(chosen);
  expect(packed.map(({ name }) => name)).toEqual(["lonely.png", "stack.tif", "embrÿo.zip", "mask.zip"]);
  // fflate compares no checksums; the reader of the server does, in its own tests.
  const entries = unzipSync(new Uint8Array(await packed[2].arrayBuffer()));
  expect(Object.keys(entries)).toEqual(["embrÿo_z8.png", "embrÿo_z9.png", "embrÿo_z10.png"]);
  expect(new TextDecoder().decode(entries["embrÿo_z9.png"])).toBe("slice 9 ".repeat(9));
  const again = await packSlices(chosen.toReversed());
  const zip = again.find(({ name }) => name === "embrÿo.zip")!;
  expect(new Uint8Array(await zip.arrayBuffer())).toEqual(new Uint8Array(await packed[2].arrayBuffer()));
  expect(zip.lastModified).toBe(1_700_000_000_000);
});
