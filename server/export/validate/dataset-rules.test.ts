import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { tinyModel } from "../../../core/checkpoint/testing/tiny-model.ts";
import { EMPTY_PUBLICATION } from "../../../core/publication/publication.ts";
import type { ExportFormat } from "../export-formats.ts";
import { memorySource } from "../file-source.ts";
import type { DatasetJson } from "../frozen/dataset-description.ts";
import { openDataset } from "../frozen/frozen-dataset.ts";
import type { ExportedModel } from "../model-files.ts";
import { CHECKPOINT_ID, createDatasetFixture, type DatasetFixture, LARGE_LABEL } from "../testing/dataset-fixture.ts";
import { unzipTo } from "../testing/unzip-to.ts";
import { zipOf } from "../testing/zip-of.ts";
import { validateDataset } from "./dataset-rules.ts";
import {
  changed,
  type Damage,
  type Files,
  inChunk,
  inJson,
  inTable,
  inText,
  type Json,
  jsonOf,
  lines,
  put,
  remove,
  signed,
  to,
  volume,
  volumes,
} from "./testing/damaged-files.ts";
import { FIRST_COLUMNS, SECOND_COLUMNS, writtenBefore } from "./testing/older-packages.ts";

let fixture: DatasetFixture;
let folder: string;
/** Every format; OME-Zarr alone; and the quickest to look at that holds labels and a model. */
let all: Files;
let stores: Files;
let light: Files;

const model: ExportedModel = {
  checkpointId: CHECKPOINT_ID,
  snapshotId: null,
  parentCheckpointId: null,
  projectName: "Mouse embryos",
  createdAt: "2026-10-31T10:00:00.000Z",
  nucleiLabelled: 3,
  metrics: null,
  software: { name: "Karyoloop", version: "0.1.0" },
  configuration: { seed: 3 },
  trained: tinyModel,
};

async function unpacked(...formats: ExportFormat[]): Promise<Files> {
  const below = path.join(folder, String(formats.length));
  const zipFile = `${below}.zip`;
  const publication = {
    ...EMPTY_PUBLICATION,
    title: "Blastocysts",
    creators: [{ givenName: "Ada", familyName: "Lovelace", affiliation: "", orcid: "" }],
  };
  const dataset = openDataset(fixture.blobs, { ...fixture.description, publication });
  await pipeline(await zipOf({ dataset, formats, model }), createWriteStream(zipFile));
  const root = path.join(below, "mouse-embryos-ete-v2");
  return new Map([...(await unzipTo(zipFile, below))].map(([name, bytes]) => [path.relative(root, name), bytes]));
}

beforeAll(async () => {
  fixture = await createDatasetFixture("int16");
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-rules-"));
  all = await unpacked("ome-zarr", "ome-tiff", "imagej", "model");
  stores = await unpacked("ome-zarr");
  light = await unpacked("ome-tiff", "model");
});
afterAll(async () => {
  await fixture.remove();
  await rm(folder, { recursive: true, force: true });
});

const rulesOf = async (files: Files, objection: string | null = null): Promise<string[]> =>
  (await validateDataset(memorySource(files), async () => objection)).map(({ rule }) => rule);

it("accepts what we write, int16 images too", async () => {
  const found = await validateDataset(memorySource(all), async () => null);
  expect(found).toEqual([]);
  expect(await rulesOf(light)).toEqual([]);
});

const OME = "ome-tiff/embryo-1-left";
const IMAGEJ = "imagej/embryo-1-left";
const STORE = "ome-zarr/embryo-1-left.ome.zarr";
const NUCLEI = `${STORE}/labels/nuclei`;
const SCALE = "attributes.ome.multiscales.0.datasets";
const ofLists: readonly Damage[] = [
  ["dataset-missing", "no dataset.json", remove("dataset.json")],
  [
    "dataset-json",
    "a dataset.json of another format",
    inText("dataset.json", "karyoloop-dataset/1", "karyoloop-dataset/9"),
  ],
  ["dataset-json", "a dataset.json cut off", changed("dataset.json", (bytes) => bytes.subarray(0, 500))],
  ["dataset-unlisted", "a file nobody listed", (files) => files.set("virus.exe", new Uint8Array(1))],
  ["dataset-file-missing", "a listed file gone", remove("README.md")],
  ["dataset-sha256", "a changed byte", inText("README.md", "Licence", "licence")],
  ["dataset-sums", "a sum of another file", changed("SHA256SUMS", (bytes) => bytes.fill("0", 0, 64))],
  [
    "dataset-sums",
    "a line of the sums gone",
    changed("SHA256SUMS", (bytes) => bytes.subarray(bytes.indexOf("\n") + 1)),
  ],
  ["dataset-sums", "a file named twice in the sums", changed("SHA256SUMS", (bytes) => Buffer.concat([bytes, bytes]))],
  [
    "dataset-sums",
    "a sum of a file that is not there",
    changed("SHA256SUMS", (bytes) => Buffer.from(`${bytes}${"0".repeat(64)}  ghost\n`)),
  ],
  ["dataset-sums", "what is no sum", changed("SHA256SUMS", (bytes) => Buffer.from(`${bytes}hello\n`))],
  ["dataset-required", "no SHA256SUMS", remove("SHA256SUMS")],
  [
    "dataset-ro-crate",
    "an RO-Crate of other files",
    changed("ro-crate-metadata.json", (bytes) => Buffer.from(String(bytes).replaceAll("nuclei.csv", "nuclej.csv"))),
  ],
  [
    "dataset-ro-crate",
    "an RO-Crate of another release",
    inText("ro-crate-metadata.json", 'ro/crate/1.2"', 'ro/crate/1.1"'),
  ],
  [
    "dataset-ro-crate",
    "an RO-Crate without a date",
    inText("ro-crate-metadata.json", "datePublished", "datePublishes"),
  ],
  [
    "dataset-croissant",
    "a Croissant of another table",
    inText("croissant.json", '"nuclei.csv",\n      "name"', '"n.csv",\n      "name"'),
  ],
  ["dataset-croissant", "a Croissant of another release", inText("croissant.json", "croissant/1.1", "croissant/2.0")],
  ["dataset-croissant", "a Croissant without a description", inJson("croissant.json", "description", to(""))],
  ["dataset-croissant", "a set of files that are not here", inText("croissant.json", "ome-tiff/**", "ome-tuff/**")],
  ["dataset-citation", "a citation with another title", inText("CITATION.cff", "Blastocysts", "Blastocyst")],
  ["dataset-citation", "no CITATION.cff", remove("CITATION.cff")],
  ["dataset-citation", "a citation without authors", inText("CITATION.cff", "authors:", "others:")],
  ["dataset-datacite", "a DataCite record without a year", inText("datacite.json", "publicationYear", "year")],
  ["dataset-datacite", "a DataCite record of nobody", inJson("datacite.json", "creators", to([]))],
  ["dataset-datacite", "a DataCite record with another title", inText("datacite.json", "Blastocysts", "Blastocyst")],
];

/** What shows although all sums are right. */
const signedLight: readonly Damage[] = [
  ["dataset-required", "no README", remove("README.md")],
  ["dataset-required", "no LICENSE", remove("LICENSE")],
  ["dataset-required", "no table", remove("nuclei.csv")],
  ["dataset-licence", "no licence", inJson("dataset.json", "licence", to(" "))],
  ["dataset-unexpected", "an extra file", (files) => files.set("virus.exe", new Uint8Array(1))],
  [
    "dataset-unexpected",
    "a stack of a volume that is not there",
    (files) => files.set("ome-tiff/x_image.ome.tif", new Uint8Array(1)),
  ],
  ["dataset-unexpected", "a format that is not named", inJson("dataset.json", "formats", to(["ome-tiff"]))],
  ["dataset-split", "a specimen on both sides", volumes((one) => [one, { ...one, split: "test" }])],
  ["dataset-volume-twice", "a volume twice", volumes((one) => [one, { ...one, specimen: "another" }])],
  [
    "volume-boxes",
    "a box beyond the volume",
    volume({ boxes: [{ kind: "validation", box: { minZyx: [0, 0, 0], maxZyx: [9, 20, 20] } }] }),
  ],
  ["table-columns", "a column under another name", inText("nuclei.csv", "voxels", "pixels")],
  ["table-columns", "a table that never ends", changed("nuclei.csv", (bytes) => Buffer.from(`${bytes}"`))],
  ["table-line", "a line cut off", changed("nuclei.csv", (bytes) => bytes.subarray(0, bytes.length - 30))],
  ["table-volume", "a row of another volume", inTable(9, "volume", to("embryo-2") as () => string)],
  ["table-label", "a row of no label", inTable(9, "label", () => "-9")],
  ["table-label-twice", "a row twice", lines((all) => [...all, all[1]])],
  ["table-row-without-label", "a row for a label that is not there", inTable(9, "label", () => "10")],
  ["table-label-without-row", "a label without a row", lines((all) => all.slice(0, -1))],
  ["table-counts", "a row fewer than nuclei", lines((all) => all.slice(0, -1))],
  ["table-counts", "more nuclei than rows", volume({ nuclei: 4 })],
  ["table-counts", "another largest label", volume({ largestLabel: 9 })],
  ["table-shape", "a wrong voxel count", inTable(LARGE_LABEL, "voxels", (cell) => String(Number(cell) + 1))],
  ["table-shape", "a wrong volume", inTable(LARGE_LABEL, "volume_um3", (cell) => String(Number(cell) * 1.001))],
  ["table-shape", "a wrong surface", inTable(3, "surface_crofton13_um2", (cell) => String(Number(cell) * 1.01))],
  ["table-shape", "a centroid elsewhere", inTable(3, "centroid_z_um", (cell) => String(Number(cell) + 1.75))],
  ["table-shape", "an empty intensity", inTable(3, "mean_intensity", () => "")],
  ["table-shape", "a nucleus said to be cut", inTable(3, "truncated_by_border", () => "true")],
  ["table-specimen", "another specimen", inTable(3, "specimen", () => "embryo 7")],
  ["table-split", "another split", inTable(3, "split", () => "test")],
  ["table-class", "a class that the list lacks", inTable(9, "class", () => "apoptotic")],
  ["table-class", "a list without a class in use", inJson("dataset.json", "classes", to([]))],
  ["table-annotator", "somebody whom the list lacks", inTable(9, "annotator", () => "annotator 7")],
  ["table-annotator", "a wrong number of somebody's nuclei", inJson("dataset.json", "annotators.0.nuclei", to(3))],
  ["table-people", "a drawer whom the list lacks", inTable(3, "drawn_by", () => "annotator 7")],
  ["table-people", "one who accepted twice", inTable(3, "accepted_by", () => "annotator 1; annotator 1")],
  ["table-shape", "a diameter of another tool", inTable(3, "TANGO_feretMax", (cell) => String(Number(cell) * 1.01))],
  ["table-shape", "a brightness of another tool", inTable(3, "NucleusJ2_MaxIntensity", () => "5000")],
  ["table-value", "a status that is none", inTable(9, "status", () => "rejected")],
  ["table-value", "an uncertainty above 1", inTable(3, "uncertainty_0_to_1", () => "1.5")],
  ["tiff-voxel-size", "another voxel size in dataset.json", volume({ voxelSizeZyx: [1.75, 0.65, 0.8] })],
  ["tiff-shape", "another shape in dataset.json", volume({ shapeZyx: [5, 131, 67] })],
  ["tiff-type", "another type in dataset.json", volume({ pixelType: "uint16" })],
  ["mask-share", "another known share", volume({ knownShare: 0.5 })],
  [
    "mask-labels",
    "a mask with a hole",
    changed(`${OME}_known.ome.tif`, (bytes) => {
      const at = bytes.indexOf(2, 5000);
      bytes[at] = 1;
      return bytes;
    }),
  ],
  ["table-shape", "brighter voxels", changed(`${OME}_image.ome.tif`, (bytes) => bytes.fill(1, 20_000, 60_000))],
  ["model-missing", "no training.json", remove("model/training.json")],
  [
    "model-checkpoint",
    "a model of another checkpoint",
    inText("model/training.json", CHECKPOINT_ID, CHECKPOINT_ID.replace("5", "6")),
  ],
  ["model-checkpoint", "a dataset without a model", inJson("dataset.json", "checkpoint", to(null))],
  [
    "model-configuration",
    "a configuration that is none",
    changed("model/configuration.json", () => Buffer.from("seed")),
  ],
  ["model-unreadable", "model.json = {}", changed("model/model.json", () => Buffer.from("{}"))],
  ["model-unreadable", "weights cut off", changed("model/weights.bin", (bytes) => bytes.subarray(4))],
  [
    "model-unreadable",
    "weights that are no numbers",
    changed("model/weights.bin", (bytes) => bytes.fill(255, 400, 404)),
  ],
  ["model-unreadable", "another network", inJson("model/model.json", "network.levels.0.channels", to(5))],
];

const signedAll: readonly Damage[] = [
  [
    "zarr-scale",
    "a wrong scale in the image",
    inJson(`${STORE}/zarr.json`, `${SCALE}.0.coordinateTransformations.0.scale.0`, to(1.8)),
  ],
  [
    "zarr-scale",
    "a wrong scale in the labels",
    inJson(`${NUCLEI}/zarr.json`, `${SCALE}.0.coordinateTransformations.0.scale.2`, to(0.66)),
  ],
  [
    "zarr-scale",
    "a wrong scale of a coarse level",
    inJson(`${STORE}/labels/known/zarr.json`, `${SCALE}.1.coordinateTransformations.0.scale.1`, to(1.7)),
  ],
  [
    "zarr-scale",
    "a wrong scale in another channel",
    inJson(
      "ome-zarr/embryo-1-left_channels/channel-1.ome.zarr/zarr.json",
      `${SCALE}.0.coordinateTransformations.0.scale.0`,
      to(2),
    ),
  ],
  [
    "zarr-scale",
    "the sizes of x, y, z",
    inJson(`${STORE}/zarr.json`, `${SCALE}.0.coordinateTransformations.0.scale`, to([0.65, 0.8, 1.75])),
  ],
  [
    "zarr-translation",
    "coarse voxels that lie elsewhere",
    inJson(`${STORE}/zarr.json`, `${SCALE}.1.coordinateTransformations.1.translation.2`, to(0)),
  ],
  [
    "zarr-axis-order",
    "axes x, y, z",
    inJson(`${STORE}/zarr.json`, "attributes.ome.multiscales.0.axes", (axes) => (axes as Json[]).toReversed()),
  ],
  ["zarr-levels", "a level fewer", inJson(`${STORE}/zarr.json`, SCALE, (list) => (list as Json[]).slice(0, 1))],
  ["zarr-type", "another type of the mask", inJson(`${STORE}/labels/known/0/zarr.json`, "data_type", to("int8"))],
  ["zarr-shape", "swapped axes", inJson(`${STORE}/0/zarr.json`, "shape", (shape) => (shape as Json[]).toReversed())],
  ["zarr-fill-value", "another value for what is not stored", inJson(`${NUCLEI}/0/zarr.json`, "fill_value", to(3))],
  [
    "zarr-labels-list",
    "labels that are not listed",
    inJson(`${STORE}/labels/zarr.json`, "attributes.ome.labels", to(["nuclei"])),
  ],
  [
    "zarr-properties",
    "another class in the properties",
    inJson(`${NUCLEI}/zarr.json`, "attributes.ome.image-label.properties.0.class", to("late")),
  ],
  [
    "zarr-properties",
    "a nucleus without properties",
    inJson(`${NUCLEI}/zarr.json`, "attributes.ome.image-label.properties", (list) => (list as Json[]).slice(1)),
  ],
  ["zarr-missing", "no group", remove(`${STORE}/zarr.json`)],
  [
    "zarr-chunk-bytes",
    "a chunk cut off",
    changed(`${NUCLEI}/0/c/0/0/0`, (bytes) => bytes.subarray(0, bytes.length >> 1)),
  ],
  ["table-shape", "a chunk gone that holds a part of a nucleus", remove(`${NUCLEI}/0/c/0/0/0`)],
  [
    "table-row-without-label",
    "chunks gone that hold a nucleus",
    (files) => {
      for (const name of [...files.keys()]) if (name.startsWith(`${NUCLEI}/0/c/`)) files.delete(name);
    },
  ],
  [
    "zarr-label-unknown-value",
    "a label in a coarse level that nobody knows",
    inChunk(`${NUCLEI}/1/c/0/0/0`, (voxels) => void voxels.writeUInt32LE(77, 0)),
  ],
  [
    "formats-differ",
    "a voxel of the image that OME-TIFF has otherwise",
    changed(`${OME}_image.ome.tif`, (bytes) => {
      bytes[40_000] ^= 1;
      return bytes;
    }),
  ],
  [
    "formats-differ",
    "a voxel of ImageJ's labels",
    changed(`${IMAGEJ}_labels.tif`, (bytes) => {
      bytes[bytes.indexOf(Buffer.from([1, 0, 1, 0]), 1000)] = 3;
      return bytes;
    }),
  ],
  ["imagej-label-map", "a label of two values in ImageJ's table", inText(`${IMAGEJ}_labels.csv`, "2,9", "2,3")],
  ["tiff-missing", "no labels", remove(`${OME}_labels.ome.tif`)],
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
  ["tiff-label-values", "nuclei painted over", changed(`${IMAGEJ}_labels.tif`, (bytes) => bytes.fill(0, 1000, 81_000))],
  ["tiff-known-values", "a third state", changed(`${IMAGEJ}_known.tif`, (bytes) => bytes.fill(7, 5000, 5010))],
];

const refused = async (base: Files, rule: string, damage: (files: Files) => void, sign: boolean) => {
  const files = new Map(base);
  damage(files);
  if (sign) signed(files);
  expect(await rulesOf(files)).toContain(rule);
};

it.each(ofLists)("refuses by %s: %s", (rule, _how, damage) => refused(light, rule, damage, false));
it.each(signedLight)("refuses by %s, whatever the sums say: %s", (rule, _how, damage) =>
  refused(light, rule, damage, true),
);
it.each(signedAll)("refuses by %s, whatever the sums say: %s", (rule, _how, damage) =>
  refused(/^(zarr|table)-/.test(rule) ? stores : all, rule, damage, true),
);

it.each([
  ["first", FIRST_COLUMNS],
  ["second", SECOND_COLUMNS],
])("accepts a package of the %s tables, and measures it all the same", async (_, columns) => {
  expect(await rulesOf(writtenBefore(light, columns))).toEqual([]);
  for (const [rule, damage] of [
    ["table-shape", inTable(3, "sphericity_36piV2_over_S3_crofton13", () => "0.5")],
    ["table-columns", inText("nuclei.csv", "volume_um3", "volume_um2")],
  ] as const) {
    const files = writtenBefore(light, columns);
    damage(files);
    signed(files);
    expect(await rulesOf(files)).toContain(rule);
  }
});

it("does not take an old table for that of a version which says that it has the new one", async () => {
  const files = writtenBefore(light, SECOND_COLUMNS);
  put(files, "dataset.json", { ...jsonOf(files, "dataset.json"), table: 3 });
  signed(files);
  expect(await rulesOf(files)).toContain("table-columns");
});

it("passes on what running the model shows", async () => {
  expect(await rulesOf(light, "gives NaN")).toEqual(["model-output"]);
});

it("writes what it accepts in the lists of a damaged dataset, so that the damage alone is refused", async () => {
  const files = new Map(light);
  signed(files);
  expect(await rulesOf(files)).toEqual([]);
  const json = jsonOf(files, "dataset.json") as unknown as DatasetJson;
  expect(json.files.length).toBe(files.size - 2);
});
