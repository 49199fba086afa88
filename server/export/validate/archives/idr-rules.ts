import { type FileSource, readAll, type Say } from "../../file-source.ts";
import type { DatasetJson } from "../../frozen/dataset-description.ts";
import {
  IDR_ASSAYS,
  IDR_PATHS,
  IDR_STUDY,
  IDR_TABLE,
  idrAssayColumns,
  idrImages,
  idrStudyLines,
} from "../../platforms/idr-files.ts";
import { startsWithHeader } from "../../table/nuclei-csv.ts";
import { checkStack } from "../stack-rules.ts";

const linesOf = async (files: FileSource, path: string): Promise<string[][]> =>
  (await readAll(files, path))
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => line.split("\t"));

/** The keys of the template in their order, its columns, and every file that an assay names. */
export async function checkIdr(files: FileSource, dataset: DatasetJson, say: Say): Promise<void> {
  const keys = idrStudyLines(dataset).map(([key]) => key);
  const study = await linesOf(files, IDR_STUDY);
  if (study.map(([key]) => key).join("\n") !== keys.join("\n"))
    say("idr-study-keys", IDR_STUDY, "has other keys than the template");
  for (const key of ["Study Title", "Study Description", "Study License"])
    if (!study.find(([one]) => one === key)?.[1]) say("idr-study-value", IDR_STUDY, `says nothing of ${key}`);
  const [header = [], ...assays] = await linesOf(files, IDR_ASSAYS);
  if (header.join("\t") !== idrAssayColumns.join("\t"))
    return say("idr-assay-columns", IDR_ASSAYS, "has other columns than the template");
  const folder = IDR_ASSAYS.slice(0, IDR_ASSAYS.lastIndexOf("/") + 1);
  const at = (name: (typeof idrAssayColumns)[number]) => idrAssayColumns.indexOf(name);
  const names = assays.map((cells) => cells[at("Assay Name")]);
  if (names.join() !== dataset.volumes.flatMap(({ fileName }) => [fileName, fileName]).join())
    say("idr-assays", IDR_ASSAYS, "has not one assay for the image and one for the nuclei of each volume");
  for (const cells of assays) {
    const path = folder + cells[at("Comment [Image File Path]")];
    if (!files.paths.includes(path) || !path.endsWith(`/${cells[at("Image File")]}`))
      say("idr-file", IDR_ASSAYS, `${path} is not in the package`);
  }
  const listed = new Set((await linesOf(files, IDR_PATHS)).map(([, path]) => folder + path));
  for (const volume of dataset.volumes) {
    const [image, labels] = idrImages(volume).map((path) => folder + path);
    for (const path of [image, labels]) if (!listed.has(path)) say("idr-paths", IDR_PATHS, `does not list ${path}`);
    await checkStack(files, image, { ...volume, rule: "idr" }, say);
    await checkStack(files, labels, { ...volume, rule: "idr", pixelType: "uint32" }, say);
  }
  if (!startsWithHeader(await readAll(files, IDR_TABLE), dataset)) say("idr-table", IDR_TABLE, "is no table of nuclei");
}
