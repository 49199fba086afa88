import { Problem } from "../../../core/problem.ts";
import { arrayFile } from "../arrays/array-file.ts";
import { UNSAID_AXES } from "../arrays/axis-choices.ts";
import { openMetaImage } from "../metaimage/metaimage-file.ts";
import { imagesOfNpy } from "../npy/npy-file.ts";
import { openNrrd } from "../nrrd/nrrd-file.ts";
import type { EntryStore } from "../stores/entry-store.ts";
import { openZip } from "../stores/zip-reader.ts";
import { openZipStore } from "../stores/zip-store.ts";
import type { RandomAccessBytes } from "../voxels/random-access.ts";
import type { VolumeFile } from "../voxels/volume-source.ts";
import { openZarr } from "../zarr/open-zarr.ts";
import { isSliceName, openSliceSeries } from "./slice-series.ts";

/** What computers put beside people's files. */
const CLUTTER = /(^|\/)(__MACOSX\/|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$)/i;
/** N5 has attributes.json. */
const ZARR = /(^|\/)(zarr\.json|\.zattrs|\.zgroup|\.zarray|attributes\.json)$/;
const MAX_ARRAYS = 64;
const OWN_DATASET = /^([^/]+\/)?dataset\.json$/;
const OWN_STACK = /^([^/]+\/)?(ome-tiff|imagej)\/[^/]+_image(\.ome)?\.tif$/;

/** Opens a zip by what is in it: OME-Zarr, a MetaImage or NRRD of two files, arrays of NumPy, or slices. */
export async function openZipOfFiles(path: string): Promise<VolumeFile> {
  if (await holdsZarr(path)) return openZarr(await openZipStore(path));
  const store = await openZipStore(path);
  try {
    const names = [...store.names].filter((name) => !CLUTTER.test(name));
    if (names.includes("[Content_Types].xml"))
      throw new Problem({
        tag: "office-document",
        what: "This is a document of an office program (Word, Excel, PowerPoint), not a volume.",
        where: "its names",
        hint: "Save the images in it as TIFF.",
      });
    if (names.some((name) => OWN_DATASET.test(name)) && names.some((name) => OWN_STACK.test(name)))
      throw new Problem({
        tag: "zip-of-stacks",
        what: "This is a data set that Karyoloop exported, with its volumes as TIFF stacks.",
        where: "its names",
        hint: "Unpack it and import the folder, or fetch the version as OME-Zarr, whose zip is read as it is.",
      });
    const headers = names.filter((name) => /\.(mhd|nhdr)$/i.test(name));
    if (headers.length > 0) return await openByHeader(store, headers, names);
    const arrays = names.filter((name) => /\.npy$/i.test(name));
    if (arrays.length > 0) return await openArrays(store, arrays);
    if (names.filter(isSliceName).length > 1) return await openSliceSeries(store, names.filter(isSliceName));
    throw nothingIn(names);
  } catch (error) {
    store.close();
    throw error;
  }
}

/** By the names alone, up to the first that says so: the directory of a large zip is read once more by its reader. */
async function holdsZarr(path: string): Promise<boolean> {
  const { zip } = await openZip(path, { lazyEntries: true, autoClose: false, strictFileNames: false }).catch(() => ({
    zip: null,
  }));
  // What is wrong with it is said by the reader.
  if (!zip) return true;
  try {
    for await (const { fileName } of zip.eachEntry()) if (ZARR.test(fileName)) return true;
    return false;
  } catch {
    return true;
  } finally {
    zip.close();
  }
}

/** A MetaImage or NRRD of two files. */
async function openByHeader(
  store: EntryStore,
  headers: readonly string[],
  names: readonly string[],
): Promise<VolumeFile> {
  if (headers.length > 1)
    throw new Problem({
      tag: "several-volumes",
      what: `The zip holds ${headers.length} volumes.`,
      where: headers.slice(0, 5).join(", "),
      hint: "Pack each volume into a zip of its own.",
    });
  const [header] = headers;
  const folder = header.slice(0, header.lastIndexOf("/") + 1);
  const open = /\.mhd$/i.test(header) ? openMetaImage : openNrrd;
  const file = await open(entryBytes(store, header), async (name) =>
    names.includes(folder + name) ? entryBytes(store, folder + name) : undefined,
  );
  return { ...file, close: async () => store.close() };
}

async function openArrays(store: EntryStore, names: readonly string[]): Promise<VolumeFile> {
  const images = [];
  const notes = [UNSAID_AXES];
  for (const name of names.slice(0, MAX_ARRAYS))
    try {
      images.push(...(await imagesOfNpy(entryBytes(store, name), name.replace(/\.npy$/i, ""))));
    } catch (error) {
      if (names.length === 1) throw error;
      notes.push(`${name} was left out: ${error instanceof Problem ? error.what : error}`);
    }
  if (names.length > MAX_ARRAYS) notes.push(`${names.length - MAX_ARRAYS} arrays more were left out.`);
  return { ...arrayFile("NumPy", images, notes), close: async () => store.close() };
}

/** An entry by position; one that is packed by the zip is unpacked once for many reads. */
function entryBytes(store: EntryStore, name: string): RandomAccessBytes {
  const size = store.sizeOf(name) ?? 0;
  return {
    size,
    async read(offset, length, what) {
      const inside = Number.isSafeInteger(offset) && offset >= 0 && length >= 0 && offset + length <= size;
      const bytes = inside ? await rangeOf(store, name, offset, length) : undefined;
      if (bytes) return bytes.slice();
      throw new Problem({
        tag: "file-truncated",
        what: `The file ends before ${what} does.`,
        where: `${name}, ${what}: bytes ${offset} to ${offset + length} of ${size}`,
        hint: "The header is damaged, or the file was cut off before it was packed.",
      });
    },
  };
}

async function rangeOf(
  store: EntryStore,
  name: string,
  offset: number,
  length: number,
): Promise<Uint8Array | undefined> {
  try {
    return await store.getRange?.(`/${name}`, { offset, length });
  } catch (error) {
    if (!(error instanceof Problem) || error.tag !== "zip-packed-shards") throw error;
    throw new Problem({
      tag: "zip-packed-voxels",
      what: `The voxels (${store.sizeOf(name)} bytes) are packed by the zip, and too many to unpack them for every slice.`,
      where: name,
      hint: "Pack the zip without compression (zip -0), or save the volume in one file.",
    });
  }
}

const VOLUMES = /\.(tiff?|h5|hdf5|ims|nii|nii\.gz|nrrd|mha|czi|lif|nd2|oib|oif|lsm|stk|vsi|mat|zip)$/i;

function nothingIn(names: readonly string[]): Problem {
  const volumes = names.filter((name) => VOLUMES.test(name));
  return new Problem({
    tag: "zip-without-volume",
    what:
      volumes.length > 0
        ? `The zip holds ${volumes.length === 1 ? volumes[0].slice(-200) : `${volumes.length} files of volumes`}.`
        : "The zip holds no OME-Zarr volume and no series of slices.",
    where: names.length === 0 ? "it is empty" : `its names: ${names.slice(0, 5).join(", ")}`.slice(0, 300),
    hint:
      volumes.length > 0
        ? "Upload such files as they are, without the zip."
        : "Pack an OME-Zarr folder (with its zarr.json or .zattrs), slices as PNG or TIFF, or a MetaImage and its voxels.",
  });
}
