import { type FileSource, readAll, type Say } from "../file-source.ts";
import type { DatasetJson } from "../frozen/dataset-description.ts";
import { cellprofilerHeaders } from "../table/cellprofiler-files.ts";
import { csvRows } from "./csv-rows.ts";
import type { NucleusTable } from "./table-rules.ts";

const IMAGE = "cellprofiler/Image.csv";
const NUCLEI = "cellprofiler/Nuclei.csv";
/** The tables have nine digits. */
const TOLERANCE = 1e-6;

const same: readonly (readonly [ours: string, theirs: string])[] = [
  ["voxels", "AreaShape_Volume"],
  ["volume_um3", "Karyoloop_Volume_um3"],
  ["surface_crofton13_um2", "Karyoloop_SurfaceArea_um2"],
  ["sphericity_36piV2_over_S3_crofton13", "Karyoloop_Sphericity"],
  ["mean_intensity", "Intensity_MeanIntensity_Image"],
];

/** The two tables against dataset.json and nuclei.csv: the same images and objects, once each, with the same numbers. */
export async function checkCellprofiler(
  files: FileSource,
  { volumes }: DatasetJson,
  table: NucleusTable,
  say: Say,
): Promise<void> {
  const images = await rowsOf(files, IMAGE, cellprofilerHeaders.image, say);
  const { nuclei } = cellprofilerHeaders;
  // With the first tables, which told the sphericity of every nucleus.
  const header = table.revision < 2 ? nuclei.filter((name) => name !== "Karyoloop_UnderResolved") : nuclei;
  const objects = await rowsOf(files, NUCLEI, header, say);
  if (!images || !objects) return;
  const expected = volumes.map(({ fileName, nuclei }, index) => [String(index + 1), String(nuclei), fileName].join());
  const said = images.map((row) => [row.ImageNumber, row.Count_Nuclei, row.Metadata_Volume].join());
  if (said.join("\n") !== expected.join("\n"))
    say("cellprofiler-images", IMAGE, "has not a line for each volume, in order");
  for (const [index, { fileName, voxelSizeZyx }] of volumes.entries()) {
    const rows = objects.filter((row) => row.ImageNumber === String(index + 1));
    const known = table.volumes.get(fileName) ?? new Map();
    if (rows.some((row, object) => row.ObjectNumber !== String(object + 1)))
      say("cellprofiler-numbers", NUCLEI, `does not number the objects of ${fileName} 1, 2, 3…`);
    if (new Set(rows.map((row) => row.Metadata_Label)).size !== known.size || rows.length !== known.size)
      say("cellprofiler-objects", NUCLEI, `has ${rows.length} objects of ${fileName}, not ${known.size}`);
    for (const row of rows) {
      const ours = known.get(Number(row.Metadata_Label));
      const where = `${NUCLEI}: ${fileName} ${row.ObjectNumber}`;
      if (!ours) say("cellprofiler-objects", where, `is of no nucleus: ${row.Metadata_Label}`);
      else {
        for (const [column, theirs] of same)
          if (!isNear(Number(row[theirs]), Number(ours[column])))
            say("cellprofiler-values", where, `${theirs} is ${row[theirs]}, ${column} ${ours[column]}`);
        for (const [axis, name] of ["z", "y", "x"].entries()) {
          const centre = Number(ours[`centroid_${name}_um`]) / voxelSizeZyx[axis] - 0.5;
          if (!isNear(Number(row[`AreaShape_Center_${name.toUpperCase()}`]), centre))
            say("cellprofiler-values", where, `its centre along ${name} is not that of nuclei.csv`);
        }
      }
    }
  }
}

const isNear = (value: number, expected: number): boolean =>
  Math.abs(value - expected) <= TOLERANCE * Math.max(1, Math.abs(expected));

async function rowsOf(
  files: FileSource,
  path: string,
  header: readonly string[],
  say: Say,
): Promise<Readonly<Record<string, string>>[] | null> {
  const [first, ...lines] = csvRows(await readAll(files, path)) ?? [];
  if (first?.join() === header.join() && lines.every((cells) => cells.length === header.length))
    return lines.map((cells) => Object.fromEntries(header.map((name, i) => [name, cells[i]])));
  say("cellprofiler-columns", path, `has not the columns ${header.join(", ")}`);
  return null;
}
