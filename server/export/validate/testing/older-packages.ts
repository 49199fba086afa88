import { csvRows } from "../csv-rows.ts";
import { type Files, jsonOf, put, signed, textOf } from "./damaged-files.ts";

/** Columns of `nuclei.csv` as releases of before wrote them. */
export const FIRST_COLUMNS =
  "volume,specimen,split,label,status,class,annotator,origin,checkpoint,uncertainty_0_to_1,truncated_by_border,voxels,volume_um3,equivalent_sphere_radius_um,surface_crofton13_um2,surface_voxel_faces_um2,sphericity_36piV2_over_S3_crofton13,flatness_sqrt_l1_over_l0,elongation_sqrt_l2_over_l1,centroid_z_um,centroid_y_um,centroid_x_um,mean_intensity".split(
    ",",
  );
export const SECOND_COLUMNS = FIRST_COLUMNS.toSpliced(11, 0, "under_resolved");

/** A package as an older release wrote it: the first one told the sphericity of every nucleus. */
export function writtenBefore(given: Files, columns: readonly string[]): Files {
  const files = new Map(given);
  const [header, ...rows] = csvRows(textOf(files, "nuclei.csv")) ?? [];
  const written = rows.map((cells) => {
    const row = Object.fromEntries(header.map((name, i) => [name, cells[i]]));
    const [volumeUm3, surface] = [Number(row.volume_um3), Number(row.surface_crofton13_um2)];
    if (!columns.includes("under_resolved"))
      row.sphericity_36piV2_over_S3_crofton13 = ((36 * Math.PI * volumeUm3 ** 2) / surface ** 3).toPrecision(9);
    return columns.map((name) => (/[",]/.test(row[name]) ? `"${row[name].replaceAll('"', '""')}"` : row[name]));
  });
  files.set("nuclei.csv", Buffer.from(`${[columns, ...written].map((cells) => cells.join()).join("\r\n")}\r\n`));
  const { table: _, ...json } = jsonOf(files, "dataset.json");
  put(files, "dataset.json", json);
  signed(files);
  return files;
}
