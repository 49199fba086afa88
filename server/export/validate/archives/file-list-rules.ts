import type { FileSource, Say } from "../../file-source.ts";
import { readAll } from "../../file-source.ts";

/** Lines of a list of files by column; null where it is none. */
export type ListedFiles = readonly Readonly<Record<string, string>>[];

/** Letters, digits and what the BioImage Archive allows beside them. */
const PATH = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

/**
 * A list of files as the BioImage Archive takes it: tabs, the first column as it should be called, no empty line, no path twice, every
 * path of the package, no column that says the same of all. `mayRepeat`: columns that a list must have anyway.
 */
export async function checkFileList(
  files: FileSource,
  folder: string,
  name: string,
  { first, mayRepeat }: { readonly first: string; readonly mayRepeat: readonly string[] },
  say: Say,
): Promise<ListedFiles | null> {
  const path = folder + name;
  const text = await readAll(files, path);
  const [header = [], ...lines] = text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => line.split("\t"));
  if (header[0] !== first) {
    say("archive-list-header", path, `begins with “${header[0]}”, not with “${first}”`);
    return null;
  }
  if (lines.some((cells) => cells.length !== header.length || cells[0].trim() === "")) {
    say("archive-list-line", path, "has a line with other cells than its header, or an empty one");
    return null;
  }
  const seen = new Set<string>();
  for (const [listed] of lines) {
    if (!PATH.test(listed)) say("archive-list-path", path, `“${listed}” is no path that the archive takes`);
    else if (!files.paths.includes(folder + listed)) say("archive-list-file", path, `${listed} is not in the package`);
    if (seen.has(listed)) say("archive-list-twice", path, `lists ${listed} twice`);
    seen.add(listed);
  }
  for (const [index, column] of header.entries())
    if (index > 0 && !mayRepeat.includes(column) && new Set(lines.map((cells) => cells[index])).size <= 1)
      say("archive-list-column", path, `says the same of every file in “${column}”`);
  return lines.map((cells) => Object.fromEntries(header.map((column, index) => [column, cells[index]])));
}
