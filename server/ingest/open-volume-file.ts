import { stat } from "node:fs/promises";
import { otherFormat, SIGNATURE_BYTES, unknownFormat } from "../../core/import/other-formats.ts";
import { withoutDoubtfulSize } from "../../core/import/voxel-size.ts";
import { Problem } from "../../core/problem.ts";
import { inflatedBytes } from "./arrays/inflated-bytes.ts";
import { assertScenesKept } from "./convert/assert-as-stated.ts";
import { findConverted } from "./convert/converted.ts";
import { openHdf5 } from "./hdf5/hdf5-file.ts";
import { openMetaImage } from "./metaimage/metaimage-file.ts";
import { isMetaImage } from "./metaimage/metaimage-header.ts";
import { openNifti } from "./nifti/nifti-file.ts";
import { isNifti, NIFTI_HEAD_BYTES } from "./nifti/nifti-header.ts";
import { isNpy, openNpy } from "./npy/npy-file.ts";
import { openNrrd } from "./nrrd/nrrd-file.ts";
import { openZipOfFiles } from "./series/zip-of-files.ts";
import { openFolderStore } from "./stores/folder-store.ts";
import { openTiff } from "./tiff/tiff-file.ts";
import { type OpenFile, openFileForReading, type RandomAccessBytes } from "./voxels/random-access.ts";
import type { VolumeFile } from "./voxels/volume-source.ts";
import { openZarr } from "./zarr/open-zarr.ts";

const starts = (bytes: Uint8Array, ...expected: number[]): boolean => expected.every((byte, i) => bytes[i] === byte);
const startsWith = (bytes: Uint8Array, text: string): boolean => starts(bytes, ...Buffer.from(text, "latin1"));

/** Opens a file by what it holds; its name is only used for words. Closes everything it opened when it fails. */
export async function openVolumeFile(path: string, fileName: string): Promise<VolumeFile> {
  const file = await openByContent(path, fileName);
  return { ...file, contents: { ...file.contents, images: file.contents.images.map(withoutDoubtfulSize) } };
}

async function openByContent(path: string, fileName: string): Promise<VolumeFile> {
  if ((await stat(path)).isDirectory()) return openZarr(await openFolderStore(path));
  const bytes = await openFileForReading(path);
  try {
    if (bytes.size === 0)
      throw new Problem({
        tag: "empty-file",
        what: "The file is empty.",
        where: fileName,
        hint: "The copy was probably interrupted; upload the original again.",
      });
    const head = await bytes.read(0, Math.min(SIGNATURE_BYTES, bytes.size), "the first bytes");
    const file = await openOpened(bytes, head, fileName);
    if (file)
      return {
        ...file,
        async close() {
          await file.close();
          await bytes.close();
        },
      };
    await bytes.close();
    // Their libraries open files themselves.
    return starts(head, 0x50, 0x4b) ? await openZipOfFiles(path) : await openHdf5(path);
  } catch (error) {
    await bytes.close().catch(() => {});
    throw error;
  }
}

/** Null where another library opens the file. */
async function openOpened(bytes: OpenFile, head: Uint8Array, fileName: string): Promise<VolumeFile | null> {
  if (starts(head, 0x89, 0x48, 0x44, 0x46) || starts(head, 0x50, 0x4b)) return null;
  if (startsWith(head, "NRRD000")) return openNrrd(bytes);
  if (isNpy(head)) return openNpy(bytes);
  if (isNifti(head)) return openNifti(bytes);
  if (isMetaImage(head)) return openMetaImage(bytes);
  if (starts(head, 0x1f, 0x8b)) return openGzip(bytes, fileName);
  const other = otherFormat(head, fileName);
  if (other) return openConverted(bytes.path, other);
  if (startsWith(head, "II") || startsWith(head, "MM")) return openTiff(bytes);
  throw unknownFormat(head, fileName);
}

/** What a converter has made of a file of another format, and nothing that stands in its place. */
async function openConverted(path: string, other: Problem): Promise<VolumeFile> {
  const converted = await findConverted(path);
  if (!converted) throw other;
  const file = await openByContent(converted.volume, "converted.ome.tiff");
  await assertScenesKept(path, file.contents.images);
  const notes = [`It was converted by ${converted.by}.`, ...file.contents.notes];
  return { ...file, contents: { ...file.contents, notes } };
}

/** NIfTI is often packed as a whole; other volumes are not. */
async function openGzip(bytes: RandomAccessBytes, fileName: string): Promise<VolumeFile> {
  const unpacked = inflatedBytes(bytes, 0, "gzip");
  // The shortest file that can be one.
  const head = await unpacked.read(0, 348, "the first bytes").catch(() => new Uint8Array(0));
  const whole = await unpacked.read(0, NIFTI_HEAD_BYTES, "the first bytes").catch(() => head);
  if (isNifti(whole)) return openNifti(unpacked);
  throw new Problem({
    tag: "gzip-of-other",
    what: "This file is packed with gzip, and what is in it is no NIfTI volume.",
    where: fileName,
    hint: "Unpack it (gunzip, or 7-Zip on Windows) and upload what is in it.",
  });
}
