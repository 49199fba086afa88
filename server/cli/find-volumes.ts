import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { type FolderPlan, planFolder } from "../../core/import/folder-plan.ts";
import { Problem } from "../../core/problem.ts";

/** What becomes of the files as named and of all below the folders; hidden ones are in it, too. Paths in the answer can be opened. */
export async function findVolumes(paths: readonly string[]): Promise<FolderPlan> {
  const files: string[] = [];
  const roots: string[] = [];
  for (const given of paths) {
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
    if (info.isDirectory()) for await (const file of filesBelow(full)) files.push(file);
    else files.push(full);
  }
  // Folders above what was named say nothing: a home folder may be called images.
  const top = path.dirname(roots.reduce(commonFolder));
  const realOf = new Map(files.map((file) => [path.relative(top, file).split(path.sep).join("/"), file]));
  const real = (file: string): string => path.relative(process.cwd(), realOf.get(file) ?? file);
  const plan = planFolder([...realOf.keys()]);
  return {
    conventions: plan.conventions,
    volumes: plan.volumes.map((one) => ({ ...one, image: real(one.image), labels: one.labels && real(one.labels) })),
    leftOut: plan.leftOut.map((one) => ({ ...one, file: real(one.file) })),
  };
}

function commonFolder(a: string, b: string): string {
  let common = a;
  while (path.relative(common, b).startsWith("..")) common = path.dirname(common);
  return common;
}

async function* filesBelow(folder: string): AsyncIterable<string> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(full);
    else if (entry.isFile() || entry.isSymbolicLink()) yield full;
  }
}
