import { intersectBoxes, unionOfBoxes, type VoxelBox } from "../volume/voxel-space.ts";

/** What was done to labels, as a person would say it. */
export const historyKinds = [
  "painted",
  "erased",
  "accepted",
  "corrected",
  "rejected",
  "status",
  "class",
  "note",
  "merged",
  "separated",
  "imported",
] as const;

export type HistoryKind = (typeof historyKinds)[number];

/** Records of one session from one number to another, both included. */
export interface RecordSpan {
  readonly session: number;
  readonly first: number;
  readonly last: number;
}

/** One line of the history: what one person did to the same nuclei in a row, without a longer pause. */
export interface HistoryLine {
  /** Name of its first record. */
  readonly id: string;
  readonly userId: string;
  readonly what: HistoryKind;
  /** `undo` and `redo`: what was taken back, or done again, is `what`. */
  readonly turn: "do" | "undo" | "redo";
  /** The new class or status; empty where it was cleared. */
  readonly value: string | null;
  /** Ascending, without background; at most `maxLineLabels`. */
  readonly labels: readonly number[];
  readonly labelCount: number;
  readonly acts: number;
  readonly records: number;
  /** Of its records, those that are undone at present. */
  readonly undone: number;
  /** Written by all acts together; null where they were too many to be counted. */
  readonly voxels: number | null;
  /** Around all that was written; null where nothing was. */
  readonly box: VoxelBox | null;
  /** Ms since the epoch, by the server's clock. */
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** Places in the journal: the labels before the line are those as of `firstPosition - 1`. */
  readonly firstPosition: number;
  readonly lastPosition: number;
  /** Oldest first. */
  readonly spans: readonly RecordSpan[];
}

export const maxLineLabels = 50;

/** Acts further apart are lines of their own. */
const PAUSE_MS = 120_000;
/** A line stays one that can be undone and looked at as a whole. */
const MAX_RECORDS = 500;

const sameLabels = (a: HistoryLine, b: HistoryLine): boolean =>
  a.labelCount === b.labelCount && a.labels.every((label, i) => label === b.labels[i]);

/** Whether a later line only goes on with an earlier one of the same person. */
export function goesOn(earlier: HistoryLine, later: HistoryLine): boolean {
  return (
    earlier.userId === later.userId &&
    earlier.what === later.what &&
    earlier.turn === later.turn &&
    earlier.value === later.value &&
    later.firstAtMs - earlier.lastAtMs <= PAUSE_MS &&
    earlier.records + later.records <= MAX_RECORDS &&
    (earlier.what === "imported" || sameLabels(earlier, later))
  );
}

export function joinLines(earlier: HistoryLine, later: HistoryLine): HistoryLine {
  const same = sameLabels(earlier, later);
  const all = [...new Set([...earlier.labels, ...later.labels])].sort((a, b) => a - b);
  return {
    ...earlier,
    labels: all.slice(0, maxLineLabels),
    labelCount: same ? earlier.labelCount : Math.max(all.length, earlier.labelCount + later.labelCount),
    acts: earlier.acts + later.acts,
    records: earlier.records + later.records,
    undone: earlier.undone + later.undone,
    voxels: earlier.voxels === null || later.voxels === null ? null : earlier.voxels + later.voxels,
    box: unionOf(earlier.box, later.box),
    lastAtMs: later.lastAtMs,
    lastPosition: later.lastPosition,
    spans: joinSpans(earlier.spans, later.spans),
  };
}

/** The smallest box that holds what there is of both. */
export const unionOf = (a: VoxelBox | null, b: VoxelBox | null): VoxelBox | null =>
  a && b ? unionOfBoxes(a, b) : (a ?? b);

function joinSpans(earlier: readonly RecordSpan[], later: readonly RecordSpan[]): RecordSpan[] {
  const spans = [...earlier];
  for (const span of later) {
    const last = spans.at(-1);
    if (last && last.session === span.session && last.last + 1 === span.first)
      spans[spans.length - 1] = { ...last, last: span.last };
    else spans.push(span);
  }
  return spans;
}

/** Whether both touch the same nucleus: erasing names none, and counts where their boxes meet. */
function meet(a: HistoryLine, b: HistoryLine): boolean {
  if (a.labels.some((label) => b.labels.includes(label))) return true;
  return (
    (a.labelCount === 0 || b.labelCount === 0) &&
    a.box !== null &&
    b.box !== null &&
    intersectBoxes(a.box, b.box) !== null
  );
}

/**
 * Lines in the order of time in which whatever only goes on is one line: of each person the acts follow each other, however
 * many others work elsewhere in between. Newest first, by their last act.
 */
export function gatherLines(oldestFirst: Iterable<HistoryLine>): HistoryLine[] {
  const lines: HistoryLine[] = [];
  const openOf = new Map<string, number>();
  for (const line of oldestFirst) {
    for (const [userId, at] of openOf) if (userId !== line.userId && meet(lines[at], line)) openOf.delete(userId);
    const open = openOf.get(line.userId);
    if (open !== undefined && goesOn(lines[open], line)) lines[open] = joinLines(lines[open], line);
    else openOf.set(line.userId, lines.push(line) - 1);
  }
  return lines.reverse().sort((a, b) => b.lastPosition - a.lastPosition);
}

/** Pages as they were read, newest first, as one list: a line may begin on one and end on the one before. */
export const joinPages = (pages: readonly (readonly HistoryLine[])[]): HistoryLine[] =>
  gatherLines(
    pages
      .flat()
      .reverse()
      .sort((a, b) => a.firstPosition - b.firstPosition),
  );
