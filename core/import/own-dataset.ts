/** Formats of a data set of this product, the one that says most first. */
const FORMATS = [
  "ome-zarr",
  "ome-tiff",
  "imagej",
  "nifti",
  "nrrd",
  "hdf5",
  "stardist",
  "tracking",
  "nnunet",
  "cellpose",
  "embedseg",
  "bioimage-archive",
  "webknossos",
  "idr",
  "bbbc",
  "neuroglancer",
] as const;
type Format = (typeof FORMATS)[number];
const KNOWN_MASK = /_known(\.ome\.tiff?|\.tiff?|\.nii|\.nrrd)$/i;
const CHANNEL = /^(.*)_channels\/channel-\d+\.ome\.zarr(\.zip)?$/i;

interface Place {
  /** Of the data set, `/` at its end, or empty. */
  readonly folder: string;
  readonly format: Format;
}

/** The data set that a file lies in, in the folder of a format or below it; null where there is none. */
function placeOf(file: string, files: ReadonlySet<string>): Place | null {
  const parts = file.split("/");
  for (let i = parts.length - 2; i >= 0; i--) {
    const format = FORMATS.find((one) => one === parts[i]);
    const folder = parts
      .slice(0, i)
      .map((part) => `${part}/`)
      .join("");
    if (format && files.has(`${folder}dataset.json`)) return { folder, format };
  }
  return null;
}

/**
 * Data sets that this product wrote, among files: each volume is there in several formats, with a mask beside its labels. Tells why a
 * file is none to be imported, or null.
 */
export function ownDataset(files: ReadonlySet<string>): (file: string) => string | null {
  const formats = new Map<string, Set<Format>>();
  for (const file of files) {
    const place = placeOf(file, files);
    if (place) formats.set(place.folder, (formats.get(place.folder) ?? new Set()).add(place.format));
  }
  return (file) => {
    const labels = KNOWN_MASK.test(file) ? file.replace(KNOWN_MASK, (end) => end.replace(/known/i, "labels")) : null;
    if (labels && files.has(labels)) return "the mask of what is known beside the labels";
    const place = placeOf(file, files);
    const there = place && formats.get(place.folder);
    if (!there) return null;
    const taken = FORMATS.find((one) => there.has(one));
    if (place.format !== taken) return `the same volume as in ${taken}, which says more`;
    return CHANNEL.test(file) ? "another channel of a volume of this data set" : null;
  };
}
