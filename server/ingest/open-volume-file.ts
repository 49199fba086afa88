import { withoutDoubtfulSize } from "../../core/import/voxel-size.ts";
import { Problem } from "../../core/problem.ts";
import { openHdf5 } from "./hdf5/hdf5-file.ts";
import { openFileForReading } from "./random-access.ts";
import { openTiff } from "./tiff/tiff-file.ts";
import type { VolumeFile } from "./volume-source.ts";
import { openZippedZarr } from "./zarr/zipped-zarr.ts";

const starts = (bytes: Uint8Array, ...expected: number[]): boolean => expected.every((byte, i) => bytes[i] === byte);

/** Opens a file by what it holds; its name is only used for words. Closes everything it opened when it fails. */
export async function openVolumeFile(path: string, fileName: string): Promise<VolumeFile> {
  const file = await openByContent(path, fileName);
  return { ...file, contents: { ...file.contents, images: file.contents.images.map(withoutDoubtfulSize) } };
}

async function openByContent(path: string, fileName: string): Promise<VolumeFile> {
  const bytes = await openFileForReading(path);
  try {
    if (bytes.size === 0)
      throw new Problem({
        tag: "empty-file",
        what: "The file is empty.",
        where: fileName,
        hint: "The copy was probably interrupted; upload the original again.",
      });
    const head = await bytes.read(0, Math.min(8, bytes.size), "the first bytes");
    if (starts(head, 0x49, 0x49) || starts(head, 0x4d, 0x4d)) {
      const file = await openTiff(bytes);
      return { ...file, close: () => bytes.close() };
    }
    await bytes.close();
    if (starts(head, 0x89, 0x48, 0x44, 0x46)) return await openHdf5(path);
    if (starts(head, 0x50, 0x4b)) return await openZippedZarr(path);
    throw notAVolume(fileName, head);
  } catch (error) {
    await bytes.close().catch(() => {});
    throw error;
  }
}

function notAVolume(fileName: string, head: Uint8Array): Problem {
  const text = head.every((byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte < 127));
  return new Problem({
    tag: "unknown-format",
    what: text
      ? "This is a text file, not an image, whatever its name says."
      : "This is neither a TIFF stack, nor HDF5, nor a zipped OME-Zarr.",
    where: fileName,
    hint: "Export the volume as TIFF (Fiji: File > Save As > Tiff…), HDF5, or an OME-Zarr folder packed as .zip.",
  });
}
