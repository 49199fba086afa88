import type { ExportFile } from "./export-file.ts";
import type { ReadableDataset } from "./frozen/frozen-dataset.ts";
import { type InnerZip, innerZip } from "./inner-zip.ts";
import { omeZarrFiles } from "./zarr/ome-zarr-files.ts";

/** An image with its labels as one file: an OME-Zarr has thousands. */
export interface ZarrZip extends InnerZip {
  /** `<file>`, or `<file>_channel-<n>` of a channel that is there to look at. */
  readonly name: string;
}

const STORE = /^ome-zarr\/(?:([^/]+)_channels\/(channel-\d+)|([^/]+))\.ome\.zarr\//;

/** A zip for every OME-Zarr of a version, in which the store is a folder `<name>.ome.zarr`. */
export async function zarrZips(dataset: ReadableDataset): Promise<ZarrZip[]> {
  const stores = new Map<string, { file: ExportFile; as: string }[]>();
  for await (const file of omeZarrFiles(dataset)) {
    const [store, channelOf, channel, plain] = STORE.exec(file.path) ?? [];
    if (store === undefined) continue;
    const name = channelOf ? `${channelOf}_${channel}` : plain;
    const files = stores.get(name) ?? [];
    stores.set(name, files);
    files.push({ file, as: `${name}.ome.zarr/${file.path.slice(store.length)}` });
  }
  return [...stores].map(([name, files]) => ({ name, ...innerZip(dataset, "ome-zarr", files) }));
}
