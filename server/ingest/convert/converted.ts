import { readFile, stat } from "node:fs/promises";
import path from "node:path";

/** Beside a file, what a converter has made of it: the volume, and who made it. */
export const convertedFolder = (file: string): string => `${file}.converted`;
export const convertedVolume = (folder: string): string => path.join(folder, "volume");
export const convertedBy = (folder: string): string => path.join(folder, "by");

/** Null where nothing was made of the file. */
export async function findConverted(file: string): Promise<{ readonly volume: string; readonly by: string } | null> {
  const folder = convertedFolder(file);
  if (!(await stat(convertedVolume(folder)).catch(() => null))) return null;
  return { volume: convertedVolume(folder), by: await readFile(convertedBy(folder), "utf8") };
}
