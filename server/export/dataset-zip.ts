import type { Readable } from "node:stream";
import { bioimageFiles, bioimageFolder, makePackage } from "./bioimage/bioimage-files.ts";
import type { PublishedModel } from "./bioimage/model-description.ts";
import { citationCff } from "./citation/citation-cff.ts";
import { dataciteMetadata } from "./citation/datacite.ts";
import { roCrate } from "./citation/ro-crate.ts";
import { type DatasetDescription, type DatasetJson, datasetJsonSchema } from "./dataset-description.ts";
import { datasetReadme } from "./dataset-readme.ts";
import { type ExportFile, jsonFile, textFile } from "./export-file.ts";
import type { ExportFormat } from "./export-formats.ts";
import type { ReadableDataset } from "./frozen-dataset.ts";
import { imagejFiles } from "./imagej-files.ts";
import { type ExportedModel, modelFiles } from "./model-files.ts";
import { nucleiCsv } from "./nuclei-csv.ts";
import { omeTiffFiles } from "./ome-tiff-files.ts";
import { omeZarrFiles } from "./ome-zarr-files.ts";
import { slugOf } from "./slug.ts";
import { type FileDigest, zipStream } from "./zip-stream.ts";

export interface DatasetZip {
  readonly dataset: ReadableDataset;
  readonly formats: readonly ExportFormat[];
  /** Needed when `formats` has `model` or `bioimageio`. */
  readonly model: ExportedModel | null;
}

async function* contents({ dataset, formats, model }: DatasetZip): AsyncGenerator<ExportFile> {
  const { description } = dataset;
  yield textFile("README.md", datasetReadme(description, formats));
  const citation = citationCff(description);
  if (citation) yield textFile("CITATION.cff", citation);
  const datacite = dataciteMetadata(description);
  if (datacite) yield jsonFile("datacite.json", datacite);
  yield textFile("GUIDELINES.md", description.guidelines || "(The project has no guidelines.)\n");
  yield nucleiCsv(dataset);
  for (const format of formats)
    switch (format) {
      case "ome-zarr":
        yield* omeZarrFiles(dataset);
        break;
      case "ome-tiff":
        yield* omeTiffFiles(dataset);
        break;
      case "imagej":
        yield* imagejFiles(dataset);
        break;
      case "model":
        if (model) yield* modelFiles(model);
        break;
      case "bioimageio":
        if (model) yield* bioimageFolder({ model, description }, "bioimageio/");
        break;
    }
}

async function* below(folder: string, files: AsyncIterable<ExportFile>): AsyncGenerator<ExportFile> {
  for await (const file of files) yield { ...file, path: `${folder}/${file.path}` };
}

export const datasetFolderName = ({ project, version }: DatasetDescription): string =>
  `${slugOf(project.name, "dataset")}-v${version}`;

/**
 * A whole dataset version as one zip; `ro-crate-metadata.json`, `dataset.json` and `SHA256SUMS` last because they list all files before them. The same whenever it is
 * fetched: every time in it is that of the freezing.
 */
export function datasetZip(zip: DatasetZip): Readable {
  const { description } = zip.dataset;
  const folder = datasetFolderName(description);
  const inFolder = (digests: readonly FileDigest[]): FileDigest[] =>
    digests.map((digest) => ({ ...digest, path: digest.path.slice(folder.length + 1) }));
  return zipStream(
    below(folder, contents(zip)),
    [
      (digests) => jsonFile(`${folder}/ro-crate-metadata.json`, roCrate(description, inFolder(digests))),
      (digests) => {
        const json: DatasetJson = { ...description, formats: [...zip.formats], files: inFolder(digests) };
        return jsonFile(`${folder}/dataset.json`, datasetJsonSchema.parse(json));
      },
      (digests) => sumsFile(folder, digests),
    ],
    new Date(description.createdAt),
  );
}

/** Asks once for everything the zip is going to hold, but not for its bytes: what is missing is said before the first is sent. */
export async function assertPackable(zip: DatasetZip, signal: AbortSignal): Promise<void> {
  for await (const _file of contents(zip)) signal.throwIfAborted();
}

/** As `sha256sum --check SHA256SUMS` reads it, run in the folder. */
const sumsFile = (folder: string, digests: readonly FileDigest[]): ExportFile =>
  textFile(
    `${folder}/SHA256SUMS`,
    digests.map(({ path, sha256 }) => `${sha256}  ${path.slice(folder.length + 1)}\n`).join(""),
  );

/** A model package as bioimage.io takes it, its description at the root of the zip; `signal` stops the making. */
export async function bioimageZip(published: PublishedModel, signal: AbortSignal): Promise<Readable> {
  const bytes = await makePackage(published, signal);
  return zipStream(
    bioimageFiles(async () => bytes),
    [],
    new Date(published.description.createdAt),
  );
}

/** Only the model: `<project>-model-<first characters of the checkpoint's id>/`. The same whenever it is fetched. */
export function modelZip(model: ExportedModel): Readable {
  const folder = modelFolderName(model);
  return zipStream(
    below(folder, modelFiles(model)),
    [(digests) => sumsFile(folder, digests)],
    new Date(model.createdAt),
  );
}

export const modelFolderName = (model: ExportedModel): string =>
  `${slugOf(model.projectName, "project")}-model-${model.checkpointId.slice(0, 8)}`;
