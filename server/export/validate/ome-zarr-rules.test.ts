import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { exportSource, memorySource } from "../file-source.ts";
import { openDataset } from "../frozen/frozen-dataset.ts";
import { createDatasetFixture, type DatasetFixture } from "../testing/dataset-fixture.ts";
import { omeZarrFiles } from "../zarr/ome-zarr-files.ts";
import { validateOmeZarr } from "./ome-zarr-rules.ts";

let fixture: DatasetFixture;
let valid: Map<string, Uint8Array>;
const STORE = "ome-zarr/embryo-1-left.ome.zarr/";

beforeAll(async () => {
  fixture = await createDatasetFixture();
  const source = await exportSource(omeZarrFiles(openDataset(fixture.blobs, fixture.description)));
  valid = new Map();
  for (const path of source.paths) valid.set(path, (await source.read(path)) ?? new Uint8Array());
});
afterAll(() => fixture.remove());

it("accepts what we write", async () => {
  expect(valid.size).toBeGreaterThan(20);
  expect(await validateOmeZarr(memorySource(valid), STORE)).toEqual([]);
});

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Changes the value at a dotted path of a JSON file; `undefined` removes it. */
const edit =
  (file: string, path: string, change: (value: Json) => Json | undefined) => (files: Map<string, Uint8Array>) => {
    const parts = path.split(".");
    const last = parts.pop() ?? "";
    const root = JSON.parse(Buffer.from(files.get(STORE + file) ?? []).toString()) as Json;
    const parent = parts.reduce<Json>((node, part) => (node as Record<string, Json>)[part], root) as Record<
      string,
      Json
    >;
    const changed = change(parent[last]);
    if (changed === undefined) delete parent[last];
    else parent[last] = changed;
    files.set(STORE + file, Buffer.from(JSON.stringify(root)));
  };
const to = (value: Json) => () => value;
const removed = () => undefined;
const reversed = (list: Json) => (list as Json[]).toReversed();
const shorter = (list: Json) => (list as Json[]).slice(0, -1);
const firstTwice = (list: Json) => [...(list as Json[]), (list as Json[])[0]];

const ROOT = "zarr.json";
const NUCLEI = "labels/nuclei/zarr.json";
const IMAGE = "attributes.ome.multiscales.0";
const FINEST = `${IMAGE}.datasets.0.coordinateTransformations`;
const LABEL = "attributes.ome.image-label";
const emptyChunk = gzipSync(new Uint8Array(64 ** 3 * 4));
const strayChunk = gzipSync(new Uint8Array(new Uint32Array(64 ** 3).fill(123).buffer));
const put = (path: string, bytes: Uint8Array) => (files: Map<string, Uint8Array>) =>
  void files.set(STORE + path, bytes);

it.each<[rule: string, how: string, mutate: (files: Map<string, Uint8Array>) => void]>([
  ["zarr-missing", "no group", (files) => files.delete(STORE + ROOT)],
  ["zarr-missing", "a level that is not there", (files) => files.delete(`${STORE}1/zarr.json`)],
  ["zarr-json", "text for JSON", put(ROOT, Buffer.from("zarr"))],
  ["zarr-multiscales", "version 0.4", edit(ROOT, "attributes.ome.version", to("0.4"))],
  ["zarr-multiscales", "no unit", edit(ROOT, `${IMAGE}.axes.0.unit`, removed)],
  ["zarr-multiscales", "a scale of 0", edit(ROOT, `${FINEST}.0.scale.0`, to(0))],
  ["zarr-multiscales", "translation before scale", edit(ROOT, FINEST, reversed)],
  ["zarr-multiscales", "a colour of 256", edit(NUCLEI, `${LABEL}.colors.0.rgba.0`, to(256))],
  ["zarr-axis-order", "x, y, z", edit(ROOT, `${IMAGE}.axes`, reversed)],
  ["zarr-scale-length", "a scale of two", edit(ROOT, `${FINEST}.0.scale`, shorter)],
  ["zarr-level-order", "small to large", edit(ROOT, `${IMAGE}.datasets`, reversed)],
  ["zarr-dimension-names", "other names", edit("0/zarr.json", "dimension_names", reversed)],
  ["zarr-array", "no dimension names", edit("0/zarr.json", "dimension_names", removed)],
  ["zarr-array", "a codec that we do not write", edit("0/zarr.json", "codecs.1.name", to("blosc"))],
  ["zarr-array", "no fill value", edit("0/zarr.json", "fill_value", to(null))],
  ["zarr-chunk-outside", "a chunk beyond the grid", put("0/c/9/0/0", emptyChunk)],
  ["zarr-chunk-bytes", "a chunk cut off", put("0/c/0/0/0", emptyChunk.subarray(0, 100))],
  ["zarr-chunk-bytes", "a chunk of another type", put("0/c/0/0/0", gzipSync(new Uint8Array(64 ** 3)))],
  ["zarr-labels-group", "no list of labels", edit("labels/zarr.json", "attributes.ome.labels", removed)],
  ["zarr-label-missing", "listed, not there", edit("labels/zarr.json", "attributes.ome.labels.2", to("ghost"))],
  ["zarr-label-unlisted", "there, not listed", edit("labels/zarr.json", "attributes.ome.labels", shorter)],
  ["zarr-image-label", "labels that do not say so", edit(NUCLEI, LABEL, removed)],
  ["zarr-label-source", "another source", edit(NUCLEI, `${LABEL}.source.image`, to("../"))],
  ["zarr-label-levels", "a level fewer", edit(NUCLEI, `${IMAGE}.datasets`, shorter)],
  ["zarr-label-type", "float labels", edit("labels/nuclei/0/zarr.json", "data_type", to("float32"))],
  ["zarr-label-shape", "another shape", edit("labels/nuclei/0/zarr.json", "shape.2", to(132))],
  ["zarr-label-colors", "a colour twice", edit(NUCLEI, `${LABEL}.colors`, firstTwice)],
  ["zarr-label-properties", "properties twice", edit(NUCLEI, `${LABEL}.properties`, firstTwice)],
  ["zarr-label-unknown-value", "a nucleus nobody described", put("labels/nuclei/0/c/0/0/0", strayChunk)],
])("refuses by %s: %s", async (rule, _how, mutate) => {
  const files = new Map(valid);
  mutate(files);
  const violations = await validateOmeZarr(memorySource(files), STORE);
  expect(violations.map((violation) => violation.rule)).toContain(rule);
});
