import { Readable } from "node:stream";
import { type DatasetZip, datasetArchive } from "../dataset-zip.ts";
import type { ZipArchive } from "../zip/zip-archive.ts";

const { signal } = new AbortController();

/** A whole zip as a stream. */
export const streamOf = (archive: ZipArchive): Readable =>
  Readable.from(archive.bytes(0, archive.sizeBytes, signal), { objectMode: false });

/** A dataset without lists that a freeze would have made: every file is read first. */
export const zipOf = async (zip: DatasetZip): Promise<Readable> =>
  streamOf(await datasetArchive(zip, new Map(), signal));
