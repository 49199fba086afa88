import { type ExportFile, textFile, withoutFirst } from "../export-file.ts";
import type { FrozenNucleus, FrozenVolume } from "../frozen/dataset-description.ts";
import type { ReadableDataset } from "../frozen/frozen-dataset.ts";
import { possibleRevisions, type SaidTable, tableRevisionOf } from "../frozen/table-revision.ts";
import { type Cell, csvLine } from "./csv-cells.ts";
import { peopleColumns } from "./people-columns.ts";
import { shapeColumns } from "./shape-columns.ts";

type Column = readonly [name: string, of: (volume: FrozenVolume, nucleus: FrozenNucleus) => Cell];

const columnsOf = (revision: number): readonly Column[] => [
  ["volume", (volume) => volume.fileName],
  ["specimen", (volume) => volume.specimen],
  ["split", (volume) => volume.split],
  ["label", (_, nucleus) => nucleus.label],
  ["status", (_, nucleus) => nucleus.status],
  ["class", (_, nucleus) => nucleus.class],
  ["annotator", (_, nucleus) => nucleus.annotator],
  ...(revision < 3 ? [] : peopleColumns.map(({ name, of }): Column => [name, (_, nucleus) => of(nucleus)])),
  ["origin", (_, nucleus) => nucleus.origin],
  ["checkpoint", (_, nucleus) => nucleus.checkpointId],
  ["uncertainty_0_to_1", (_, nucleus) => nucleus.uncertainty],
  ...shapeColumns(revision).map(
    ({ name, of }): Column => [name, ({ voxelSizeZyx }, { shape }) => of(shape, voxelSizeZyx, revision)],
  ),
];

export const nucleiCsvColumns = (revision: number): string[] => columnsOf(revision).map(([name]) => name);

export const nucleiCsvHeader = (revision: number): string => csvLine(nucleiCsvColumns(revision));

/** Whether a file is a table as a version that says this of its table has one. */
export const startsWithHeader = (text: string, said: SaidTable): boolean =>
  possibleRevisions(said).some((revision) => text.startsWith(nucleiCsvHeader(revision)));

/** Header and lines of the nuclei of a volume. */
export const nucleiCsvOf = (revision: number, volume: FrozenVolume, nuclei: readonly FrozenNucleus[]): string =>
  nucleiCsvHeader(revision) + linesOf(revision, volume, nuclei);

function linesOf(revision: number, volume: FrozenVolume, nuclei: readonly FrozenNucleus[]): string {
  const columns = columnsOf(revision);
  return nuclei.map((nucleus) => csvLine(columns.map(([, of]) => of(volume, nucleus)))).join("");
}

/** `nuclei.csv`: a line per finished nucleus of all volumes. */
export const nucleiCsv = (dataset: ReadableDataset): ExportFile => ({
  path: "nuclei.csv",
  compress: true,
  bytes: (signal, start = 0) => withoutFirst(start, nucleiLines(dataset, signal)),
});

async function* nucleiLines({ description, openVolume }: ReadableDataset, signal: AbortSignal): AsyncGenerator<Buffer> {
  const revision = tableRevisionOf(description);
  yield Buffer.from(nucleiCsvHeader(revision));
  for (const volume of description.volumes) {
    signal.throwIfAborted();
    const { nuclei } = await openVolume(volume);
    yield Buffer.from(linesOf(revision, volume, nuclei));
  }
}

/** Which label a value of a 16-bit file stands for. */
export const labelMapCsv = (path: string, map: ReadonlyMap<number, number>): ExportFile =>
  textFile(
    path,
    csvLine(["value_in_file", "label"]) + [...map].map(([label, value]) => csvLine([value, label])).join(""),
  );
