import { readFile } from "node:fs/promises";
import type { PlannedVolume } from "../../../core/import/folder-plan.ts";
import { type LabelFacts, MAX_SENT_CLASSES } from "../../../core/import/label-facts.ts";
import { Problem } from "../../../core/problem.ts";
import { nameSchema } from "../../../core/text/name.ts";
import { datasetJsonSchema } from "../../export/frozen/dataset-description.ts";
import { textOfCsv } from "../../export/table/csv-cells.ts";
import { csvRows } from "../../export/validate/csv-rows.ts";
import { knownBoxes } from "../../ingest/labels/known-boxes.ts";
import { openVolumeFile } from "../../ingest/open-volume-file.ts";

const STACK = /^(.*?)(ome-tiff|imagej|nifti|nrrd)\/([^/]+)_labels(\.ome\.tif|\.tif|\.nii|\.nrrd)$/;
/** As in the settings of a project. */
const classNameSchema = nameSchema(40);

/**
 * What a data set of ours says of labels beyond their voxels, where they are a stack out of one: the classes of the table and the boxes
 * that people vouched for. Null where they are not, or the data set cannot be read: then the labels are taken as anybody's.
 */
export async function factsFromDataset({ labels }: Pick<PlannedVolume, "labels">): Promise<LabelFacts | null> {
  const [, root, format, fileName, ending] = STACK.exec(labels?.replaceAll("\\", "/") ?? "") ?? [];
  if (root === undefined) return null;
  const text = (name: string): Promise<string> => readFile(`${root}${name}`, "utf8").catch(() => "");
  const dataset = datasetJsonSchema.safeParse(await text("dataset.json").then(parsed));
  const volume = dataset.data?.volumes.find((one) => one.fileName === fileName);
  if (!volume) return null;
  const [header = [], ...rows] = csvRows(await text("nuclei.csv")) ?? [];
  const [inVolume, label, className] = ["volume", "label", "class"].map((name) => header.indexOf(name));
  const numberOf = format === "imagej" ? await valuesOf(text(`imagej/${fileName}_labels.csv`)) : null;
  const classes: [number, string][] = [];
  for (const row of rows) {
    const name = classNameSchema.safeParse(textOfCsv(row[className] ?? ""));
    const value = numberOf ? numberOf.get(row[label]) : row[label];
    if (row[inVolume] === fileName && value && name.success) classes.push([Number(value), name.data]);
  }
  if (classes.length > MAX_SENT_CLASSES)
    throw new Problem({
      tag: "too-many-classes",
      what: `${classes.length} nuclei of ${fileName} have a class: no more than ${MAX_SENT_CLASSES} come along with a stack.`,
      where: `${root}nuclei.csv`,
      hint: "Import the OME-Zarr of this data set, which brings all of them; or the stack alone, copied out of the data set's folder.",
    });
  const mask = await openVolumeFile(`${root}${format}/${fileName}_known${ending}`, "known").catch(() => null);
  if (!mask) return { classes, boxes: [] };
  try {
    const source = await mask.open({ image: mask.contents.images[0].path, channel: 0, time: 0 });
    return { classes, boxes: await knownBoxes(source, volume.boxes) };
  } finally {
    await mask.close();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Label of the table -> number in ImageJ's stack. */
async function valuesOf(table: Promise<string>): Promise<ReadonlyMap<string, string>> {
  const [, ...rows] = csvRows(await table) ?? [];
  return new Map(rows.map(([value, label]) => [label, value]));
}
