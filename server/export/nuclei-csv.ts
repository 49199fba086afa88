import type { FrozenNucleus, FrozenVolume } from "./dataset-description.ts";
import { type ExportFile, textFile } from "./export-file.ts";
import type { ReadableDataset } from "./frozen-dataset.ts";

type Cell = string | number | boolean | null;

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
  ["truncated_by_border", (_, nucleus) => nucleus.shape.truncated],
  ["voxels", (_, nucleus) => nucleus.shape.voxels],
  ["volume_um3", (_, nucleus) => nucleus.shape.volumeUm3],
  ["equivalent_sphere_radius_um", (_, nucleus) => nucleus.shape.equivalentRadiusUm],
  ["surface_crofton13_um2", (_, nucleus) => nucleus.shape.surfaceAreaUm2],
  ["surface_voxel_faces_um2", (_, nucleus) => nucleus.shape.surfaceAreaFacesUm2],
  ["sphericity_36piV2_over_S3_crofton13", (_, nucleus) => nucleus.shape.sphericity],
  ["flatness_sqrt_l1_over_l0", (_, nucleus) => nucleus.shape.flatness],
  ["elongation_sqrt_l2_over_l1", (_, nucleus) => nucleus.shape.elongation],
  ["centroid_z_um", (_, nucleus) => nucleus.shape.centroidZyxUm[0]],
  ["centroid_y_um", (_, nucleus) => nucleus.shape.centroidZyxUm[1]],
  ["centroid_x_um", (_, nucleus) => nucleus.shape.centroidZyxUm[2]],
  ["mean_intensity", (_, nucleus) => nucleus.shape.meanIntensity],
];

/** Spreadsheets run a cell that begins like a formula; a leading apostrophe keeps it text. */
const FORMULA = /^[=+\-@\t\r]/;

export function csvCell(value: Cell): string {
  if (value === null) return "";
  if (typeof value === "number") return String(Number(value.toPrecision(9)));
  if (typeof value === "boolean") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const csvLine = (cells: readonly Cell[]): string => `${cells.map(csvCell).join(",")}\r\n`;

export const nucleiCsvHeader = (): string => csvLine(columns.map(([name]) => name));

export const nucleusCsvLine = (volume: FrozenVolume, nucleus: FrozenNucleus): string =>
  csvLine(columns.map(([, of]) => of(volume, nucleus)));

/** `nuclei.csv`: a line per finished nucleus of all volumes. */
export const nucleiCsv = (dataset: ReadableDataset): ExportFile => ({
  path: "nuclei.csv",
  compress: true,
  async *bytes(signal) {
    yield Buffer.from(nucleiCsvHeader());
    for (const volume of dataset.description.volumes) {
      signal.throwIfAborted();
      const { nuclei } = await dataset.openVolume(volume);
      yield Buffer.from(nuclei.map((nucleus) => nucleusCsvLine(volume, nucleus)).join(""));
    }
  },
});

/** Which label a value of a 16-bit file stands for. */
export const labelMapCsv = (path: string, map: ReadonlyMap<number, number>): ExportFile =>
  textFile(
    path,
    csvLine(["value_in_file", "label"]) + [...map].map(([label, value]) => csvLine([value, label])).join(""),
  );
