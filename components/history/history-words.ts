import type { HistoryKind, HistoryLine } from "../../core/history/history-line.ts";

const countOf = (count: number, one: string, many: string): string =>
  `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;

/** "nucleus 12", "nuclei 12 and 15", "40 nuclei". */
function nucleiOf({ labels, labelCount }: Pick<HistoryLine, "labels" | "labelCount">): string {
  if (labelCount === 0) return "labels";
  if (labelCount === 1) return `nucleus ${labels[0]}`;
  if (labelCount <= 3) return `nuclei ${labels.slice(0, -1).join(", ")} and ${labels[labels.length - 1]}`;
  return countOf(labelCount, "nucleus", "nuclei");
}

const times = (acts: number, one: string, many: string): string => (acts > 1 ? `, ${countOf(acts, one, many)}` : "");

function deedOf(what: HistoryKind, line: HistoryLine): string {
  const nuclei = nucleiOf(line);
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
export function wordsOfLine(line: HistoryLine): string {
  const deed = deedOf(line.what, line);
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
