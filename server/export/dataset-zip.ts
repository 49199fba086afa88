import { bioimageFiles, bioimageFolder, makePackage } from "./bioimage/bioimage-files.ts";
import type { PublishedModel } from "./bioimage/model-description.ts";
import { citationCff } from "./citation/citation-cff.ts";
import { croissant } from "./citation/croissant.ts";
import { dataciteMetadata } from "./citation/datacite.ts";
import { roCrate } from "./citation/ro-crate.ts";
import { datasetReadme, licenceText } from "./dataset-readme.ts";
import { type ExportFile, jsonFile, textFile } from "./export-file.ts";
import { type ExportFormat, exportFormats, isDataFormat } from "./export-formats.ts";
import type { DatasetDescription, DatasetJson } from "./frozen/dataset-description.ts";
import type { ReadableDataset } from "./frozen/frozen-dataset.ts";
import { type ExportedModel, modelFiles } from "./model-files.ts";
import { slugOf } from "./slug.ts";
import { type FileDigest, type PackedFile, packFile } from "./zip/packed-file.ts";
import { filesOfPart } from "./zip/packing-lists.ts";
import type { ListedPart } from "./zip/stored-lists.ts";
import { createZipArchive, type ZipArchive, type ZipEntry } from "./zip/zip-archive.ts";

export interface DatasetZip {
  readonly dataset: ReadableDataset;
  readonly formats: readonly ExportFormat[];
  /** Needed when `formats` has `model` or `bioimageio`. */
  readonly model: ExportedModel | null;
  /** Stands at the end of the README, where it is given. */
  readonly note?: string;
}

/** Formats in one order, whichever they were asked for in: the same formats are the same zip. */
export const inOrder = (formats: readonly ExportFormat[]): ExportFormat[] =>
  exportFormats.filter((format) => formats.includes(format));

/** Parts of which a list must be known before a zip with these formats can be laid out. */
export const partsOfFormats = (formats: readonly ExportFormat[]): ListedPart[] => [
  "table",
  ...inOrder(formats).filter(isDataFormat),
];

async function* contents({ dataset, formats, model, note }: DatasetZip): AsyncGenerator<ExportFile> {
  const { description } = dataset;
  yield textFile("README.md", datasetReadme(description, formats) + (note ? `\n${note}` : ""));
  const licence = licenceText(description);
  if (licence) yield textFile("LICENSE", licence);
  const citation = citationCff(description);
  if (citation) yield textFile("CITATION.cff", citation);
  const datacite = dataciteMetadata(description);
  if (datacite) yield jsonFile("datacite.json", datacite);
  yield textFile("GUIDELINES.md", description.guidelines || "(The project has no guidelines.)\n");
  for (const part of partsOfFormats(formats)) yield* filesOfPart(dataset, part);
  if (formats.includes("model") && model) yield* modelFiles(model);
  if (formats.includes("bioimageio") && model) yield* bioimageFolder({ model, description }, "bioimageio/");
}

export const datasetFolderName = ({ project, version }: DatasetDescription): string =>
  `${slugOf(project.name, "dataset")}-v${version}`;

/**
 * The files of a whole dataset version; `croissant.json`, `ro-crate-metadata.json`, `dataset.json` and `SHA256SUMS` last because they list all files before
 * them. The same whenever it is fetched. `listed` knows the files of `partsOfFormats` by path.
 */
export function datasetEntries(
  zip: DatasetZip,
  listed: ReadonlyMap<string, PackedFile>,
  signal: AbortSignal,
): Promise<ZipEntry[]> {
  const { description } = zip.dataset;
  const formats = inOrder(zip.formats);
  return entriesOf(
    contents({ ...zip, formats }),
    [
      (files) => jsonFile("croissant.json", croissant(description, files)),
      (files) => jsonFile("ro-crate-metadata.json", roCrate(description, files)),
      (files) => jsonFile("dataset.json", { ...description, formats, files: [...files] } satisfies DatasetJson),
      sumsFile,
    ],
    listed,
    signal,
  );
}

/** The same as one zip. */
export const datasetArchive = async (
  zip: DatasetZip,
  listed: ReadonlyMap<string, PackedFile>,
  signal: AbortSignal,
): Promise<ZipArchive> =>
  createZipArchive(inFolder(datasetFolderName(zip.dataset.description), await datasetEntries(zip, listed, signal)));

/** A model package as bioimage.io takes it, its description at the root of the zip; `signal` stops the making. */
export async function bioimageArchive(published: PublishedModel, signal: AbortSignal): Promise<ZipArchive> {
  const bytes = await makePackage(published, signal);
  return createZipArchive(
    await entriesOf(
      bioimageFiles(async () => bytes),
      [],
      new Map(),
      signal,
    ),
  );
}

/** Only the model: `<project>-model-<first characters of the checkpoint's id>/`. The same whenever it is fetched. */
export const modelArchive = async (model: ExportedModel, signal: AbortSignal): Promise<ZipArchive> =>
  createZipArchive(inFolder(modelFolderName(model), await entriesOf(modelFiles(model), [sumsFile], new Map(), signal)));

export const modelFolderName = (model: ExportedModel): string =>
  `${slugOf(model.projectName, "project")}-model-${model.checkpointId.slice(0, 8)}`;

/** Each of `closing` gets the digests of all files before it. What is not listed is small, and read here. */
async function entriesOf(
  files: AsyncIterable<ExportFile>,
  closing: readonly ((digests: readonly FileDigest[]) => ExportFile)[],
  listed: ReadonlyMap<string, PackedFile>,
  signal: AbortSignal,
): Promise<ZipEntry[]> {
  const digests: FileDigest[] = [];
  const entries: ZipEntry[] = [];
  async function add(file: ExportFile): Promise<void> {
    signal.throwIfAborted();
    const packed = listed.get(file.path) ?? (await packFile(file, signal));
    const { path, bytes, sha256 } = packed;
    digests.push({ path, bytes, sha256 });
    entries.push({ file, packed });
  }
  for await (const file of files) await add(file);
  for (const close of closing) await add(close(digests));
  return entries;
}

const inFolder = (folder: string, entries: readonly ZipEntry[]): ZipEntry[] =>
  entries.map(({ file, packed }) => ({ file, packed: { ...packed, path: `${folder}/${packed.path}` } }));

/** As `sha256sum --check SHA256SUMS` reads it, run in the folder. */
const sumsFile = (digests: readonly FileDigest[]): ExportFile =>
  textFile("SHA256SUMS", digests.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join(""));
