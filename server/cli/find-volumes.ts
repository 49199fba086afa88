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

/** Files as named, folders searched with all below them; pairs put together within their folder. */
export async function findVolumes(paths: readonly string[]): Promise<VolumeFiles[]> {
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
  const labels = new Map(
    unique.filter((file) => isLabelFileName(path.basename(file))).map((file) => [keyOf(file), file]),
  );
  return unique
    .filter((file) => !isLabelFileName(path.basename(file)))
    .map((image) => ({ name: volumeNameOf(path.basename(image)), image, labels: labels.get(keyOf(image)) ?? null }));
}

async function* filesBelow(folder: string): AsyncIterable<string> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(full);
    else if (entry.isFile() && isVolumeFileName(entry.name)) yield full;
  }
}
