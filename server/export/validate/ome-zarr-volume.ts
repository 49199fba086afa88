import { planPyramid } from "../../../core/volume/pyramid.ts";
import { type FileSource, readJsonFile, type Say } from "../file-source.ts";
import type { FrozenVolume } from "../frozen/dataset-description.ts";
import { csvCell, csvText } from "../table/csv-cells.ts";
import { channelFolder } from "../zarr/ome-zarr-files.ts";
import { arraySchema, labelsGroupSchema, multiscaleGroupSchema } from "./ome-zarr-schema.ts";
import type { TableRow } from "./table-rules.ts";

const TOLERANCE = 1e-9;

/**
 * A store that is valid by itself against what is said of its volume elsewhere: shape, type, voxel size at every level, the labels that
 * are there, and what their properties say of each nucleus. What is not of its shape is left to the rules of the format.
 */
export async function checkZarrOfVolume(
  files: FileSource,
  volume: FrozenVolume,
  rows: ReadonlyMap<number, TableRow>,
  say: Say,
): Promise<void> {
  const root = `ome-zarr/${volume.fileName}.ome.zarr/`;
  await checkPyramid(files, root, volume, volume.pixelType, say);
  await checkPyramid(files, `${root}labels/nuclei/`, volume, "uint32", say);
  await checkPyramid(files, `${root}labels/known/`, volume, "uint8", say);
  for (const { index, labelled } of volume.channels ?? [])
    if (!labelled) await checkPyramid(files, channelFolder(volume.fileName, index), volume, null, say);
  const index = labelsGroupSchema.safeParse(await readJsonFile(files, `${root}labels/zarr.json`));
  if (index.success && index.data.attributes.ome.labels.toSorted().join() !== "known,nuclei")
    say("zarr-labels-list", `${root}labels/zarr.json`, "does not list nuclei and known, and these alone");
  await checkProperties(files, `${root}labels/nuclei/zarr.json`, rows, say);
}

async function checkPyramid(
  files: FileSource,
  folder: string,
  volume: FrozenVolume,
  pixelType: string | null,
  say: Say,
): Promise<void> {
  const path = `${folder}zarr.json`;
  const group = multiscaleGroupSchema.safeParse(await readJsonFile(files, path));
  if (!group.success) return;
  const [{ datasets }] = group.data.attributes.ome.multiscales;
  const levels = planPyramid(volume.shapeZyx, volume.voxelSizeZyx);
  if (datasets.length !== levels.length)
    say("zarr-levels", path, `has ${datasets.length} levels, not ${levels.length}`);
  for (const [index, { path: level, coordinateTransformations }] of datasets.entries()) {
    const expected = levels[index];
    if (!expected) continue;
    const where = `${path}: ${level}`;
    const sizes = expected.factorZyx.map((factor, axis) => factor * volume.voxelSizeZyx[axis]);
    const shifts = expected.factorZyx.map((factor, axis) => ((factor - 1) / 2) * volume.voxelSizeZyx[axis]);
    const [{ scale }, translation] = coordinateTransformations;
    if (!isNear(scale, sizes)) say("zarr-scale", where, `voxels are ${scale.join(" × ")} µm, not ${sizes.join(" × ")}`);
    if (!isNear(translation?.translation ?? [0, 0, 0], shifts))
      say("zarr-translation", where, `begins at ${translation?.translation.join(", ")} µm, not ${shifts.join(", ")}`);
    const array = arraySchema.safeParse(await readJsonFile(files, `${folder}${level}/zarr.json`));
    if (!array.success) continue;
    if (array.data.shape.join() !== expected.shapeZyx.join())
      say("zarr-shape", where, `has ${array.data.shape.join(" × ")} voxels, not ${expected.shapeZyx.join(" × ")}`);
    if (pixelType && array.data.data_type !== pixelType)
      say("zarr-type", where, `holds ${array.data.data_type}, not ${pixelType}`);
    if (array.data.fill_value !== 0)
      say("zarr-fill-value", where, `what is not stored is ${array.data.fill_value}, not 0`);
  }
}

const isNear = (given: readonly number[], expected: readonly number[]): boolean =>
  given.length === expected.length &&
  given.every((value, axis) => Math.abs(value - expected[axis]) <= TOLERANCE * Math.max(1, Math.abs(expected[axis])));

/** Property of a label -> column of the table. */
const columnOf = {
  status: "status",
  class: "class",
  annotator: "annotator",
  origin: "origin",
  checkpoint: "checkpoint",
  uncertainty: "uncertainty_0_to_1",
  truncated: "truncated_by_border",
  volumeUm3: "volume_um3",
} as const;

async function checkProperties(
  files: FileSource,
  path: string,
  rows: ReadonlyMap<number, TableRow>,
  say: Say,
): Promise<void> {
  const group = multiscaleGroupSchema.safeParse(await readJsonFile(files, path));
  const properties = group.data?.attributes.ome["image-label"]?.properties;
  if (!properties) return;
  const seen = new Set<number>();
  for (const property of properties) {
    const label = property["label-value"];
    seen.add(label);
    const row = rows.get(label);
    if (!row) {
      say("zarr-properties", `${path}: ${label}`, "has properties and no line in the table");
      continue;
    }
    for (const [key, column] of Object.entries(columnOf)) {
      const value = property[key] as string | number | boolean | null | undefined;
      const cell = value === undefined ? undefined : typeof value === "string" ? csvText(value) : csvCell(value);
      if (cell !== row[column])
        say("zarr-properties", `${path}: ${label}`, `${key} is ${cell}, ${row[column] || "nothing"} in the table`);
    }
  }
  for (const label of rows.keys())
    if (!seen.has(label)) say("zarr-properties", `${path}: ${label}`, "has a line in the table and no properties");
}
