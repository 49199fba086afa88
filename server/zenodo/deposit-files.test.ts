import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { expect, it } from "vitest";
import yauzl from "yauzl";
import { textFile } from "../export/export-file.ts";
import { packFile } from "../export/zip/packed-file.ts";
import type { ZipEntry } from "../export/zip/zip-archive.ts";
import { cutUp, type DepositFile } from "./deposit-files.ts";

const { signal } = new AbortController();

async function entriesOf(paths: readonly string[]): Promise<ZipEntry[]> {
  const entries: ZipEntry[] = [];
  for (const path of paths) {
    const file = textFile(path, `content of ${path}`);
    entries.push({ file, packed: await packFile(file, signal) });
  }
  return entries;
}

/** Every file of the record, unpacked by a program that is not the writer's: paths as somebody finds them. */
async function contentsOf(files: readonly DepositFile[]): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const file of files) {
    const bytes = await buffer(Readable.from(file.stream(signal)));
    expect(bytes.length, file.name).toBe(file.bytes);
    found[file.name] = [];
    if (!file.name.endsWith(".zip")) expect(bytes.toString()).toBe(`content of ${file.name}`);
    else
      for await (const entry of (await yauzl.fromBufferPromise(bytes)).eachEntry())
        found[file.name].push(entry.fileName);
  }
  return found;
}

const images = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `ome-zarr/v${i}.ome.zarr`).flatMap((one) => [
    `${one}/zarr.json`,
    `${one}/0/c/0/0/0`,
  ]);

it("each image is a zip with the OME-Zarr at its root, other channels too; the small ones lie beside", async () => {
  const entries = await entriesOf([
    "README.md",
    ...images(1),
    "ome-zarr/v0.ome.zarr/labels/nuclei/zarr.json",
    "ome-zarr/v0_channels/channel-2.ome.zarr/zarr.json",
    "model/model.json",
    "nuclei.csv",
  ]);
  expect(await contentsOf(await cutUp(entries, 100))).toEqual({
    "README.md": [],
    "nuclei.csv": [],
    "v0.ome.zarr.zip": ["zarr.json", "0/c/0/0/0", "labels/nuclei/zarr.json"],
    "v0_channel-2.ome.zarr.zip": ["zarr.json"],
    "model.zip": ["model/model.json"],
  });
});

it.each([
  [7, 10, 7, 1],
  [8, 10, 8, 1],
  [9, 10, 5, 2],
  [50, 10, 8, 7],
  [120, 100, 60, 2],
])(
  "%i images in a record of %i files: %i zips of %i at most, and nothing is lost",
  async (count, atMost, zips, each) => {
    const paths = ["README.md", ...images(count), "SHA256SUMS"];
    const files = await cutUp(await entriesOf(paths), atMost);
    expect(files.length).toBeLessThanOrEqual(atMost);
    const contents = Object.entries(await contentsOf(files)).filter(([name]) => name.endsWith(".zip"));
    expect(contents).toHaveLength(zips);
    expect(Math.max(...contents.map(([, held]) => held.length / 2))).toBe(each);
    const unpacked = contents.flatMap(([name, held]) =>
      held.map((path) => (name.startsWith("images-") ? path : `ome-zarr/${name.replace(/\.zip$/, "")}/${path}`)),
    );
    expect(unpacked.sort()).toEqual(images(count).sort());
  },
);

it("a record that cannot even hold the small files is refused", async () => {
  await expect(cutUp(await entriesOf(["a", "b", ...images(1)]), 2)).rejects.toMatchObject({ tag: "too-many-files" });
});
