import { z } from "zod";
import { crateColumns } from "../../bioimage-archive/archive-crate.ts";
import {
  ANNOTATION_LIST,
  ARCHIVE_FOLDER,
  annotationKinds,
  annotationPath,
  FILE_LIST,
  IMAGE_LIST,
  imageZip,
} from "../../bioimage-archive/archive-places.ts";
import { type ArchivedImage, archivedImages } from "../../bioimage-archive/file-lists.ts";
import { digestOf, type FileSource, readAll, readJsonFile, type Say } from "../../file-source.ts";
import type { DatasetJson, FrozenVolume } from "../../frozen/dataset-description.ts";
import { startsWithHeader } from "../../table/nuclei-csv.ts";
import { validateOmeZarr } from "../ome-zarr-rules.ts";
import { checkZarrOfVolume } from "../ome-zarr-volume.ts";
import { checkStack, valueGatherer } from "../stack-rules.ts";
import type { NucleusTable, TableRow } from "../table-rules.ts";
import { checkFileList, type ListedFiles } from "./file-list-rules.ts";
import { zipSource } from "./zip-source.ts";

/** The package for the BioImage Archive: its lists, MIFA, the crate, and the files themselves. */
export async function checkArchive(
  files: FileSource,
  dataset: DatasetJson,
  table: NucleusTable,
  say: Say,
): Promise<void> {
  const images = await checkFileList(files, ARCHIVE_FOLDER, IMAGE_LIST, { first: "Files", mayRepeat: [] }, say);
  const annotations = await checkFileList(
    files,
    ARCHIVE_FOLDER,
    ANNOTATION_LIST,
    { first: "Files", mayRepeat: ["source_image"] },
    say,
  );
  const zips = archivedImages(dataset).map(({ name }) => imageZip(name));
  checkListed(images, zips, IMAGE_LIST, say);
  checkListed(
    annotations,
    dataset.volumes.flatMap((volume) => annotationKinds.map(({ kind }) => annotationPath(volume, kind))),
    ANNOTATION_LIST,
    say,
  );
  for (const { Files, source_image } of annotations ?? [])
    if (!zips.includes(source_image))
      say(
        "archive-source",
        ARCHIVE_FOLDER + ANNOTATION_LIST,
        `${Files} is of “${source_image}”, which is no image here`,
      );
  await checkMifa(files, dataset, zips, say);
  await checkCrate(files, say);
  for (const image of archivedImages(dataset))
    await checkZip(files, image, table.volumes.get(image.volume.fileName) ?? new Map(), say);
  for (const volume of dataset.volumes) await checkAnnotations(files, dataset, volume, say);
}

function checkListed(listed: ListedFiles | null, expected: readonly string[], name: string, say: Say): void {
  const there = new Set(listed?.map(({ Files }) => Files));
  for (const path of listed ? expected : [])
    if (!there.has(path)) say("archive-unlisted", ARCHIVE_FOLDER + name, `does not list ${path}`);
}

const text = z.string().min(1);
const authors = z.array(
  z.strictObject({
    author_first_name: z.string(),
    author_last_name: z.string(),
    orcid_id: z.string().optional(),
    organisation: z.array(z.strictObject({ organisation_name: text })).optional(),
  }),
);
const annotationTypes = [
  "class_labels",
  "bounding_boxes",
  "counts",
  "derived_annotations",
  "geometrical_annotations",
  "graphs",
  "point_annotations",
  "segmentation_mask",
  "tracks",
  "weak_annotations",
  "other",
] as const;
/** MIFA's JSON Schema of 2024, with what it would let pass: empty texts. */
const mifaSchemas = {
  study: z.strictObject({
    title: text,
    description: text,
    keywords: z.array(text).min(1),
    license: z.enum(["CC0", "CC_BY"]),
    funding_statement: text,
    grants: z.array(z.strictObject({ grant_id: text, funder: z.string() })),
    link_url: z.array(text),
    authors,
  }),
  annotations: z.strictObject({
    annotation_overview: text,
    annotation_method: text,
    annotation_criteria: text,
    annotation_coverage: text,
    authors,
    file_metadata: z.array(
      z.strictObject({
        annotation_id: text,
        annotation_type: z.array(z.enum(annotationTypes)).min(1),
        source_image_id: text,
        transformations: text,
        annotation_creation_time: z.iso.datetime(),
      }),
    ),
  }),
  version: z.strictObject({ version: z.number(), timestamp: z.iso.datetime() }),
} as const;

async function checkMifa(files: FileSource, dataset: DatasetJson, zips: readonly string[], say: Say): Promise<void> {
  for (const [name, schema] of Object.entries(mifaSchemas)) {
    const path = `${ARCHIVE_FOLDER}mifa/${name}.json`;
    const parsed = (schema as z.ZodType).safeParse(await readJsonFile(files, path));
    if (parsed.success) continue;
    const [{ path: at, message }] = parsed.error.issues;
    say("archive-mifa", `${path}: ${at.join(".")}`, message);
  }
  const path = `${ARCHIVE_FOLDER}mifa/annotations.json`;
  const annotations = mifaSchemas.annotations.safeParse(await readJsonFile(files, path));
  if (!annotations.success) return;
  const described = annotations.data.file_metadata;
  if (described.length !== dataset.volumes.length * annotationKinds.length)
    say("archive-mifa-files", path, `describes ${described.length} annotations`);
  for (const { annotation_id: id, source_image_id: source } of described)
    if (!files.paths.includes(ARCHIVE_FOLDER + id) || !zips.includes(source))
      say("archive-mifa-files", path, `${id}, of ${source}, is not in the package`);
}

const crateSchema = z.object({
  "@context": z.tuple([z.literal("https://w3id.org/ro/crate/1.1/context"), z.record(z.string(), z.unknown())]),
  "@graph": z.array(z.looseObject({ "@id": text, "@type": z.union([text, z.array(text)]) })),
});
const entitySchemas: Readonly<Record<string, z.ZodType>> = {
  "ro-crate-metadata.json": z.looseObject({
    conformsTo: z.object({ "@id": z.literal("https://w3id.org/ro/crate/1.1") }),
    about: z.object({ "@id": z.literal("./") }),
  }),
  "./": z.looseObject({
    "@type": z.array(text).refine((types) => types.includes("bia:Study")),
    name: text,
    description: text,
    contributor: z.array(z.object({ "@id": text })).min(1),
    license: z.url(),
    datePublished: z.iso.date(),
    hasPart: z.array(z.object({ "@id": text })).min(1),
    accessionId: text,
  }),
  [FILE_LIST]: z.looseObject({ tableSchema: z.object({ "@id": text }) }),
};

/** The crate is one graph in which nothing points nowhere, and its list has the files with their sizes. */
async function checkCrate(files: FileSource, say: Say): Promise<void> {
  const path = `${ARCHIVE_FOLDER}ro-crate-metadata.json`;
  const parsed = crateSchema.safeParse(await readJsonFile(files, path));
  if (!parsed.success) return say("archive-crate", path, "is no RO-Crate 1.1");
  const graph = new Map(parsed.data["@graph"].map((one) => [one["@id"], one]));
  if (graph.size !== parsed.data["@graph"].length) say("archive-crate-twice", path, "describes something twice");
  for (const [id, schema] of Object.entries(entitySchemas)) {
    const entity = schema.safeParse(graph.get(id));
    if (!entity.success) say("archive-crate", `${path}: ${id}`, entity.error.issues[0].message);
  }
  const pointsAt = (value: unknown): string[] => {
    if (Array.isArray(value)) return value.flatMap(pointsAt);
    const id = (value as { "@id"?: unknown } | null)?.["@id"];
    return typeof id === "string" ? [id] : [];
  };
  for (const { "@id": from, ...properties } of graph.values())
    for (const id of Object.values(properties).flatMap(pointsAt))
      if (!graph.has(id) && !id.startsWith("https://w3id.org/ro/crate/"))
        say("archive-crate-reference", `${path}: ${from}`, `points at ${id}, which is not described`);
  const list = await checkFileList(
    files,
    ARCHIVE_FOLDER,
    FILE_LIST,
    { first: "file_path", mayRepeat: crateColumns },
    say,
  );
  for (const row of list ?? []) {
    const digest = await digestOf(files, ARCHIVE_FOLDER + row.file_path);
    if (String(digest?.bytes) !== row.size_in_bytes)
      say(
        "archive-size",
        ARCHIVE_FOLDER + FILE_LIST,
        `${row.file_path} has ${digest?.bytes} bytes, not ${row.size_in_bytes}`,
      );
    for (const column of ["dataset", "associated_specimen", "associated_annotation_method"])
      if (row[column] !== "" && !graph.has(row[column]))
        say("archive-crate-reference", ARCHIVE_FOLDER + FILE_LIST, `${row.file_path} points at “${row[column]}”`);
  }
}

/** The store in a zip, by the rules of OME-Zarr and against its volume. */
async function checkZip(
  files: FileSource,
  { name, volume, channel }: ArchivedImage,
  rows: ReadonlyMap<number, TableRow>,
  say: Say,
): Promise<void> {
  const path = ARCHIVE_FOLDER + imageZip(name);
  const bytes = await files.open(path);
  if (!bytes) return say("archive-missing", path, "there is no such file");
  try {
    const store = await zipSource(bytes, path, "ome-zarr/");
    if (!store) return say("archive-zip", path, "is no zip, or not a whole one");
    const root = `ome-zarr/${name}.ome.zarr/`;
    if (store.paths.some((one) => !one.startsWith(root))) say("archive-zip", path, "holds more than one OME-Zarr");
    for (const { rule, where, what } of await validateOmeZarr(store, root, channel === null))
      say(rule, `${path}: ${where}`, what);
    const inZip: Say = (rule, where, what) => say(rule, `${path}: ${where}`, what);
    if (channel === null) await checkZarrOfVolume(store, { ...volume, channels: [] }, rows, inZip);
  } catch {
    say("archive-zip", path, "has an entry that cannot be unpacked");
  } finally {
    await bytes.close();
  }
}

async function checkAnnotations(
  files: FileSource,
  dataset: DatasetJson,
  volume: FrozenVolume,
  say: Say,
): Promise<void> {
  for (const [kind, pixelType] of [
    ["labels", "uint32"],
    ["known", "uint8"],
  ] as const) {
    const path = ARCHIVE_FOLDER + annotationPath(volume, kind);
    const { values, add } = valueGatherer();
    await checkStack(files, path, { ...volume, rule: "archive", pixelType }, say, add);
    values.delete(0);
    if (kind === "labels" && values.size !== volume.nuclei)
      say("archive-labels", path, `holds ${values.size} nuclei, not ${volume.nuclei}`);
  }
  const table = ARCHIVE_FOLDER + annotationPath(volume, "table");
  const text = await readAll(files, table);
  if (!startsWithHeader(text, dataset) || text.split("\r\n").filter(Boolean).length !== volume.nuclei + 1)
    say("archive-table", table, `is no table of ${volume.nuclei} nuclei`);
}
