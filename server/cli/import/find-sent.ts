import { stat } from "node:fs/promises";
import { nameBeforeTime } from "../../../core/import/file-names.ts";
import type { PlannedVolume } from "../../../core/import/folder-plan.ts";
import { Problem } from "../../../core/problem.ts";
import type { ServerSession } from "../server-session.ts";
import { type ImportOptions, isAddress } from "./import-options.ts";
import { sentName, sha256Of } from "./sendable.ts";

export type KnownVolume = Awaited<ReturnType<ServerSession["api"]["volume"]["list"]["query"]>>[number];

/** The volume that is this very file, or else a name that is free. */
export async function placeFor(
  files: PlannedVolume,
  known: readonly KnownVolume[],
  options: ImportOptions,
): Promise<{ readonly name: string; readonly there: KnownVolume | null }> {
  const isFolder = !isAddress(files.image) && (await stat(files.image)).isDirectory();
  const { image } = files;
  const fetched = isAddress(image) ? known.find((one) => isFrom(one, image, options)) : undefined;
  if (fetched) return { name: fetched.name, there: fetched };
  const sameFileName = isAddress(image)
    ? []
    : known.filter(({ sourceFileName }) => sourceFileName === sentName(image, isFolder));
  if (sameFileName.length > 0) {
    const sha256 = await sha256Of(image);
    const sent = sameFileName.find((one) => isThisFile(one, sha256, options));
    if (sent) return { name: sent.name, there: sent };
  }
  const isTaken = (name: string) =>
    known.some((one) => one.name === name || (options.time === "all" && nameBeforeTime(one.name) === name));
  const free = [files.name, files.longerName].find((name) => !isTaken(name));
  if (free) return { name: free, there: null };
  throw new Problem({
    tag: "name-taken",
    what: `Another file is in the project under the name ${files.name}, so this one was not sent.`,
    where: files.image,
    hint: "Rename the file, or the volume in the project.",
  });
}

/** By the address that is kept with a fetched volume, without what follows its question mark. */
function isFrom({ name, sourceFiles }: KnownVolume, address: string, options: ImportOptions): boolean {
  const source = sourceFiles.find(({ part }) => part === "image");
  const bare = address
    .trim()
    .split(/[?#]/)[0]
    .replace(/(\/+|\/(zarr\.json|\.zattrs|\.zgroup))$/, "");
  return source?.header.startsWith(`address: ${bare}\n`) ? isThisChoice(source, name, options) : false;
}

type Source = KnownVolume["sourceFiles"][number];

/** Every time point at once is sent all or none: a volume that is named as one of them stands for all. */
const isThisChoice = (source: Source, name: string, options: ImportOptions): boolean =>
  (options.image === undefined || ["", options.image].includes(source.image)) &&
  (options.channel === null || options.channel === source.channel) &&
  (options.time === "all" ? nameBeforeTime(name) !== null : options.time === null || options.time === source.time);

/** By all bytes and by what was taken of them; one that is still on its way in has no checksum, and goes by its name. */
function isThisFile({ name, sourceFiles, state }: KnownVolume, sha256: string, options: ImportOptions): boolean {
  const source = sourceFiles.find(({ part }) => part === "image");
  if (!source) return state !== "ready";
  return source.sha256 === sha256 && isThisChoice(source, name, options);
}
