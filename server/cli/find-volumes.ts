import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { isLabelFileName, isVolumeFileName, volumeNameOf } from "../../core/import/file-names.ts";
import { Problem } from "../../core/problem.ts";

/** One volume to import: an image and, where its partner lies beside it, labels. */
export interface VolumeFiles {
  readonly name: string;
  readonly image: string;
  readonly labels: string | null;
}

export interface FoundFiles {
  readonly volumes: readonly VolumeFiles[];
  /** Label images whose image is not there. */
  readonly strayLabels: readonly string[];
}

/** HDF5 and zipped OME-Zarr can hold image and labels together, whatever they are called. */
const HOLDS_SEVERAL = /\.(h5|hdf5|hdf|zip)$/i;

/** Files as named, folders searched with all below them; pairs put together within their folder. */
export async function findVolumes(paths: readonly string[]): Promise<FoundFiles> {
  const files: string[] = [];
  for (const given of paths) {
    const info = await stat(given).catch(() => null);
    if (!info)
      throw new Problem({
        tag: "no-such-file",
        what: "There is no such file or folder.",
        where: given,
        hint: "Check the path.",
      });
    if (info.isDirectory()) for await (const file of filesBelow(given)) files.push(file);
    else files.push(given);
  }
  const unique = [...new Set(files)].sort();
  const keyOf = (file: string) => path.join(path.dirname(file), volumeNameOf(path.basename(file)));
  const isLabels = (file: string) => isLabelFileName(path.basename(file));
  const imageKeys = new Set(unique.filter((file) => !isLabels(file)).map(keyOf));
  const alone = unique.filter((file) => isLabels(file) && !imageKeys.has(keyOf(file)));
  const containers = new Set(alone.filter((file) => HOLDS_SEVERAL.test(file)));
  const labels = new Map(
    unique.filter((file) => isLabels(file) && !containers.has(file)).map((file) => [keyOf(file), file]),
  );
  return {
    volumes: unique
      .filter((file) => !isLabels(file) || containers.has(file))
      .map((image) => ({
        name: volumeNameOf(path.basename(image)),
        image,
        labels: containers.has(image) ? null : (labels.get(keyOf(image)) ?? null),
      })),
    strayLabels: alone.filter((file) => !containers.has(file)),
  };
}

async function* filesBelow(folder: string): AsyncIterable<string> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(full);
    else if (entry.isFile() && isVolumeFileName(entry.name)) yield full;
  }
}
