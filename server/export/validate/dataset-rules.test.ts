import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { datasetZip } from "../dataset-zip.ts";
import { openDataset } from "../frozen-dataset.ts";
import { createDatasetFixture, type DatasetFixture } from "../testing/dataset-fixture.ts";
import { exportedTinyModel } from "../testing/exported-tiny-model.ts";
import { unzipTo } from "../testing/unzip-to.ts";
import { validateDataset } from "./dataset-rules.ts";
import type { FileSource } from "./file-source.ts";

let fixture: DatasetFixture;
let folder: string;
let valid: Map<string, Uint8Array>;

beforeAll(async () => {
  fixture = await createDatasetFixture("int16");
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-rules-"));
  const zipFile = path.join(folder, "d.zip");
  const dataset = openDataset(fixture.blobs, fixture.description);
  const formats = ["ome-zarr", "ome-tiff", "imagej", "bioimageio"] as const;
  await pipeline(datasetZip({ dataset, formats, model: exportedTinyModel }), createWriteStream(zipFile));
  const root = path.join(folder, "mouse-embryos-ete-v2");
  valid = new Map([...(await unzipTo(zipFile, folder))].map(([name, bytes]) => [path.relative(root, name), bytes]));
});
afterAll(async () => {
  await fixture.remove();
  await rm(folder, { recursive: true, force: true });
});

const sourceOf = (files: ReadonlyMap<string, Uint8Array>): FileSource => ({
  paths: [...files.keys()].sort(),
  read: async (name) => files.get(name) ?? null,
});

it("accepts what we write, int16 images too", async () => {
  expect(await validateDataset(sourceOf(valid))).toEqual([]);
});

type Files = Map<string, Uint8Array>;
const changed = (name: string, change: (bytes: Buffer) => Buffer) => (files: Files) =>
  void files.set(name, change(Buffer.from(files.get(name) ?? [])));
const inText = (name: string, from: string, to: string) =>
  changed(name, (bytes) => {
    const text = bytes.toString("latin1");
    if (!text.includes(from)) throw new Error(`${name} does not hold ${from}`);
    return Buffer.from(text.replace(from, to), "latin1");
  });
const OME = "ome-tiff/embryo-1-left";
const IMAGEJ = "imagej/embryo-1-left";

it.each<[rule: string, how: string, mutate: (files: Files) => void]>([
  ["dataset-missing", "no dataset.json", (files) => files.delete("dataset.json")],
  ["dataset-json", "another format", inText("dataset.json", "karyoloop-dataset/1", "karyoloop-dataset/9")],
  ["dataset-unlisted", "a file nobody listed", (files) => files.set("virus.exe", new Uint8Array(1))],
  ["dataset-file-missing", "a listed file gone", (files) => files.delete("README.md")],
  ["dataset-sums", "a sum of another file", changed("SHA256SUMS", (bytes) => bytes.fill("0", 0, 64))],
  ["dataset-sums", "a line gone", changed("SHA256SUMS", (bytes) => bytes.subarray(bytes.indexOf("\n") + 1))],
  ["dataset-sha256", "a changed byte", inText("README.md", "Licence", "licence")],
  [
    "dataset-table",
    "a line of the table gone",
    changed("nuclei.csv", (bytes) => bytes.subarray(0, bytes.lastIndexOf("\r\n", bytes.length - 3) + 2)),
  ],
  ["tiff-missing", "no labels", (files) => files.delete(`${OME}_labels.ome.tif`)],
  ["tiff-unreadable", "a stack cut off", changed(`${OME}_image.ome.tif`, (bytes) => bytes.subarray(0, 20_000))],
  ["tiff-voxel-size", "another spacing", inText(`${IMAGEJ}_image.tif`, "spacing=1.75", "spacing=1.85")],
  [
    "tiff-voxel-size",
    "another size in OME-XML",
    inText(`${OME}_known.ome.tif`, 'PhysicalSizeX="0.65"', 'PhysicalSizeX="0.66"'),
  ],
  [
    "tiff-type",
    "labels of 16 bits for 32",
    (files) => files.set(`${OME}_labels.ome.tif`, files.get(`${IMAGEJ}_labels.tif`) ?? new Uint8Array()),
  ],
  ["tiff-shape", "planes that nobody announced", inText("dataset.json", "        5,\n", "        4,\n")],
  ["tiff-label-values", "nuclei painted over", changed(`${IMAGEJ}_labels.tif`, (bytes) => bytes.fill(0, 1000, 81_000))],
  [
    "tiff-known-values",
    "a third state",
    changed(`${IMAGEJ}_known.tif`, (bytes) => {
      bytes.fill(7, 5000, 5010);
      return bytes;
    }),
  ],
  ["bioimage-file-missing", "no ONNX", (files) => files.delete("bioimageio/weights.onnx")],
  ["zarr-missing", "no group", (files) => files.delete("ome-zarr/embryo-1-left.ome.zarr/zarr.json")],
])("refuses by %s: %s", async (rule, _how, mutate) => {
  const files = new Map(valid);
  mutate(files);
  expect((await validateDataset(sourceOf(files))).map((violation) => violation.rule)).toContain(rule);
});

it("refuses a specimen on both sides of the split", async () => {
  const json = JSON.parse(Buffer.from(valid.get("dataset.json") ?? []).toString()) as { volumes: object[] };
  json.volumes.push({ ...json.volumes[0], split: "test" });
  const files = new Map(valid).set("dataset.json", Buffer.from(JSON.stringify(json)));
  expect((await validateDataset(sourceOf(files))).map((violation) => violation.rule)).toContain("dataset-split");
});
