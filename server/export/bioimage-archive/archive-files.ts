import { type ExportFile, jsonFile, textFile, withoutFirst } from "../export-file.ts";
import type { ReadableDataset } from "../frozen/frozen-dataset.ts";
import { tableRevisionOf } from "../frozen/table-revision.ts";
import { nucleiCsvOf } from "../table/nuclei-csv.ts";
import { omeTiffFiles, omeTiffLayout } from "../tiff/ome-tiff-files.ts";
import { zarrZips } from "../zarr-zips.ts";
import { archiveCrate, crateFileList } from "./archive-crate.ts";
import { ANNOTATION_LIST, ARCHIVE_FOLDER, annotationPath, FILE_LIST, IMAGE_LIST, imageZip } from "./archive-places.ts";
import { archiveSteps } from "./archive-steps.ts";
import { annotationFileList, imageFileList } from "./file-lists.ts";
import { mifaDocuments } from "./mifa.ts";

/** What the BioImage Archive takes: files, a list of each kind, and what MIFA and RO-Crate 1.1 say of them. */
export async function* archiveFiles(dataset: ReadableDataset): AsyncGenerator<ExportFile> {
  const { description } = dataset;
  const inFolder = (file: ExportFile): ExportFile => ({ ...file, path: ARCHIVE_FOLDER + file.path });
  const sizes = new Map<string, (signal: AbortSignal) => Promise<number>>();
  yield inFolder(textFile("SUBMIT.md", archiveSteps(description)));
  yield inFolder(textFile(IMAGE_LIST, imageFileList(description)));
  yield inFolder(textFile(ANNOTATION_LIST, annotationFileList(description)));
  for (const [name, document] of Object.entries(mifaDocuments(description)))
    yield inFolder(jsonFile(`mifa/${name}.json`, document));
  yield inFolder(jsonFile("ro-crate-metadata.json", archiveCrate(description)));
  for (const zip of await zarrZips(dataset)) {
    const path = imageZip(zip.name);
    sizes.set(path, async (signal) => (await zip.archive(signal)).sizeBytes);
    yield inFolder(zip.file(path));
  }
  const stacks = new Map<string, ExportFile>();
  for await (const file of omeTiffFiles(dataset)) stacks.set(file.path, file);
  for (const frozen of description.volumes) {
    for (const [kind, type] of [
      ["labels", "uint32"],
      ["known", "uint8"],
    ] as const) {
      const path = annotationPath(frozen, kind);
      const stack = stacks.get(`ome-tiff/${frozen.fileName}_${kind}.ome.tif`);
      const { totalBytes } = omeTiffLayout(frozen, kind, type);
      sizes.set(path, async () => totalBytes);
      if (stack) yield inFolder({ ...stack, path });
    }
    const table = async (): Promise<Buffer> => {
      const { nuclei } = await dataset.openVolume(frozen);
      return Buffer.from(nucleiCsvOf(tableRevisionOf(description), frozen, nuclei));
    };
    sizes.set(annotationPath(frozen, "table"), async () => (await table()).length);
    yield inFolder(madeFile(annotationPath(frozen, "table"), table));
  }
  yield inFolder(
    madeFile(FILE_LIST, async (signal) =>
      Buffer.from(await crateFileList(description, async (path) => (await sizes.get(path)?.(signal)) ?? 0)),
    ),
  );
}

/** A small file that is made whole whenever it is asked for. */
const madeFile = (path: string, make: (signal: AbortSignal) => Promise<Buffer>): ExportFile => ({
  path,
  compress: true,
  bytes: (signal, start = 0) =>
    withoutFirst(
      start,
      (async function* () {
        yield await make(signal);
      })(),
    ),
});
