import { describe, expect, it } from "vitest";
import { isProblem, type Problem } from "../../../core/problem.ts";
import { createSeededRandom } from "../../../core/simulator/seeded-random.ts";
import { writePlainTiff } from "../testing/plain-tiff.ts";
import { bytesInMemory } from "../voxels/random-access.ts";
import { readWholeVolume } from "../voxels/read-whole-volume.ts";
import { decodeLzw, decodePackBits } from "./tiff-decompress.ts";
import { openTiff } from "./tiff-file.ts";

const shape = [5, 13, 29] as const;
const pixels = Uint16Array.from({ length: 5 * 13 * 29 }, (_, i) => (i * 31) % 5000);
const whole = writePlainTiff(pixels, shape);

async function readAll(bytes: Uint8Array): Promise<void> {
  const file = await openTiff(bytesInMemory(bytes));
  for (const image of file.contents.images)
    await readWholeVolume(await file.open({ image: image.path, channel: 0, time: 0 }));
}

const problemOf = async (bytes: Uint8Array): Promise<Problem> => {
  const error = await readAll(bytes).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!isProblem(error)) throw error ?? new Error("the file was read");
  return error;
};

/** The plain writer puts the directories at the end, 126 bytes each: 2 + 10 × 12 + 4. */
const DIRECTORY_BYTES = 126;
const directoryAt = (page: number): number => whole.length - DIRECTORY_BYTES * (shape[0] - page);
function withEntry(page: number, tag: number, value: number): Uint8Array {
  const copy = whole.slice();
  const view = new DataView(copy.buffer);
  for (let i = 0; i < 10; i++) {
    const at = directoryAt(page) + 2 + 12 * i;
    if (view.getUint16(at, true) === tag) view.setUint32(at + 8, value, true);
  }
  return copy;
}

describe("a damaged TIFF is refused with its place", () => {
  it("reads the undamaged one", async () => {
    const file = await openTiff(bytesInMemory(whole));
    const read = await readWholeVolume(await file.open({ image: "stack", channel: 0, time: 0 }));
    expect(read.pixels).toEqual(pixels);
  });

  it("cut off in the page list", async () => {
    expect(await problemOf(whole.slice(0, directoryAt(3) + 50))).toMatchObject({
      tag: "file-truncated",
      where: expect.stringContaining("page 4"),
    });
  });

  it("a page whose data lies beyond the end", async () => {
    expect(await problemOf(withEntry(3, 273, whole.length - 10))).toMatchObject({
      tag: "file-truncated",
      where: expect.stringContaining("page 4 of 5"),
    });
  });

  it("a page that is smaller than the others", async () => {
    expect(await problemOf(withEntry(2, 257, 12))).toMatchObject({ tag: "tiff-mixed-pages", where: "page 3" });
  });

  it("a small file that claims 10¹² voxels", async () => {
    let absurd = whole;
    for (let page = 0; page < 5; page++) {
      const claimed = withEntry(page, 256, 1_000_000);
      absurd = absurd.map((byte, i) => (claimed[i] === whole[i] ? byte : claimed[i]));
      const taller = withEntry(page, 257, 1_000_000);
      absurd = absurd.map((byte, i) => (taller[i] === whole[i] ? byte : taller[i]));
    }
    const { tag } = await problemOf(absurd);
    expect(tag).toMatch(/absurd|volume/);
  });

  it("an ImageJ header that claims a million slices", async () => {
    const absurd = writePlainTiff(
      pixels.subarray(0, 13 * 29),
      [1, 13, 29],
      "ImageJ=1.53t\nimages=1000000\nslices=1000000\n",
    );
    expect(await problemOf(absurd)).toMatchObject({ tag: expect.stringMatching(/not-a-volume|truncated/) });
    const possible = writePlainTiff(
      pixels.subarray(0, 13 * 29),
      [1, 13, 29],
      "ImageJ=1.53t\nimages=60000\nslices=60000\n",
    );
    expect(await problemOf(possible)).toMatchObject({
      tag: "file-truncated",
      what: expect.stringContaining("of 60000"),
    });
  });

  it("pages that form a circle", async () => {
    const circle = whole.slice();
    new DataView(circle.buffer).setUint32(whole.length - 4, directoryAt(1), true);
    expect(await problemOf(circle)).toMatchObject({ tag: "tiff-damaged", what: expect.stringContaining("circle") });
  });

  it("pages that share one piece of the file", async () => {
    let shared = whole;
    for (let page = 0; page < 5; page++) {
      const moved = withEntry(page, 273, 8);
      shared = shared.map((byte, i) => (moved[i] === whole[i] ? byte : moved[i]));
      const longer = withEntry(page, 279, whole.length - 8);
      shared = shared.map((byte, i) => (longer[i] === whole[i] ? byte : longer[i]));
    }
    expect(await problemOf(shared)).toMatchObject({ tag: "tiff-overlapping-pages" });
  });

  it("one plane only", async () => {
    const flat = writePlainTiff(pixels.subarray(0, 13 * 29), [1, 13, 29]);
    expect(await problemOf(flat)).toMatchObject({ tag: "not-a-volume", what: expect.stringContaining("2D") });
  });

  it("a compression that is not read", async () => {
    expect(await problemOf(withEntry(0, 259, 7))).toMatchObject({
      tag: "tiff-compression",
      what: expect.stringContaining("JPEG"),
      where: "page 1, tag 259",
    });
  });

  it("any byte changed, any length: a volume or a Problem, soon, and nothing else", async () => {
    const random = createSeededRandom(11);
    const outcomes = { read: 0, refused: 0 };
    for (let round = 0; round < 400; round++) {
      const damaged = whole.slice(
        0,
        random.uniform() < 0.3 ? Math.floor(random.uniform() * whole.length) : whole.length,
      );
      const flips = 1 + Math.floor(random.uniform() * 4);
      for (let i = 0; i < flips && damaged.length; i++) {
        // Mostly where the structure is.
        const at =
          random.uniform() < 0.8
            ? whole.length - Math.floor(random.uniform() * 640)
            : Math.floor(random.uniform() * 16);
        if (at < damaged.length) damaged[at] = Math.floor(random.uniform() * 256);
      }
      const error = await readAll(damaged).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      if (error === null) outcomes.read++;
      else if (isProblem(error)) outcomes.refused++;
      else throw error;
    }
    expect(outcomes.read).toBeGreaterThan(10);
    expect(outcomes.refused).toBeGreaterThan(100);
  }, 60_000);
});

it("decoders never write beyond their bound and end on any input", () => {
  const random = createSeededRandom(5);
  for (let round = 0; round < 3000; round++) {
    const noise = Uint8Array.from({ length: Math.floor(random.uniform() * 300) }, () => random.uniform() * 256);
    if (round % 2) noise[0] = 0x80; // begins with a clear code, as every LZW block does
    const bound = Math.floor(random.uniform() * 500);
    expect(decodeLzw(noise, bound).length).toBeLessThanOrEqual(bound);
    expect(decodePackBits(noise, bound).length).toBeLessThanOrEqual(bound);
  }
});
