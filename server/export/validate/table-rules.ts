import { type FileSource, readAll, type Say } from "../file-source.ts";
import type { DatasetJson, FrozenVolume } from "../frozen/dataset-description.ts";
import { possibleRevisions } from "../frozen/table-revision.ts";
import { csvText, textOfCsv } from "../table/csv-cells.ts";
import { nucleiCsvColumns } from "../table/nuclei-csv.ts";
import { holdsNames, peopleActs, peopleColumnName } from "../table/people-columns.ts";
import { csvRows } from "./csv-rows.ts";

const TABLE = "nuclei.csv";

/** Cells of a line of the table by column. */
export type TableRow = Readonly<Record<string, string>>;

export interface NucleusTable {
  /** Which columns it has (server/export/table). */
  readonly revision: number;
  /** Rows of a volume by label, by the volume's file name. */
  readonly volumes: ReadonlyMap<string, ReadonlyMap<number, TableRow>>;
}

const enumerations: Readonly<Record<string, readonly string[]>> = {
  status: ["accepted", "corrected"],
  origin: ["drawn", "proposal", "import"],
  truncated_by_border: ["true", "false"],
  under_resolved: ["true", "false"],
};

/** Reads the table and compares it with `dataset.json`; null where it cannot be read at all. */
export async function checkTable(files: FileSource, dataset: DatasetJson, say: Say): Promise<NucleusTable | null> {
  const rows = csvRows(await readAll(files, TABLE));
  const [header = [], ...lines] = rows ?? [];
  const revisions = possibleRevisions(dataset);
  const revision = revisions.find((one) => nucleiCsvColumns(one).join() === header.join());
  if (revision === undefined) {
    say("table-columns", TABLE, `has not the columns ${nucleiCsvColumns(revisions[revisions.length - 1]).join(", ")}`);
    return null;
  }
  const columns = header;
  const table = new Map<string, Map<number, TableRow>>(dataset.volumes.map(({ fileName }) => [fileName, new Map()]));
  const volumes = new Map(dataset.volumes.map((volume) => [volume.fileName, volume]));
  const names = dataset.annotators.map(({ name }) => name);
  const classes = new Set(dataset.classes.map(({ name }) => csvText(name)));
  const annotators = new Map(dataset.annotators.map(({ name }) => [csvText(name), 0]));
  for (const [index, cells] of lines.entries()) {
    const where = `${TABLE}: line ${index + 2}`;
    const row: TableRow = Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? ""]));
    const volume = volumes.get(row.volume);
    const label = Number(row.label);
    if (cells.length !== columns.length) say("table-line", where, `has ${cells.length} cells, not ${columns.length}`);
    else if (!volume) say("table-volume", where, `there is no volume ${row.volume}`);
    else if (!/^[1-9]\d*$/.test(row.label)) say("table-label", where, `“${row.label}” is no label`);
    else if (table.get(row.volume)?.has(label)) say("table-label-twice", where, `nucleus ${label} has a line already`);
    else {
      table.get(row.volume)?.set(label, row);
      checkRow(row, volume, where, say);
      if (row.class !== "" && !classes.has(row.class))
        say("table-class", where, `class “${row.class}” is not in dataset.json`);
      if (row.annotator !== "" && !annotators.has(row.annotator))
        say("table-annotator", where, `“${row.annotator}” is not among the annotators of dataset.json`);
      annotators.set(row.annotator, (annotators.get(row.annotator) ?? 0) + 1);
      for (const act of peopleActs)
        if (!holdsNames(textOfCsv(row[peopleColumnName[act]] ?? ""), names))
          say("table-people", where, `${peopleColumnName[act]} names somebody who is not in dataset.json, or twice`);
    }
  }
  for (const volume of dataset.volumes) checkCounts(volume, table.get(volume.fileName) ?? new Map(), say);
  for (const { name, nuclei } of dataset.annotators)
    if (annotators.get(csvText(name)) !== nuclei)
      say(
        "table-annotator",
        "dataset.json",
        `${name} has ${annotators.get(csvText(name))} nuclei in the table, not ${nuclei}`,
      );
  return { revision, volumes: table };
}

function checkRow(row: TableRow, { specimen, split }: FrozenVolume, where: string, say: Say): void {
  if (row.specimen !== csvText(specimen))
    say("table-specimen", where, `specimen “${row.specimen}” is not “${specimen}”`);
  if (row.split !== split) say("table-split", where, `is in “${row.split}”, its volume in “${split}”`);
  for (const [column, values] of Object.entries(enumerations))
    if (column in row && !values.includes(row[column])) say("table-value", where, `${column} is “${row[column]}”`);
  const uncertainty = Number(row.uncertainty_0_to_1);
  if (!(uncertainty >= 0 && uncertainty <= 1)) say("table-value", where, `uncertainty is ${row.uncertainty_0_to_1}`);
}

function checkCounts(volume: FrozenVolume, rows: ReadonlyMap<number, TableRow>, say: Say): void {
  const truncated = [...rows.values()].filter((row) => row.truncated_by_border === "true").length;
  const counted = {
    nuclei: rows.size,
    truncatedNuclei: truncated,
    largestLabel: [...rows.keys()].reduce((largest, label) => Math.max(largest, label), 0),
  };
  for (const [name, count] of Object.entries(counted) as [keyof typeof counted, number][])
    if (volume[name] !== count)
      say("table-counts", volume.fileName, `${name} is ${volume[name]} in dataset.json, ${count} by the table`);
}
