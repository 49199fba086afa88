import type { z } from "zod";
import { validateBioimage } from "../bioimage/bioimage-rules.ts";
import { type FileSource, readJsonFile, type Say, type Violation } from "../file-source.ts";
import { type DatasetJson, datasetJsonSchema } from "../frozen/dataset-description.ts";
import { meshFormats } from "../surfaces/mesh-formats.ts";
import { channelFolder } from "../zarr/ome-zarr-files.ts";
import { checkArchive } from "./archives/archive-rules.ts";
import { checkBbbc } from "./archives/bbbc-rules.ts";
import { checkIdr } from "./archives/idr-rules.ts";
import { checkCellprofiler } from "./cellprofiler-rules.ts";
import { checkHdf5 } from "./hdf5-rules.ts";
import { checkListing } from "./listing-rules.ts";
import { checkModel, type RunModel } from "./model-rules.ts";
import { checkNeuroglancer } from "./neuroglancer-rules.ts";
import { validateOmeZarr } from "./ome-zarr-rules.ts";
import { checkZarrOfVolume } from "./ome-zarr-volume.ts";
import { checkSurfaces } from "./surfaces/surface-rules.ts";
import { checkTable } from "./table-rules.ts";
import { checkCellpose } from "./training/cellpose-rules.ts";
import { checkEmbedseg } from "./training/embedseg-rules.ts";
import { checkNnunet } from "./training/nnunet-rules.ts";
import { checkStardist } from "./training/stardist-rules.ts";
import { checkTracking } from "./training/tracking-rules.ts";
import { checkVolume } from "./volume-rules.ts";
import { kinds, pixelFormats } from "./volume-scan.ts";
import { stackFormats, validateStack } from "./volume-stack-rules.ts";
import { checkWebknossos } from "./webknossos-rules.ts";

/**
 * Checks an unpacked dataset: what is there against the lists, the table against the labels, the formats against each other and against
 * `dataset.json`, the split, the model by running it.
 */
export async function validateDataset(files: FileSource, runModel: RunModel): Promise<Violation[]> {
  const found: Violation[] = [];
  const say: Say = (rule, where, what) => void found.push({ rule, where, what });
  if (!files.paths.includes("dataset.json"))
    return [{ rule: "dataset-missing", where: "dataset.json", what: "there is no such file" }];
  const parsed = datasetJsonSchema.safeParse(await readJsonFile(files, "dataset.json"));
  if (!parsed.success) return [dataIssue(parsed.error)];
  const dataset = parsed.data;
  await checkListing(files, dataset, say);
  checkSplits(dataset, say);
  const table = await checkTable(files, dataset, say);
  const formats = pixelFormats.filter((format) => dataset.formats.includes(format));
  for (const volume of dataset.volumes) {
    const rows = table?.volumes.get(volume.fileName) ?? new Map();
    if (formats.includes("ome-zarr")) {
      found.push(...(await validateOmeZarr(files, `ome-zarr/${volume.fileName}.ome.zarr/`)));
      for (const { index, labelled } of volume.channels ?? [])
        if (!labelled) found.push(...(await validateOmeZarr(files, channelFolder(volume.fileName, index), false)));
      await checkZarrOfVolume(files, volume, rows, say);
    }
    for (const format of stackFormats)
      if (formats.includes(format)) for (const kind of kinds) await validateStack(files, volume, kind, format, say);
    if (formats.includes("stardist")) await checkStardist(files, volume, say);
    if (formats.includes("hdf5")) await checkHdf5(files, volume, say);
    if (table && dataset.formats.includes("webknossos")) await checkWebknossos(files, volume, rows, say);
    for (const format of meshFormats)
      if (table && dataset.formats.includes(format)) await checkSurfaces(files, volume, format, rows, say);
    if (table && dataset.formats.includes("neuroglancer"))
      await checkNeuroglancer(files, volume, { rows, revision: table.revision }, say);
    if (dataset.formats.includes("cellpose")) await checkCellpose(files, volume, say);
    if (table) await checkVolume(files, volume, formats, { rows, revision: table.revision }, say);
  }
  if (table && dataset.formats.includes("cellprofiler")) await checkCellprofiler(files, dataset, table, say);
  if (table && dataset.formats.includes("bioimage-archive")) await checkArchive(files, dataset, table, say);
  if (dataset.formats.includes("idr")) await checkIdr(files, dataset, say);
  if (dataset.formats.includes("bbbc")) await checkBbbc(files, dataset, say);
  if (dataset.formats.includes("embedseg")) await checkEmbedseg(files, dataset, say);
  if (dataset.formats.includes("nnunet")) await checkNnunet(files, dataset, say);
  if (dataset.formats.includes("tracking")) await checkTracking(files, dataset, say);
  if (dataset.formats.includes("model")) await checkModel(files, dataset, runModel, say);
  if (dataset.formats.includes("bioimageio"))
    found.push(...(await validateBioimage(files, "bioimageio/", { run: true, publishable: false })));
  return found;
}

function dataIssue({ issues: [issue] }: z.ZodError): Violation {
  return { rule: "dataset-json", where: `dataset.json: ${issue.path.join(".")}`, what: issue.message };
}

/** Volumes stand there once, and a specimen on one side. */
function checkSplits({ volumes }: DatasetJson, say: Say): void {
  const sides = new Map<string, string>();
  for (const { specimen, split } of volumes) {
    if ((sides.get(specimen) ?? split) !== split) say("dataset-split", specimen, "is on both sides of the split");
    sides.set(specimen, split);
  }
  for (const key of ["id", "fileName"] as const) {
    const seen = new Set<string>();
    for (const volume of volumes) {
      if (seen.has(volume[key])) say("dataset-volume-twice", volume.fileName, `its ${key} is another volume's, too`);
      seen.add(volume[key]);
    }
  }
}
