/** Formats of a data set of this product, the one that says most first. */
const FORMATS = ["ome-zarr", "ome-tiff", "imagej"] as const;
const IN_FORMAT = new RegExp(`^(.*?)(${FORMATS.join("|")})/[^/]+$`);
const KNOWN_MASK = /_known(\.ome)?\.tiff?$/i;
const CHANNEL = /^(.*)_channels\/channel-\d+\.ome\.zarr(\.zip)?$/i;

/**
 * Data sets that this product wrote, among files: each volume is there in several formats, with a mask beside its labels. Tells why a
 * file is none to be imported, or null.
 */
export function ownDataset(files: ReadonlySet<string>): (file: string) => string | null {
  const formats = new Map<string, Set<string>>();
  for (const file of files) {
    const channel = CHANNEL.exec(file);
    const [, folder, format] = IN_FORMAT.exec(channel ? channel[1] : file) ?? [];
    if (folder !== undefined && files.has(`${folder}dataset.json`))
      formats.set(folder, (formats.get(folder) ?? new Set()).add(format));
  }
  return (file) => {
    const labels = KNOWN_MASK.test(file) ? file.replace(KNOWN_MASK, (end) => end.replace(/known/i, "labels")) : null;
    if (labels && files.has(labels)) return "the mask of what is known beside the labels";
    const channel = CHANNEL.exec(file);
    const [, folder, format] = IN_FORMAT.exec(channel ? channel[1] : file) ?? [];
    const there = folder === undefined ? undefined : formats.get(folder);
    if (!there) return null;
    const taken = FORMATS.find((one) => there.has(one));
    if (format !== taken) return `the same volume as in ${taken}, which says more`;
    return channel ? "another channel of a volume of this data set" : null;
  };
}
