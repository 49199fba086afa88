import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import h5wasm from "h5wasm";
import { expect, it } from "vitest";
import { isProblem } from "../../../core/problem.ts";
import { createSeededRandom } from "../../../core/sample/seeded-random.ts";
import { openVolumeFile } from "../open-volume-file.ts";
import { readWholeVolume } from "../read-whole-volume.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";

const folder = temporaryFolder();
let serial = 0;

/** A file by h5wasm's own writer, taken out of its memory. */
async function writeHdf5(fill: (file: InstanceType<typeof h5wasm.File>) => void): Promise<string> {
  const { FS } = await h5wasm.ready;
  const name = `/made-${serial}.h5`;
  const file = new h5wasm.File(name, "w");
  fill(file);
  file.close();
  const out = path.join(folder, `made-${serial++}.h5`);
  writeFileSync(out, FS.readFile(name));
  FS.unlink(name);
  return out;
}

const shape = [9, 14, 22];
const count = 9 * 14 * 22;
const image = Uint16Array.from({ length: count }, (_, i) => (i * 37) % 60_000);

async function readDataset(file: string, dataset: string) {
  const opened = await openVolumeFile(file, "made.h5");
  const whole = await readWholeVolume(await opened.open({ image: dataset, channel: 0, time: 0 }));
  await opened.close();
  return { contents: opened.contents, whole };
}

it("reads an image and its labels, chunked and gzipped, with the voxel size", async () => {
  const labels = BigInt64Array.from({ length: count }, (_, i) => BigInt(i % 22 < 4 ? 70_000 : 0));
  const file = await writeHdf5((h5) => {
    const group = h5.create_group("volumes");
    const raw = group.create_dataset({ name: "raw", data: image, shape, chunks: [4, 5, 7], compression: "gzip" });
    raw.create_attribute("element_size_um", new Float64Array([1.5, 0.4, 0.3]));
    group.create_dataset({ name: "label", data: labels, shape, dtype: "<q" });
    h5.create_dataset({ name: "names", data: ["a", "b"] });
    h5.create_dataset({ name: "flat", data: new Float32Array(12), shape: [3, 4] });
  });
  const { contents, whole } = await readDataset(file, "/volumes/raw");
  expect(
    contents.images.map(({ path: name, pixelType, looksLikeLabels }) => [name, pixelType, looksLikeLabels]),
  ).toEqual([
    ["/volumes/label", "int32", true],
    ["/volumes/raw", "uint16", false],
  ]);
  expect(contents.images[1].voxelSizeZyx).toEqual([1.5, 0.4, 0.3]);
  expect(contents.notes.join(" ")).toMatch(/names.*flat|flat.*names/);
  expect(whole.pixels).toEqual(image);
  const read = await readDataset(file, "/volumes/label");
  expect(new Set(read.whole.pixels)).toEqual(new Set([0, 70_000]));
});

it("reads doubles, and a 3D volume in five axes", async () => {
  const doubles = Float64Array.from(image, (value) => value / 7);
  const file = await writeHdf5((h5) => {
    h5.create_dataset({ name: "double", data: doubles, shape });
    h5.create_dataset({ name: "tczyx", data: image, shape: [1, 1, ...shape] });
  });
  expect((await readDataset(file, "/tczyx")).whole.pixels).toEqual(image);
  expect((await readDataset(file, "/double")).whole.pixels).toEqual(Float32Array.from(doubles));
});

it("does not wrap numbers that are too large", async () => {
  const huge = BigInt64Array.from({ length: count }, (_, i) => (i === 100 ? 2n ** 40n : 1n));
  const file = await writeHdf5((h5) => {
    h5.create_dataset({ name: "label", data: huge, shape, dtype: "<q" });
  });
  await expect(readDataset(file, "/label")).rejects.toMatchObject({ tag: "number-too-large" });
});

it("refuses a file without a volume", async () => {
  const file = await writeHdf5((h5) => {
    h5.create_dataset({ name: "flat", data: new Float32Array(12), shape: [3, 4] });
  });
  await expect(openVolumeFile(file, "flat.h5")).rejects.toMatchObject({ tag: "hdf5-no-volume" });
});

it("does not follow links out of the file", async () => {
  const secret = path.join(folder, "secret.h5");
  writeFileSync(secret, "secret");
  const file = await writeHdf5((h5) => {
    h5.create_external_link(secret, "/raw", "elsewhere");
    h5.create_dataset({ name: "raw", data: image, shape });
  });
  const { contents } = await readDataset(file, "/raw");
  expect(contents.images.map(({ path: name }) => name)).toEqual(["/raw"]);
});

it("never reads a damaged chunk as zeros", async () => {
  const file = await writeHdf5((h5) => {
    h5.create_dataset({ name: "raw", data: image, shape, chunks: [4, 5, 7], compression: "gzip" });
  });
  const bytes = readFileSync(file);
  // The first zlib stream after the headers.
  const at = bytes.indexOf(Buffer.from([0x78]), 2048);
  expect(at).toBeGreaterThan(0);
  bytes.fill(0xff, at + 2, at + 30);
  writeFileSync(file, bytes);
  await expect(readDataset(file, "/raw")).rejects.toMatchObject({
    tag: "hdf5-damaged",
    where: expect.stringMatching(/^\/raw, z \d/),
  });
});

it("cut off or damaged anywhere: a volume or a Problem", async () => {
  const file = await writeHdf5((h5) => {
    h5.create_dataset({ name: "raw", data: image, shape, chunks: [4, 5, 7], compression: "gzip" });
  });
  const whole = readFileSync(file);
  const random = createSeededRandom(4);
  const outcomes = { read: 0, refused: 0 };
  for (let round = 0; round < 60; round++) {
    const damaged = Buffer.from(
      whole.subarray(0, round % 2 ? whole.length : Math.floor(random.uniform() * whole.length)),
    );
    for (let i = 0; i < 4; i++)
      damaged[Math.floor(random.uniform() * damaged.length)] ^= 1 << Math.floor(random.uniform() * 8);
    const broken = path.join(folder, "broken.h5");
    writeFileSync(broken, damaged);
    try {
      const opened = await openVolumeFile(broken, "broken.h5");
      try {
        for (const { path: image } of opened.contents.images)
          await readWholeVolume(await opened.open({ image, channel: 0, time: 0 }));
      } finally {
        await opened.close();
      }
      outcomes.read++;
    } catch (error) {
      if (!isProblem(error)) throw error;
      outcomes.refused++;
    }
  }
  expect(outcomes.refused).toBeGreaterThan(20);
});
