import { RecordKind } from "../sync/record/record.ts";
import { metaFieldNumber } from "../sync/record/record-codec.ts";
import type { RecordFacts } from "./lines-of-records.ts";

/**
 * What a person has done to a label, as it is kept when the acts themselves are forgotten. `none`: nothing that stands, e.g. all
 * of it was undone; it explains why somebody is known as an author.
 */
export const contributionKinds = [
  "painted",
  "accepted",
  "corrected",
  "classified",
  "declassified",
  "merged",
  "none",
] as const;

export type ContributionKind = (typeof contributionKinds)[number];

export interface Contribution {
  readonly label: number;
  readonly userId: string;
  readonly kind: ContributionKind;
  /** Places in the journal of the first and the last such act. */
  readonly first: number;
  readonly last: number;
}

export interface ContributingRecord extends RecordFacts {
  readonly session: number;
  readonly seq: number;
  readonly position: number;
  readonly userId: string;
  readonly isUndone: boolean;
}

const [STATUS, CLASS, ORIGIN] = [metaFieldNumber("status"), metaFieldNumber("class"), metaFieldNumber("origin")];

const isPaint = ({ kind }: RecordFacts): boolean =>
  kind === RecordKind.paint || kind === RecordKind.paintGroups || kind === RecordKind.paintRef;

const isField = ({ kind, field }: RecordFacts, asked: number): boolean => kind === RecordKind.meta && field === asked;

/** Gathers what records say of labels, session by session in the order of their numbers. */
export class ContributionBook {
  readonly #found = new Map<string, Contribution>();
  #session: ContributingRecord[] = [];

  add(record: ContributingRecord): void {
    if (this.#session.length > 0 && this.#session[0].session !== record.session) this.#endSession();
    this.#session.push(record);
  }

  finish(): Contribution[] {
    this.#endSession();
    return [...this.#found.values()];
  }

  #endSession(): void {
    const records = this.#session;
    this.#session = [];
    // The server writes what a file brought in a session of its own: whoever imported it has drawn nothing.
    const isImport = records.some((record) => isField(record, ORIGIN) && record.value === "import");
    const taken = isImport ? new Map<ContributingRecord, ContributionKind>() : takenIn(records);
    for (const record of records)
      for (const label of record.labels)
        if (label !== 0)
          this.#note(label, record, isImport || record.isUndone ? "none" : (taken.get(record) ?? kindOf(record)));
  }

  #note(label: number, { userId, position }: ContributingRecord, kind: ContributionKind): void {
    const key = `${label} ${kind} ${userId}`;
    const before = this.#found.get(key);
    this.#found.set(key, {
      ...{ label, userId, kind },
      first: Math.min(before?.first ?? position, position),
      last: Math.max(before?.last ?? position, position),
    });
  }
}

/**
 * Accepting and correcting a proposal are a paint of its voxels, a status and an origin, one behind the other: those paints
 * are not drawing.
 */
function takenIn(records: readonly ContributingRecord[]): Map<ContributingRecord, ContributionKind> {
  const taken = new Map<ContributingRecord, ContributionKind>();
  for (const [at, origin] of records.entries()) {
    if (!isField(origin, ORIGIN) || at === 0) continue;
    const [label] = origin.labels;
    const follows = (place: number) =>
      records[place]?.labels.join() === String(label) && records[place].seq === origin.seq - (at - place);
    const status = records[at - 1];
    if (!follows(at - 1) || !isField(status, STATUS)) continue;
    const kind: ContributionKind = status.value === "corrected" ? "corrected" : "accepted";
    for (let place = at - 2; follows(place) && isPaint(records[place]); place--) taken.set(records[place], kind);
    taken.set(status, kind);
    taken.set(origin, kind);
  }
  return taken;
}

function kindOf(record: ContributingRecord): ContributionKind {
  if (isPaint(record)) return "painted";
  if (record.kind === RecordKind.merge || record.kind === RecordKind.unmerge) return "merged";
  // Finishing a nucleus says that it is right as it is, whatever the status is called by then.
  if (isField(record, STATUS)) return record.value === "accepted" || record.value === "corrected" ? "accepted" : "none";
  if (isField(record, CLASS)) return record.value ? "classified" : "declassified";
  return "none";
}
