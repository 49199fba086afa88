import { Problem } from "../../core/problem.ts";
import { ZENODO_LIMITS } from "../../core/publication/deposit.ts";
import { assertIntact } from "../export/assert-intact.ts";
import { datasetEntries, partsOfFormats } from "../export/dataset-zip.ts";
import type { ExportFormat } from "../export/export-formats.ts";
import { findExportedModel } from "../export/exported-model.ts";
import { packingListsOf } from "../export/freezing/make-packing-lists.ts";
import type { DatasetDescription } from "../export/frozen/dataset-description.ts";
import { openDataset } from "../export/frozen/frozen-dataset.ts";
import { readPackingList } from "../export/zip/stored-lists.ts";
import { createZipArchive, type ZipEntry } from "../export/zip/zip-archive.ts";
import type { Services } from "../services.ts";
import { tooLarge } from "./zenodo-problems.ts";

/** A file of a record, known to the byte before it is made. */
export interface DepositFile {
  readonly name: string;
  readonly bytes: number;
  /** The same for the same bytes only. */
  readonly etag: string;
  stream(signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** An image of OME-Zarr in the folder of a dataset, and what follows in it. */
const IMAGE = /^(ome-zarr\/.+?\.ome\.zarr)\/(.+)$/;

const NOTE = `## The files of this record

Each image is one zip, \`<file>.ome.zarr.zip\`: the OME-Zarr lies at its root, as viewers that open zips expect. To have the folder that this
page and \`SHA256SUMS\` speak of, unpack each into \`ome-zarr/<file>.ome.zarr\`, other channels (\`<file>_channel-<n>.ome.zarr.zip\`) into
\`ome-zarr/<file>_channels/channel-<n>.ome.zarr\`, and \`images-<n>.zip\` and \`model.zip\`, where they are, beside this page.
`;

/**
 * A frozen version as the files of one record: the same files as in its zip, each image of it a zip of its own, and the small ones as
 * they are. Where there are more images than a record holds files, `atMost`, several lie in one zip. Nothing is made before it is asked
 * for; what is damaged is said before that. Throws `zenodo-too-large` beyond what a record holds.
 */
export async function depositFilesOf(
  services: Services,
  given: { readonly projectId: string; readonly checkpointId: string | null; readonly description: DatasetDescription },
  signal: AbortSignal,
  atMost: number = ZENODO_LIMITS.files,
): Promise<DepositFile[]> {
  const { description } = given;
  const found = given.checkpointId ? await findExportedModel(services, given.projectId, given.checkpointId) : null;
  const model = found && { ...found, projectName: description.project.name, software: description.software };
  const formats: ExportFormat[] = model ? ["ome-zarr", "model"] : ["ome-zarr"];
  const listed = await packingListsOf(services, description, partsOfFormats(formats), signal);
  const dataset = openDataset(services.blobs, description);
  await assertIntact(dataset, (await readPackingList(services.blobs, description.id, "ome-zarr")) ?? [], signal);
  const entries = await datasetEntries({ dataset, formats, model, note: NOTE }, listed, signal);
  const files = await cutUp(entries, atMost);
  if (files.reduce((sum, { bytes }) => sum + bytes, 0) > ZENODO_LIMITS.bytes) throw tooLarge();
  return files;
}

/** For the test of it, beside `depositFilesOf`. */
export async function cutUp(entries: readonly ZipEntry[], atMost: number): Promise<DepositFile[]> {
  const loose: ZipEntry[] = [];
  const model: ZipEntry[] = [];
  const images = new Map<string, ZipEntry[]>();
  for (const entry of entries) {
    const { path } = entry.packed;
    const [, image] = IMAGE.exec(path) ?? [];
    if (image) {
      const held = images.get(image) ?? [];
      images.set(image, held);
      held.push(entry);
    } else if (path.includes("/")) model.push(entry);
    else loose.push(entry);
  }
  const room = atMost - loose.length - (model.length > 0 ? 1 : 0);
  if (room < 1)
    throw new Problem({
      tag: "too-many-files",
      what: `A record holds ${atMost} files, which are too few for this version.`,
    });
  const zips = images.size <= room ? oneEach(images) : bundles(images, room);
  if (model.length > 0) zips.push(["model.zip", model]);
  return [...loose.map(looseFile), ...(await Promise.all(zips.map(([name, held]) => zipFile(name, held))))];
}

type NamedZip = [name: string, entries: ZipEntry[]];

const moved = ({ file, packed }: ZipEntry, path: string): ZipEntry => ({ file, packed: { ...packed, path } });

/** `ome-zarr/a.ome.zarr` as `a.ome.zarr.zip`, `ome-zarr/a_channels/channel-2.ome.zarr` as `a_channel-2.ome.zarr.zip`. */
const oneEach = (images: ReadonlyMap<string, readonly ZipEntry[]>): NamedZip[] =>
  [...images].map(([image, entries]) => [
    `${image.slice("ome-zarr/".length).replace("_channels/", "_")}.zip`,
    entries.map((entry) => moved(entry, entry.packed.path.slice(image.length + 1))),
  ]);

/** As few images in each as will do, in their order; their paths stay. */
function bundles(images: ReadonlyMap<string, readonly ZipEntry[]>, room: number): NamedZip[] {
  const all = [...images.values()];
  const each = Math.ceil(all.length / room);
  return Array.from({ length: Math.ceil(all.length / each) }, (_, i) => [
    `images-${String(i + 1).padStart(3, "0")}.zip`,
    all.slice(i * each, (i + 1) * each).flat(),
  ]);
}

const looseFile = ({ file, packed }: ZipEntry): DepositFile => ({
  name: packed.path,
  bytes: packed.bytes,
  etag: packed.sha256,
  stream: (signal) => file.bytes(signal),
});

async function zipFile(name: string, entries: readonly ZipEntry[]): Promise<DepositFile> {
  const { sizeBytes, etag, bytes } = await createZipArchive(entries);
  return { name, bytes: sizeBytes, etag, stream: (signal) => bytes(0, sizeBytes, signal) };
}
