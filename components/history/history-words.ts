import type { HistoryKind, HistoryLine } from "../../core/history/history-line.ts";
import type { NameNucleus } from "../ui/nucleus-names.tsx";

const countOf = (count: number, one: string, many: string): string =>
  `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;

/** "nucleus 12", "nucleus 12 and nucleus 15", "40 nuclei". */
function nucleiOf({ labels, labelCount }: Pick<HistoryLine, "labels" | "labelCount">, nameOf: NameNucleus): string {
  if (labelCount === 0) return "labels";
  if (labelCount <= 3) return listInWords([...new Set(labels.map(nameOf))]);
  return countOf(labelCount, "nucleus", "nuclei");
}

/** "a", "a and b", "a, b and c". */
export const listInWords = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;

const times = (acts: number, one: string, many: string): string => (acts > 1 ? `, ${countOf(acts, one, many)}` : "");

function deedOf(what: HistoryKind, line: HistoryLine, nameOf: NameNucleus): string {
  const nuclei = nucleiOf(line, nameOf);
  switch (what) {
    case "painted":
      return `painted ${nuclei}${times(line.acts, "stroke", "strokes")}`;
    case "erased":
      return `erased${times(line.acts, "stroke", "strokes")}`;
    case "accepted":
      return `accepted the proposal, ${nuclei}`;
    case "corrected":
      return `took the proposal over to correct it, ${nuclei}`;
    case "rejected":
      return `said that there is no nucleus: proposal ${line.labels[0] ?? ""}`.trimEnd();
    case "status":
      return line.value ? `marked ${nuclei} as ${line.value}` : `cleared the status of ${nuclei}`;
    case "class":
      return line.value ? `gave ${nuclei} the class ${line.value}` : `cleared the class of ${nuclei}`;
    case "merged":
      return `merged ${nuclei}`;
    case "separated":
      return `took ${nuclei} apart`;
    case "imported":
      return `imported ${nuclei}`;
    case "note":
      return line.value === "forgotten" ? "something that is forgotten by now" : `wrote a note on ${nuclei}`;
  }
}

/** What a person did, in the past tense and without a subject. */
export function wordsOfLine(line: HistoryLine, nameOf: NameNucleus): string {
  const deed = deedOf(line.what, line, nameOf);
  if (line.turn === "undo") return `undid: ${deed}`;
  return line.turn === "redo" ? `did again: ${deed}` : deed;
}

/** What stands beside it: voxels, and whether it was taken back. */
export function detailsOfLine(line: HistoryLine): string {
  const paints = line.box !== null && line.turn === "do";
  const voxels =
    paints && line.voxels
      ? countOf(line.voxels, "voxel", "voxels")
      : paints && line.voxels === null
        ? "a large part"
        : "";
  const undone =
    line.turn !== "do" || line.undone === 0
      ? ""
      : line.undone === line.records
        ? "undone since"
        : "in part undone since";
  return [voxels, undone].filter(Boolean).join(" · ");
}

export const voxelWords = (count: number): string => countOf(count, "voxel", "voxels");
export const actWords = (count: number): string => countOf(count, "act", "acts");
