import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { bytesInMemory } from "../voxels/random-access.ts";
import { inflatedBytes } from "./inflated-bytes.ts";

const plain = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 2_654_435_761) >>> 13);

describe.each([
  ["gzip", gzipSync(plain)],
  ["zlib", deflateSync(plain)],
] as const)("packed with %s", (packing, packed) => {
  const open = (bytes: Uint8Array) =>
    inflatedBytes(bytesInMemory(Buffer.concat([Buffer.from("head"), bytes])), 4, packing);

  it("is read forwards, across pieces and back again", async () => {
    const bytes = open(packed);
    for (const [offset, length] of [
      [0, 348],
      [1_048_000, 1200],
      [2_999_000, 1000],
      [17, 2_500_000],
      [5, 1],
    ])
      expect(
        Buffer.from(await bytes.read(offset, length, "a part")).equals(plain.subarray(offset, offset + length)),
      ).toBe(true);
    await bytes.verify(plain.length);
  });

  it("is refused where it is cut off, changed, longer than said, or asked beyond its end", async () => {
    await expect(open(packed.subarray(0, packed.length - 3)).verify(plain.length)).rejects.toMatchObject({
      tag: "packed-data-damaged",
    });
    const changed = Buffer.from(packed);
    changed[changed.length - 6] ^= 1;
    await expect(open(changed).verify(plain.length)).rejects.toMatchObject({ tag: "packed-data-damaged" });
    await expect(open(packed).verify(plain.length - 1)).rejects.toMatchObject({
      what: expect.stringContaining("more than"),
    });
    await expect(open(packed).read(plain.length - 1, 2, "the last slice")).rejects.toMatchObject({
      what: expect.stringContaining("the last slice"),
    });
  });
});
