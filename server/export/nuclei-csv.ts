import { isUnderResolved, toldSphericity } from "../../core/morphometry/under-resolved.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import type { FrozenNucleus, FrozenVolume } from "./dataset-description.ts";
import { type ExportFile, textFile, withoutFirst } from "./export-file.ts";
import type { ReadableDataset } from "./frozen-dataset.ts";

type Cell = string | number | boolean | null;

type Shape = FrozenNucleus["shape"];

/** What is measured on the voxels alone. */
const shapeColumns: readonly (readonly [name: string, of: (shape: Shape, voxelSizeZyx: Zyx) => Cell])[] = [
  ["truncated_by_border", (shape) => shape.truncated],
  ["under_resolved", isUnderResolved],
  ["voxels", (shape) => shape.voxels],
  ["volume_um3", (shape) => shape.volumeUm3],
  ["equivalent_sphere_radius_um", (shape) => shape.equivalentRadiusUm],
  ["surface_crofton13_um2", (shape) => shape.surfaceAreaUm2],
  ["surface_voxel_faces_um2", (shape) => shape.surfaceAreaFacesUm2],
  ["sphericity_36piV2_over_S3_crofton13", toldSphericity],
  ["flatness_sqrt_l1_over_l0", (shape) => shape.flatness],
  ["elongation_sqrt_l2_over_l1", (shape) => shape.elongation],
  ["centroid_z_um", (shape) => shape.centroidZyxUm[0]],
  ["centroid_y_um", (shape) => shape.centroidZyxUm[1]],
  ["centroid_x_um", (shape) => shape.centroidZyxUm[2]],
  ["mean_intensity", (shape) => shape.meanIntensity],
];

/** Columns name their unit, and their method where several are in use. */
const columns: readonly (readonly [name: string, of: (volume: FrozenVolume, nucleus: FrozenNucleus) => Cell])[] = [
  ["volume", (volume) => volume.fileName],
  ["specimen", (volume) => volume.specimen],
  ["split", (volume) => volume.split],
  ["label", (_, nucleus) => nucleus.label],
  ["status", (_, nucleus) => nucleus.status],
  ["class", (_, nucleus) => nucleus.class],
  ["annotator", (_, nucleus) => nucleus.annotator],
  ["origin", (_, nucleus) => nucleus.origin],
  ["checkpoint", (_, nucleus) => nucleus.checkpointId],
  ["uncertainty_0_to_1", (_, nucleus) => nucleus.uncertainty],
  ...shapeColumns.map(
    ([name, of]) =>
      [name, ({ voxelSizeZyx }: FrozenVolume, { shape }: FrozenNucleus) => of(shape, voxelSizeZyx)] as const,
  ),
];

/** Columns of a shape with what stands in their cells. */
export const nucleusShapeCells = (shape: Shape, voxelSizeZyx: Zyx): [column: string, cell: string][] =>
  shapeColumns.map(([name, of]) => [name, csvCell(of(shape, voxelSizeZyx))]);

/** Spreadsheets run a cell that begins like a formula; a leading apostrophe keeps it text. */
const FORMULA = /^[=+\-@\t\r]/;

/** As a text stands in a cell, before commas and quotes are seen to. */
export const csvText = (value: string): string => (FORMULA.test(value) ? `'${value}` : value);

/** The text that a cell stands for. */
export const textOfCsv = (cell: string): string =>
  cell.startsWith("'") && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell;

export function csvCell(value: Cell): string {
  if (value === null) return "";
  if (typeof value === "number") return String(Number(value.toPrecision(9)));
  if (typeof value === "boolean") return String(value);
  const text = csvText(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const csvLine = (cells: readonly Cell[]): string => `${cells.map(csvCell).join(",")}\r\n`;

export const nucleiCsvColumns = (): string[] => columns.map(([name]) => name);

export const nucleiCsvHeader = (): string => csvLine(nucleiCsvColumns());

export const nucleusCsvLine = (volume: FrozenVolume, nucleus: FrozenNucleus): string =>
  csvLine(columns.map(([, of]) => of(volume, nucleus)));

/** `nuclei.csv`: a line per finished nucleus of all volumes. */
export const nucleiCsv = (dataset: ReadableDataset): ExportFile => ({
  path: "nuclei.csv",
  compress: true,
  bytes: (signal, start = 0) => withoutFirst(start, nucleiLines(dataset, signal)),
});

async function* nucleiLines({ description, openVolume }: ReadableDataset, signal: AbortSignal): AsyncGenerator<Buffer> {
  yield Buffer.from(nucleiCsvHeader());
  for (const volume of description.volumes) {
    signal.throwIfAborted();
    const { nuclei } = await openVolume(volume);
    yield Buffer.from(nuclei.map((nucleus) => nucleusCsvLine(volume, nucleus)).join(""));
  }
}

/** Which label a value of a 16-bit file stands for. */
export const labelMapCsv = (path: string, map: ReadonlyMap<number, number>): ExportFile =>
  textFile(
    path,
    csvLine(["value_in_file", "label"]) + [...map].map(([label, value]) => csvLine([value, label])).join(""),
  );
