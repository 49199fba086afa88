import { createHash } from "node:crypto";
import { datasetJsonSchema } from "../dataset-description.ts";
import { channelFolder } from "../ome-zarr-files.ts";
import { validateBioimage } from "./bioimage-rules.ts";
import { type FileSource, readAll, type Violation } from "./file-source.ts";
import { validateOmeZarr } from "./ome-zarr-rules.ts";
import { validateTiff } from "./tiff-rules.ts";

const SUMS = "SHA256SUMS";

/** Checks an unpacked dataset: the list of files, their digests, the table against the labels, every format in it. */
export async function validateDataset(files: FileSource): Promise<Violation[]> {
  const found: Violation[] = [];
  const say = (rule: string, where: string, what: string) => void found.push({ rule, where, what });
  const bytes = await files.read("dataset.json");
  if (!bytes) return [{ rule: "dataset-missing", where: "dataset.json", what: "there is no such file" }];
  const dataset = datasetJsonSchema.safeParse(readJson(bytes));
  if (!dataset.success) {
    const [issue] = dataset.error.issues;
    return [{ rule: "dataset-json", where: `dataset.json: ${issue.path.join(".")}`, what: issue.message }];
  }
  const { volumes, formats } = dataset.data;
  const listed = new Map(dataset.data.files.map((file) => [file.path, file]));
  for (const path of files.paths)
    if (path !== "dataset.json" && path !== SUMS && !listed.has(path))
      say("dataset-unlisted", path, "is not in dataset.json");
  for (const [path, file] of listed) {
    const content = await files.read(path);
    if (!content) say("dataset-file-missing", path, "is listed in dataset.json only");
    else if (digestOf(content) !== file.sha256) say("dataset-sha256", path, "is not the file that was exported");
  }
  for (const { where, what } of await wrongSums(files)) say("dataset-sums", where, what);
  const rows = (await readAll(files, "nuclei.csv")).trimEnd().split("\r\n").length - 1;
  const nuclei = volumes.reduce((sum, volume) => sum + volume.nuclei, 0);
  if (rows !== nuclei) say("dataset-table", "nuclei.csv", `has ${rows} lines for ${nuclei} nuclei`);
  const sides = new Map<string, string>();
  for (const { specimen, split } of volumes) {
    if ((sides.get(specimen) ?? split) !== split) say("dataset-split", specimen, "is on both sides of the split");
    sides.set(specimen, split);
  }
  for (const volume of volumes) {
    if (formats.includes("ome-zarr"))
      found.push(...(await validateOmeZarr(files, `ome-zarr/${volume.fileName}.ome.zarr/`)));
    for (const { index, labelled } of volume.channels ?? [])
      if (formats.includes("ome-zarr") && !labelled)
        found.push(...(await validateOmeZarr(files, channelFolder(volume.fileName, index), false)));
    for (const kind of ["image", "labels", "known"] as const) {
      if (formats.includes("ome-tiff"))
        found.push(...(await validateTiff(files, `ome-tiff/${volume.fileName}_${kind}.ome.tif`, volume, kind, "ome")));
      if (formats.includes("imagej"))
        found.push(...(await validateTiff(files, `imagej/${volume.fileName}_${kind}.tif`, volume, kind, "imagej")));
    }
  }
  if (formats.includes("bioimageio"))
    found.push(...(await validateBioimage(files, "bioimageio/", { run: true, publishable: false })));
  return found;
}

const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Against the files themselves: `dataset.json` has a line too. Versions before 0.2 have no such file. */
async function wrongSums(files: FileSource): Promise<{ where: string; what: string }[]> {
  const bytes = await files.read(SUMS);
  if (!bytes) return [];
  const sums = new Map<string, string>();
  for (const line of Buffer.from(bytes).toString().split("\n").filter(Boolean)) {
    const [, sha256, path] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    if (!path) return [{ where: SUMS, what: `has a line that is none: ${line.slice(0, 80)}` }];
    sums.set(path, sha256);
  }
  const wrong = [...files.paths].filter((path) => path !== SUMS && !sums.has(path));
  for (const [path, sha256] of sums) {
    const content = await files.read(path);
    if (!content || digestOf(content) !== sha256) wrong.push(path);
  }
  return wrong.map((where) => ({ where, what: `is not as ${SUMS} says` }));
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return null;
  }
}
