import type { MetaValue } from "../sync/record/record.ts";
import { RecordKind, recordIdOf } from "../sync/record/record.ts";
import { metaFieldNumber } from "../sync/record/record-codec.ts";
import type { VoxelBox } from "../volume/voxel-space.ts";
import { gatherLines, type HistoryKind, type HistoryLine, maxLineLabels, unionOf } from "./history-line.ts";

/** What a record says beside its voxels. */
export interface RecordFacts {
  readonly kind: number;
  /** As the journal has them: 0 where it erases. */
  readonly labels: readonly number[];
  /** Of META. */
  readonly field?: number;
  readonly value?: MetaValue;
}

/** A record of the journal as its history shows it. */
export interface HistoryRecord extends RecordFacts {
  readonly session: number;
  readonly seq: number;
  readonly position: number;
  readonly atMs: number;
  readonly userId: string;
  readonly isUndone: boolean;
  /** Null where they were not counted. */
  readonly voxels: number | null;
  readonly box: VoxelBox | null;
  /** What an UNDO or REDO names; null where the history has forgotten it. */
  readonly target?: RecordFacts | null;
}

const [STATUS, CLASS, ORIGIN] = [metaFieldNumber("status"), metaFieldNumber("class"), metaFieldNumber("origin")];

interface Said {
  readonly what: HistoryKind;
  readonly value: string | null;
}

const isMark = ({ kind }: RecordFacts): boolean => kind === RecordKind.undo || kind === RecordKind.redo;

const fieldIn = (records: readonly RecordFacts[], field: number): MetaValue | undefined =>
  records.find((record) => record.kind === RecordKind.meta && record.field === field)?.value;

/** What records of one gesture do together; null where they are several acts. */
function sayTogether(records: readonly RecordFacts[]): Said | null {
  const origin = fieldIn(records, ORIGIN);
  const status = fieldIn(records, STATUS);
  if (origin === "import") return { what: "imported", value: null };
  if (origin !== undefined && (status === "accepted" || status === "corrected")) return { what: status, value: null };
  return records.length === 1 ? sayAlone(records[0]) : null;
}

function sayAlone({ kind, labels, field, value }: RecordFacts): Said {
  switch (kind) {
    case RecordKind.merge:
      return { what: "merged", value: null };
    case RecordKind.unmerge:
      return { what: "separated", value: null };
    case RecordKind.meta: {
      const text = value === null || value === undefined ? "" : String(value);
      if (field === STATUS) return text === "rejected" ? { what: text, value: null } : { what: "status", value: text };
      if (field === CLASS) return { what: "class", value: text };
      return { what: "note", value: null };
    }
    default:
      return { what: labels.some((label) => label !== 0) ? "painted" : "erased", value: null };
  }
}

const named = (records: readonly RecordFacts[]): number[] =>
  [...new Set(records.flatMap(({ labels }) => labels))].filter((label) => label !== 0).sort((a, b) => a - b);

const factsOf = (record: HistoryRecord): RecordFacts | null => (isMark(record) ? (record.target ?? null) : record);

/** Records that came at one moment, one after the other, and speak of the same nuclei: they may be one gesture. */
function gesturesOf(oldestFirst: readonly HistoryRecord[]): HistoryRecord[][] {
  const gestures: HistoryRecord[][] = [];
  for (const record of oldestFirst) {
    const gesture = gestures.at(-1);
    const last = gesture?.at(-1);
    const belongs =
      last !== undefined &&
      last.session === record.session &&
      last.position === record.position &&
      isMark(last) === isMark(record) &&
      (!isMark(record) || last.kind === record.kind) &&
      Math.abs(last.seq - record.seq) === 1 &&
      sameNuclei(factsOf(last), factsOf(record));
    if (gesture && belongs) gesture.push(record);
    else gestures.push([record]);
  }
  return gestures;
}

const sameNuclei = (a: RecordFacts | null, b: RecordFacts | null): boolean =>
  a !== null && b !== null && named([a]).join() === named([b]).join();

function lineOf(records: readonly HistoryRecord[], { what, value }: Said, labels: readonly number[]): HistoryLine {
  const [first] = records;
  const last = records[records.length - 1];
  return {
    id: recordIdOf(first.session, first.seq),
    userId: first.userId,
    what,
    turn: first.kind === RecordKind.undo ? "undo" : first.kind === RecordKind.redo ? "redo" : "do",
    value,
    labels: labels.slice(0, maxLineLabels),
    labelCount: labels.length,
    acts: 1,
    records: records.length,
    undone: records.filter(({ isUndone }) => isUndone).length,
    voxels: records.reduce<number | null>(
      (sum, one) => (sum === null || one.voxels === null ? null : sum + one.voxels),
      0,
    ),
    box: records.reduce<VoxelBox | null>((box, one) => unionOf(box, one.box), null),
    firstAtMs: first.atMs,
    lastAtMs: last.atMs,
    firstPosition: first.position,
    lastPosition: last.position,
    spans: [{ session: first.session, first: first.seq, last: last.seq }],
  };
}

/** Of acts that the history has forgotten, only that they were taken back is known. */
const UNKNOWN: Said = { what: "note", value: "forgotten" };

/** Lines of records in the order of their arrival, newest line first. */
export function linesOfRecords(oldestFirst: readonly HistoryRecord[]): HistoryLine[] {
  const lines: HistoryLine[] = [];
  for (const gesture of gesturesOf(oldestFirst.filter(({ kind }) => kind !== RecordKind.void))) {
    const facts = gesture.flatMap((record) => factsOf(record) ?? []);
    const together = facts.length === gesture.length ? sayTogether(facts) : null;
    if (together) lines.push(lineOf(gesture, together, named(facts)));
    else
      for (const record of gesture) {
        const own = factsOf(record);
        lines.push(lineOf([record], own ? sayAlone(own) : UNKNOWN, own ? named([own]) : []));
      }
  }
  return gatherLines(lines);
}
