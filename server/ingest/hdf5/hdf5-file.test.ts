import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import h5wasm from "h5wasm";
import { expect, it } from "vitest";
import { isProblem } from "../../../core/problem.ts";
import { createSeededRandom } from "../../../core/simulator/seeded-random.ts";
import { openVolumeFile } from "../open-volume-file.ts";
import { hasPythonModule, runPython } from "../testing/python.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { readWholeVolume } from "../voxels/read-whole-volume.ts";

const folder = temporaryFolder();
let serial = 0;

/** A file by h5wasm's own writer, taken out of its memory. */
async function writeHdf5(fill: (file: InstanceType<typeof h5wasm.File>) => void): Promise<string> {
  const { FS } = await h5wasm.ready;
  const name = `/made-${serial}.h5`;
  const file = new h5wasm.File(name, "w");
  try {
    fill(file);
  } finally {
    file.close();
  }
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

/** Of what the file would show of the disk or of itself: the notes, and the images that are left. */
async function contentsOf(file: string) {
  const opened = await openVolumeFile(file, "made.h5");
  await opened.close();
  return opened.contents;
}

it("circles of hard and of soft links end at once, and every dataset is found once", async () => {
  const file = await writeHdf5((h5) => {
    const a = h5.create_group("a");
    const b = a.create_group("b");
    b.create_dataset({ name: "vol", data: image, shape });
    b.create_hard_link("/a", "back");
    b.create_hard_link("/", "top");
    a.create_hard_link("/a/b/vol", "same");
    h5.create_soft_link("/soft2", "soft1");
    h5.create_soft_link("/soft1", "soft2");
    a.create_soft_link("/a", "self");
    h5.create_soft_link("/nowhere", "broken");
  });
  const started = performance.now();
  const { images, notes } = await contentsOf(file);
  expect(images).toHaveLength(1);
  expect(notes.join(" ")).toMatch(/soft1.*soft2/);
  expect(notes.join(" ")).toContain("/broken was left out");
  expect(performance.now() - started).toBeLessThan(2000);
});

it("links into other files are refused with a sentence", async () => {
  const file = await writeHdf5((h5) => {
    h5.create_dataset({ name: "vol", data: image, shape });
    h5.create_external_link("/etc/passwd", "/x", "secret");
  });
  const { images, notes } = await contentsOf(file);
  expect(images.map(({ path: name }) => name)).toEqual(["/vol"]);
  expect(notes).toEqual([expect.stringMatching(/^\/secret was left out: it is a link into another file/)]);
});

it("groups a hundred deep, and a thousand datasets: bounded", async () => {
  const deep = await writeHdf5((h5) => {
    let group = h5.create_group("g");
    for (let i = 0; i < 100; i++) group = group.create_group("g");
    group.create_dataset({ name: "vol", data: image, shape });
  });
  await expect(contentsOf(deep)).rejects.toMatchObject({
    tag: "hdf5-no-volume",
    where: expect.stringContaining("deep"),
  });
  const wide = await writeHdf5((h5) => {
    for (let i = 0; i < 300; i++) h5.create_dataset({ name: `v${i}`, data: new Uint8Array(8), shape: [2, 2, 2] });
    for (let i = 0; i < 300; i++) h5.create_dataset({ name: `a${i}`, data: new Uint8Array(4), shape: [2, 2] });
  });
  const { images, notes } = await contentsOf(wide);
  expect(images.length).toBe(64);
  expect(notes.length).toBeLessThanOrEqual(21);
});

it("an attribute of millions of numbers in place of the voxel size is not read", async () => {
  const file = await writeHdf5((h5) => {
    const raw = h5.create_dataset({ name: "vol", data: image, shape });
    raw.create_attribute("element_size_um", new Float64Array(6000).fill(1));
  });
  expect((await contentsOf(file)).images).toMatchObject([{ voxelSizeZyx: null }]);
});

const hasH5py = hasPythonModule("h5py");
it.skipIf(!hasH5py)(
  `virtual datasets and raw files beside the file, by h5py${hasH5py ? "" : " (skipped: python3-h5py is not installed)"}`,
  async () => {
    runPython(
      `
import h5py, numpy as np, sys
d = sys.argv[1]
data = np.arange(4 * 6 * 8, dtype="u2").reshape(4, 6, 8)
with h5py.File(d + "/source.h5", "w") as f: f["data"] = data
open(d + "/raw.bin", "wb").write(data.tobytes())
with h5py.File(d + "/strange.h5", "w") as f:
    for name, source in (("virtual", d + "/source.h5"), ("own", ".")):
        layout = h5py.VirtualLayout(shape=data.shape, dtype="u2")
        layout[:] = h5py.VirtualSource(source, "data", shape=data.shape)
        f.create_virtual_dataset(name, layout)
    f.create_dataset("raw", shape=data.shape, dtype="u2", external=[(d + "/raw.bin", 0, data.nbytes)])
    f.create_dataset("honest", data=data, chunks=(2, 6, 8), compression="gzip", shuffle=True, fletcher32=True)
`,
      folder,
    );
    const { images, notes } = await contentsOf(path.join(folder, "strange.h5"));
    expect(images.map(({ path: name }) => name)).toEqual(["/honest"]);
    const said = Object.fromEntries(notes.map((note) => note.split(" was left out: ")));
    expect(said["/virtual"]).toMatch(/virtual dataset, whose voxels lie elsewhere .*source\.h5: data/);
    expect(said["/own"]).toMatch(/virtual dataset/);
    expect(said["/raw"]).toMatch(/another file/);
  },
);
