import { type FileSource, readAll, type Say } from "../../file-source.ts";
import type { DatasetJson, FrozenVolume } from "../../frozen/dataset-description.ts";
import { csvText } from "../../table/csv-cells.ts";
import { trackingSequences } from "../../training/tracking-files.ts";
import { csvRows } from "../csv-rows.ts";
import { checkStack, valueGatherer } from "../stack-rules.ts";
import { labelsOfValues } from "../volume-scan.ts";

/** The rules of the Cell Tracking Challenge for sequences of one frame, and which volume each is. */
export async function checkTracking(files: FileSource, { volumes }: DatasetJson, say: Say): Promise<void> {
  const sequences = trackingSequences(volumes);
  const rows = csvRows(await readAll(files, "tracking/sequences.csv"))?.slice(1) ?? [];
  const expected = sequences.map(({ number, frozen }) =>
    [number, frozen.fileName, csvText(frozen.specimen), frozen.split].join(),
  );
  if (rows.map((cells) => cells.join()).join("\n") !== expected.join("\n"))
    say("tracking-sequences", "tracking/sequences.csv", "does not say of each volume with nuclei which sequence it is");
  for (const { number, frozen } of sequences) await checkSequence(files, number, frozen, say);
}

const differ = (some: ReadonlySet<number>, others: ReadonlySet<number>): boolean =>
  some.size !== others.size || [...some].some((value) => !others.has(value));

async function checkSequence(files: FileSource, number: string, volume: FrozenVolume, say: Say): Promise<void> {
  const root = `tracking/${number}`;
  const rule = "tracking";
  await checkStack(files, `${root}/t000.tif`, { ...volume, rule }, say);
  await checkStack(files, `${root}_KNOWN/known000.tif`, { ...volume, rule, pixelType: "uint8" }, say);
  const marks = valueGatherer();
  const segmented = valueGatherer();
  const masks = { ...volume, rule, pixelType: "uint16" as const };
  await checkStack(files, `${root}_GT/TRA/man_track000.tif`, masks, say, marks.add);
  await checkStack(files, `${root}_GT/SEG/man_seg000.tif`, masks, say, segmented.add);
  marks.values.delete(0);
  segmented.values.delete(0);
  if (marks.values.size === 0) say("tracking-empty", root, "has a frame without a nucleus");
  if (differ(segmented.values, marks.values)) say("tracking-seg", root, "has other nuclei in SEG than in TRA");
  const path = `${root}_GT/TRA/man_track.txt`;
  const tracks = new Set<number>();
  for (const line of (await readAll(files, path)).split("\n").filter(Boolean)) {
    const [, label, begin, end, parent] = /^(\d+) (\d+) (\d+) (\d+)$/.exec(line)?.map(Number) ?? [];
    if (label === undefined) say("tracking-line", path, `“${line.slice(0, 60)}” is not L B E P`);
    else if (tracks.has(label)) say("tracking-twice", path, `has track ${label} twice`);
    else if (begin !== 0 || end !== 0 || parent !== 0)
      say("tracking-times", path, `track ${label} is not of the only frame, without a parent`);
    tracks.add(label);
  }
  if (differ(tracks, marks.values)) say("tracking-tracks", path, "has other tracks than the masks have nuclei");
  const map = await labelsOfValues(files, `${root}_labels.csv`, "tracking-label-map", say);
  if (differ(new Set(map.keys()), marks.values))
    say("tracking-label-map", `${root}_labels.csv`, "is about other numbers than the masks have");
}
