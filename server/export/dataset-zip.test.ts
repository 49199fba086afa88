import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { fromArrayBuffer } from "geotiff";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadCheckpoint } from "../../core/checkpoint/checkpoint-files.ts";
import { tinyModel } from "../../core/checkpoint/testing/tiny-model.ts";
import { seededRandom } from "../../core/edit/testing/seeded-random.ts";
import type { BlobStore } from "../storage/blob-store.ts";
import { datasetArchive } from "./dataset-zip.ts";
import { type ExportFormat, exportFormats } from "./export-formats.ts";
import { type DatasetJson, datasetJsonSchema } from "./frozen/dataset-description.ts";
import { openDataset, type ReadableDataset } from "./frozen/frozen-dataset.ts";
import type { ExportedModel } from "./model-files.ts";
import {
  CHECKPOINT_ID,
  createDatasetFixture,
  type DatasetFixture,
  LARGE_LABEL,
  MARKER_LABEL,
  UNFINISHED_LABEL,
} from "./testing/dataset-fixture.ts";
import { markedShapeZyx, markerIndex } from "./testing/marked-volume.ts";
import { askPython, tifffileJudge, zarrJudge } from "./testing/python-judge.ts";
import { unzipTo } from "./testing/unzip-to.ts";
import { streamOf, zipOf } from "./testing/zip-of.ts";
import { csvRows } from "./validate/csv-rows.ts";

let fixture: DatasetFixture;
let folder: string;
/** Path below the dataset's folder -> bytes. */
let files: ReadonlyMap<string, Buffer>;
let dataset: string;
const text = (name: string): string => files.get(name)?.toString() ?? "";
const json = <T>(name: string): T => JSON.parse(text(name)) as T;

const model: ExportedModel = {
  checkpointId: CHECKPOINT_ID,
  snapshotId: null,
  parentCheckpointId: null,
  projectName: "Mouse embryos, été",
  createdAt: "2026-10-31T10:00:00.000Z",
  nucleiLabelled: 3,
  metrics: null,
  software: { name: "Karyoloop", version: "0.1.0" },
  configuration: { seed: 3 },
  trained: tinyModel,
};

beforeAll(async () => {
  fixture = await createDatasetFixture();
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-zip-"));
  const zipFile = path.join(folder, "dataset.zip");
  await pipeline(
    await zipOf({ dataset: openDataset(fixture.blobs, fixture.description), formats: exportFormats, model }),
    createWriteStream(zipFile),
  );
  dataset = path.join(folder, "mouse-embryos-ete-v2");
  files = new Map([...(await unzipTo(zipFile, folder))].map(([name, bytes]) => [path.relative(dataset, name), bytes]));
});
afterAll(async () => {
  await fixture.remove();
  await rm(folder, { recursive: true, force: true });
});

it("lists every file with its size and SHA-256, and nothing that is not there", () => {
  const parsed: DatasetJson = datasetJsonSchema.parse(json("dataset.json"));
  expect(parsed.files.map((file) => file.path).toSorted()).toEqual(
    [...files.keys()].filter((name) => name !== "dataset.json" && name !== "SHA256SUMS").toSorted(),
  );
  for (const file of parsed.files) {
    const bytes = files.get(file.path) ?? Buffer.alloc(0);
    expect(bytes.length).toBe(file.bytes);
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(file.sha256);
  }
  expect(parsed.snapshotId).toBe(fixture.description.snapshotId);
  const checked = execFileSync("sha256sum", ["--check", "--strict", "SHA256SUMS"], { cwd: dataset, encoding: "utf8" });
  expect(checked.trimEnd().split("\n")).toHaveLength(files.size - 1);
});

it("says in its README what was done, under which licence, and what is not known", () => {
  const readme = text("README.md");
  for (const words of [
    "CC-BY-4.0",
    "annotator 1",
    "embryo-1-left",
    "0 unknown, 1 background, 2 nucleus",
    "1 nuclei that were",
  ])
    expect(readme).toContain(words);
  expect(text("GUIDELINES.md")).toBe(fixture.description.guidelines);
  expect(text("model/README.md")).toContain("npx karyoloop predict --model");
  expect(json("model/configuration.json")).toEqual({ seed: 3 });
  const exported = Object.fromEntries(["model.json", "weights.bin"].map((name) => [name, files.get(`model/${name}`)!]));
  expect(loadCheckpoint(exported).model).toEqual(tinyModel);
});

it("has a line per finished nucleus in the table, harmless in a spreadsheet", () => {
  const [header, ...lines] = text("nuclei.csv").trimEnd().split("\r\n");
  const names = header.split(",");
  expect(lines).toHaveLength(3);
  expect(lines[0]).toContain(`"'=mitotic, ""late"""`);
  const large = csvRows(text("nuclei.csv"))?.[3] ?? [];
  expect(large[names.indexOf("label")]).toBe(String(LARGE_LABEL));
  expect(Number(large[names.indexOf("voxels")])).toBe(3 * 26 * 35);
  expect(Number(large[names.indexOf("volume_um3")])).toBeCloseTo(3 * 26 * 35 * 1.75 * 0.8 * 0.65, 4);
});

describe("TIFF", () => {
  const planeVoxels = markedShapeZyx[1] * markedShapeZyx[2];
  async function voxels(name: string): Promise<number[]> {
    const tiff = await fromArrayBuffer(new Uint8Array(files.get(name) ?? Buffer.alloc(0)).buffer);
    expect(await tiff.getImageCount()).toBe(markedShapeZyx[0]);
    const planes: number[] = [];
    for (let z = 0; z < markedShapeZyx[0]; z++) {
      const [plane] = (await (await tiff.getImage(z)).readRasters()) as unknown as [ArrayLike<number>];
      expect(plane.length).toBe(planeVoxels);
      planes.push(...Array.from(plane));
    }
    return planes;
  }
  const truth = () => Array.from(fixture.labels, (label) => (label === UNFINISHED_LABEL ? 0 : label));

  it("holds the image as it came, in both flavours", async () => {
    const image = Array.from(fixture.image);
    expect(await voxels("ome-tiff/embryo-1-left_image.ome.tif")).toEqual(image);
    expect(await voxels("imagej/embryo-1-left_image.tif")).toEqual(image);
  });

  it("keeps label values in OME-TIFF, 70 000 too, and leaves unfinished nuclei out", async () => {
    const labels = await voxels("ome-tiff/embryo-1-left_labels.ome.tif");
    expect(labels).toEqual(truth());
    expect(labels[markerIndex]).toBe(MARKER_LABEL);
    expect(new Set(labels)).toContain(LARGE_LABEL);
  });

  it("numbers labels 1, 2, 3 in ImageJ's 16 bits, with a table back", async () => {
    const [, ...lines] = text("imagej/embryo-1-left_labels.csv").trimEnd().split("\r\n");
    const back = new Map(lines.map((line) => line.split(",").map(Number) as [number, number]));
    expect([...back.keys()]).toEqual([1, 2, 3]);
    const labels = await voxels("imagej/embryo-1-left_labels.tif");
    expect(labels.map((value) => back.get(value) ?? 0)).toEqual(truth());
  });

  it("has the mask of what is known", async () => {
    expect(await voxels("ome-tiff/embryo-1-left_known.ome.tif")).toEqual(Array.from(fixture.known));
    expect(await voxels("imagej/embryo-1-left_known.tif")).toEqual(Array.from(fixture.known));
  });

  it("opens with the voxel size in tifffile", async (context) => {
    const judge = tifffileJudge();
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const program = `
import sys, json, tifffile
out = {}
for kind in ('image', 'labels', 'known'):
    with tifffile.TiffFile(sys.argv[1] + '_' + kind + '.tif') as f:
        out[kind] = [f.imagej_metadata['spacing'], f.imagej_metadata['unit'], f.series[0].axes, f.series[0].dtype.name]
print(json.dumps(out))`;
    expect(await askPython(judge.command, program, [path.join(dataset, "imagej/embryo-1-left")])).toEqual({
      image: [1.75, "micron", "ZYX", "uint16"],
      labels: [1.75, "micron", "ZYX", "uint16"],
      known: [1.75, "micron", "ZYX", "uint8"],
    });
  });
});

describe("OME-Zarr", () => {
  it("reads back equal with zarr-python 3, names its axes and says who did what", async (context) => {
    const judge = await zarrJudge();
    if (judge.missing !== undefined) return context.skip(judge.missing);
    const program = `
import sys, json, zarr, numpy, hashlib
g = zarr.open_group(sys.argv[1], mode='r')
def look(group):
    levels = [d['path'] for d in group.attrs['ome']['multiscales'][0]['datasets']]
    a = group[levels[0]]
    return dict(levels=len(levels), shape=a.shape, dtype=str(a.dtype), names=list(a.metadata.dimension_names),
        sha=hashlib.sha256(a[:].tobytes()).hexdigest(), shapes=[group[l].shape for l in levels])
n = g['labels/nuclei']
other = zarr.open_group(sys.argv[2], mode='r')
print(json.dumps(dict(image=look(g), other=look(other), omero=other.attrs['ome']['omero']['channels'][0], nuclei=look(n), known=look(g['labels/known']), listed=g['labels'].attrs['ome']['labels'],
    properties=n.attrs['ome']['image-label']['properties'], coarse=sorted(int(v) for v in numpy.unique(n['1'][:])),
    scale=g.attrs['ome']['multiscales'][0]['datasets'][0]['coordinateTransformations'][0]['scale'])))`;
    const store = path.join(dataset, "ome-zarr/embryo-1-left.ome.zarr");
    interface Level {
      readonly levels: number;
      readonly shape: number[];
      readonly dtype: string;
      readonly names: string[];
      readonly sha: string;
      readonly shapes: number[][];
    }
    const seen = await askPython<{
      image: Level;
      other: Level;
      omero: { label: string; color: string };
      nuclei: Level;
      known: Level;
      listed: string[];
      properties: Record<string, unknown>[];
      coarse: number[];
      scale: number[];
    }>(judge.command, program, [store, path.join(dataset, "ome-zarr/embryo-1-left_channels/channel-1.ome.zarr")]);
    const sha = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
    const truth = fixture.labels.map((label) => (label === UNFINISHED_LABEL ? 0 : label));
    expect(seen.image).toMatchObject({ dtype: "uint16", names: ["z", "y", "x"], shape: [...markedShapeZyx] });
    expect(seen.image.levels).toBeGreaterThan(1);
    expect(seen.image.sha).toBe(sha(new Uint8Array(fixture.image.buffer)));
    expect(seen.other).toEqual({ ...seen.image, sha: sha(new Uint8Array(fixture.second.buffer)) });
    expect(seen.omero).toMatchObject({ label: "GFP", color: "00FF00" });
    expect(seen.nuclei).toMatchObject({ dtype: "uint32", sha: sha(new Uint8Array(truth.buffer)) });
    expect(seen.known).toMatchObject({ dtype: "uint8", sha: sha(fixture.known) });
    expect(seen.nuclei.shapes).toEqual(seen.image.shapes);
    expect(seen.known.shapes).toEqual(seen.image.shapes);
    expect(seen.listed).toEqual(["nuclei", "known"]);
    expect(seen.scale).toEqual([1.75, 0.8, 0.65]);
    expect(seen.coarse).toContain(LARGE_LABEL);
    expect(seen.coarse).not.toContain(UNFINISHED_LABEL);
    expect(seen.properties[0]).toMatchObject({
      "label-value": 3,
      status: "corrected",
      class: '=mitotic, "late"',
      annotator: "annotator 1",
      uncertainty: 0.75,
    });
  });
});

describe("a range of it", () => {
  const { signal } = new AbortController();
  /** Counts which blobs are read. */
  function watched(): { dataset: ReadableDataset; read: string[] } {
    const read: string[] = [];
    const blobs: BlobStore = {
      ...fixture.blobs,
      get(key, range) {
        read.push(key);
        return fixture.blobs.get(key, range);
      },
    };
    return { dataset: openDataset(blobs, fixture.description), read };
  }

  it("is what the whole has there, wherever it begins and ends", async () => {
    const { dataset } = watched();
    const archive = await datasetArchive({ dataset, formats: exportFormats, model }, new Map(), signal);
    const whole = await buffer(streamOf(archive));
    const random = seededRandom(29);
    for (let i = 0; i < 15; i++) {
      const start = Math.floor(random() * whole.length);
      const end = Math.min(whole.length, start + Math.floor(random() ** 4 * whole.length) + 1);
      const part = await buffer(archive.bytes(start, end, signal));
      expect(part.equals(whole.subarray(start, end)), `${start} to ${end}`).toBe(true);
    }
  }, 60_000);

  it("is made of the stored chunks that it needs, and of no others", async () => {
    const { dataset, read } = watched();
    const archive = await datasetArchive({ dataset, formats: ["imagej"], model: null }, new Map(), signal);
    const whole = await buffer(streamOf(archive));
    const at = whole.indexOf("imagej/embryo-1-left_known.tif");
    read.length = 0;
    await buffer(archive.bytes(at + 40, at + 50, signal));
    expect(read.length).toBeGreaterThan(0);
    expect(read.filter((key) => !key.includes("/known.ome.zarr/"))).toEqual([]);
  });

  it("is the same in whichever order the formats were asked for", async () => {
    const { dataset } = watched();
    const tagOf = async (...formats: ExportFormat[]) =>
      (await datasetArchive({ dataset, formats, model }, new Map(), signal)).etag;
    expect(await tagOf("model", "imagej", "ome-zarr")).toBe(await tagOf("ome-zarr", "imagej", "model"));
  });
});
