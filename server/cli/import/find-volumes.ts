import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { isVolumeFileName, volumeNameOf } from "../../../core/import/file-names.ts";
import { type FolderPlan, type PlannedVolume, planFolder } from "../../../core/import/folder-plan.ts";
import { Problem } from "../../../core/problem.ts";
import { isAddress } from "./import-options.ts";

/** What becomes of the files as named and of all below the folders; hidden ones are in it, too. Paths in the answer can be opened. */
export async function findVolumes(paths: readonly string[]): Promise<FolderPlan> {
  const files: string[] = [];
  const roots: string[] = [];
  const addresses: string[] = [];
  for (const given of paths) {
    if (isAddress(given)) {
      addresses.push(given);
      continue;
    }
    const full = path.resolve(given);
    const info = await stat(full).catch(() => null);
    if (!info)
      throw new Problem({
        tag: "no-such-file",
        what: "There is no such file or folder.",
        where: given,
        hint: "Check the path.",
      });
    roots.push(info.isDirectory() ? full : path.dirname(full));
    if (info.isDirectory()) for await (const file of volumesBelow(full)) files.push(file);
    else files.push(full);
  }
  // Folders above what was named say nothing: a home folder may be called images.
  const top = path.dirname(roots.reduce(commonFolder, roots[0] ?? process.cwd()));
  const realOf = new Map(
    await Promise.all(
      files.map(async (file) => {
        const name = path.relative(top, file).split(path.sep).join("/");
        return [(await stat(file)).isDirectory() ? asZarr(name) : name, file] as const;
      }),
    ),
  );
  const real = (file: string): string => path.relative(process.cwd(), realOf.get(file) ?? file);
  const plan = planFolder([...realOf.keys()]);
  return {
    conventions: plan.conventions,
    volumes: [
      ...plan.volumes.map((one) => ({ ...one, image: real(one.image), labels: one.labels && real(one.labels) })),
      ...addresses.map(volumeAt),
    ],
    leftOut: plan.leftOut.map((one) => ({ ...one, file: real(one.file) })),
  };
}

function commonFolder(a: string, b: string): string {
  let common = a;
  while (path.relative(common, b).startsWith("..")) common = path.dirname(common);
  return common;
}

/** An address is fetched by the server; its labels come with it. */
function volumeAt(address: string): PlannedVolume {
  const parts = address.split(/[?#]/)[0].split("/").filter(Boolean).slice(2);
  const at = parts.findLastIndex((part) => /\.zarr$/i.test(part));
  const named = (at >= 0 ? parts.slice(at) : parts.slice(-1)).join("_") || "fetched.zarr";
  const name = volumeNameOf(named.replace(/\.zarr(?=_)/i, ""));
  return {
    name,
    longerName: `${parts.slice(0, Math.max(0, at)).at(-1) ?? "fetched"}_${name}`,
    image: address,
    labels: null,
  };
}

/** So that it is known as a volume by its name, too. */
const asZarr = (name: string): string => (isVolumeFileName(name) ? name : `${name}.zarr`);

const ZARR_OR_N5 = new Set(["zarr.json", ".zgroup", ".zattrs", ".zarray", "attributes.json"]);

/** Files, and folders that are one volume as a whole. */
async function* volumesBelow(folder: string): AsyncIterable<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  if (entries.some((entry) => entry.isFile() && ZARR_OR_N5.has(entry.name))) return yield folder;
  for (const entry of entries) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* volumesBelow(full);
    else if (entry.isFile() || entry.isSymbolicLink()) yield full;
  }
}
