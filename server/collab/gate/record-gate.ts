import * as Y from "yjs";
import { MalformedBytes, sameBytes } from "../../../core/sync/bytes/bytes.ts";
import type { LabelFold } from "../../../core/sync/fold/label-fold.ts";
import { declaresBlob } from "../../../core/sync/record/paint-ref-codec.ts";
import { acceptedBounds, type PaintBody, recordLimits } from "../../../core/sync/record/record.ts";
import { decodeHeader, decodeRecord } from "../../../core/sync/record/record-codec.ts";
import type { PendingRecord, SessionJournal } from "../journal/session-journal.ts";
import { type ScannedDeletion, type ScannedStruct, scanDeletions, scanStructs } from "./update-scan.ts";
import { MAX_MESSAGE_UNITS, recordUnits, units } from "./work-units.ts";

/** Who sends an update. */
export interface GateIdentity {
  readonly userId: string;
  readonly isModerator: boolean;
}

/** A struct that the document does not have yet, with the record it holds. */
export interface NewStruct {
  readonly struct: ScannedStruct;
  readonly pending: PendingRecord | null;
}

export type GateVerdict =
  /** `structs` are to be applied in this order; what the update deletes is deleted already. */
  | { readonly kind: "pass"; readonly structs: readonly NewStruct[] }
  | { readonly kind: "refuse"; readonly reason: string; readonly recordId: string }
  /** Something may have been issued by another route since: look it up and ask again. */
  | { readonly kind: "ask"; readonly blobs: readonly string[] };

/** What was looked up: blobs by name, null for one that is not there or is damaged. */
export type FoundBlobs = ReadonlyMap<string, PaintBody | null>;

/** Clients bound to this are the server's own. */
export const SERVER_USER = "";

class Refusal extends Error {
  readonly recordId: string;

  constructor(reason: string, recordId = "") {
    super(reason);
    this.recordId = recordId;
  }
}

interface StructId {
  readonly client: number;
  readonly clock: number;
}

const placeOf = ({ client, clock }: StructId): string => `${client} ${clock}`;

/** A page writes with one Yjs client; a few more do no harm. */
const MAX_NEW_CLIENTS = 8;

/**
 * Looks at every update before it is applied (R33–R38): an editor can only add own, well-formed records to the
 * generations the server made. No rule looks at the state of other people's work, so no honest trace is refused.
 * It looks struct by struct and tells what each cost, so that its caller can pause, and stops above a bound.
 */
export class RecordGate {
  readonly #doc: Y.Doc;
  readonly #fold: LabelFold;
  readonly #journal: SessionJournal;
  readonly #generations = new Set<string>();
  /** First come binds a Yjs client to a person (R38). */
  readonly #clients = new Map<number, string>();
  labelCounter: number;

  constructor(doc: Y.Doc, fold: LabelFold, journal: SessionJournal, labelCounter: number) {
    this.#doc = doc;
    this.#fold = fold;
    this.#journal = journal;
    this.labelCounter = labelCounter;
    this.#clients.set(doc.clientID, SERVER_USER);
  }

  /** Every generation map ever made, dropped ones included: late records for one are honest. */
  addGeneration(id: StructId): void {
    this.#generations.add(placeOf(id));
    this.#clients.set(id.client, SERVER_USER);
  }

  bindClient(client: number, userId: string): void {
    if (!this.#clients.has(client)) this.#clients.set(client, userId);
  }

  clientsOwner(client: number): string | undefined {
    return this.#clients.get(client);
  }

  /** Yields the units that a step cost. `blobs` is null before anything has been looked up for this update. */
  *judge(update: Uint8Array, who: GateIdentity, blobs: FoundBlobs | null): Generator<number, GateVerdict, void> {
    try {
      return yield* this.#look(update, who, blobs);
    } catch (error) {
      if (error instanceof Refusal) return { kind: "refuse", reason: error.message, recordId: error.recordId };
      if (error instanceof MalformedBytes)
        return { kind: "refuse", reason: `the update cannot be read: ${error.message}`, recordId: "" };
      throw error;
    }
  }

  /** The same look at one record that comes by another way than a socket, of somebody who is no moderator; null when all is well. */
  objectionTo(pending: PendingRecord, userId: string, blobs: FoundBlobs): string | null {
    try {
      const unknown = this.#judge(pending, { userId, isModerator: false }, blobs);
      return unknown === null ? null : "its session, its label or its voxels are not known here";
    } catch (error) {
      if (error instanceof Refusal) return error.message;
      throw error;
    }
  }

  /** False when another socket has brought some of it meanwhile: the update has to come again. */
  stillHolds(structs: readonly NewStruct[]): boolean {
    const [{ struct }] = structs;
    const state = Y.getState(this.#doc.store, struct.client);
    if (state < struct.clock || state >= struct.clock + struct.length) return false;
    return structs.every(({ pending }) => !pending || this.#isFree(pending));
  }

  *#look(update: Uint8Array, who: GateIdentity, blobs: FoundBlobs | null): Generator<number, GateVerdict, void> {
    const reached = new Map<number, number>();
    const next = new Map<number, number>();
    const structs: NewStruct[] = [];
    const byId = new Map<string, Uint8Array>();
    const newClients = new Set<number>();
    const wanted = new Set<string>();
    let unknown = false;
    let total = 0;
    const spend = (cost: number, recordId = ""): number => {
      total += cost;
      if (total > MAX_MESSAGE_UNITS) throw new Refusal("this is too much for one message", recordId);
      return cost;
    };
    const scan = scanStructs(update);
    let step = scan.next();
    for (; !step.done; step = scan.next()) {
      const struct = step.value;
      const { client, clock, length } = struct;
      const known = Y.getState(this.#doc.store, client);
      const expected = next.get(client);
      if (struct.kind === "skip" || clock > (expected ?? known)) throw new Refusal("there is a hole in the update");
      if (expected !== undefined && clock < expected) throw new Refusal("the update says something twice");
      next.set(client, clock + length);
      reached.set(client, Math.max(known, clock + length));
      if (clock + length <= known) {
        yield spend(units.knownStruct);
        continue;
      }
      const owner = this.#clients.get(client);
      if (owner !== undefined && owner !== who.userId) throw new Refusal("this document belongs to somebody else");
      if (owner === undefined && !newClients.has(client)) {
        if (newClients.add(client).size > MAX_NEW_CLIENTS) throw new Refusal("an update of many documents");
        yield spend(units.newClient);
      }
      const pending = struct.kind === "item" ? this.#readItem(struct) : null;
      structs.push({ struct, pending });
      if (!pending) {
        yield spend(units.emptyStruct);
        continue;
      }
      yield spend(recordUnits(pending), structs.length === 1 ? pending.record.id : "");
      const twin = byId.get(pending.record.id);
      if (twin && !sameBytes(twin, pending.stored)) throw new Refusal("one number, two records", pending.record.id);
      byId.set(pending.record.id, pending.stored);
      const verdict = this.#judge(pending, who, blobs);
      if (verdict === "unknown") unknown = true;
      else if (verdict) wanted.add(verdict);
    }
    yield* this.#checkDeletions(scanDeletions(update, step.value), reached, structs, spend);
    if (unknown || wanted.size > 0) {
      if (blobs)
        throw new Refusal("a session, a label or a blob of this edit is not known", this.#culprit(structs, who, blobs));
      yield spend((1 + wanted.size) * units.lookUp);
      return { kind: "ask", blobs: [...wanted] };
    }
    for (const client of reached.keys()) this.bindClient(client, who.userId);
    for (const { pending } of structs) {
      const blob = pending?.record.kind === 8 ? blobs?.get(pending.record.sha256) : null;
      if (pending?.record.kind === 8 && blob) this.#fold.putBlob(pending.record.sha256, blob);
    }
    return { kind: "pass", structs };
  }

  /** The record of a new item, or null for one whose content is gone. */
  #readItem({ parent, parentSub, content, bytes }: Extract<ScannedStruct, { kind: "item" }>): PendingRecord | null {
    // A missing parent means that the key existed: somebody's record would be overwritten.
    if (!parent || !this.#generations.has(placeOf(parent)))
      throw new Refusal("only generations of the server take records");
    if (parentSub === null) throw new Refusal("a record needs its key");
    if (content === "deleted") return null;
    if (!bytes) throw new Refusal("a record is bytes", parentSub);
    try {
      if (decodeHeader(bytes).id !== parentSub) throw new Refusal("the record has another number", parentSub);
      const stored = Uint8Array.from(bytes);
      return { record: decodeRecord(stored, this.#fold.grid, acceptedBounds(stored.length)), stored };
    } catch (error) {
      if (error instanceof MalformedBytes) throw new Refusal(`the record cannot be read: ${error.message}`, parentSub);
      throw error;
    }
  }

  #isFree({ record, stored }: PendingRecord): boolean {
    const known = this.#fold.get(record.id);
    return !known || sameBytes(known.stored, stored);
  }

  /** `unknown` or a blob's name when something has to be looked up first; null when all is well. */
  #judge(pending: PendingRecord, who: GateIdentity, blobs: FoundBlobs | null): string | null {
    const { record } = pending;
    const refuse = (reason: string): never => {
      throw new Refusal(reason, record.id);
    };
    const owner = this.#journal.ownerOf(record.session);
    if (owner === undefined) return "unknown";
    if (owner !== who.userId) refuse("the session is somebody else's");
    if (record.stamp > this.#fold.highestStamp + recordLimits.stampAhead) refuse("the record is from the future");
    if (!this.#isFree(pending)) refuse("this number is taken by another record");
    switch (record.kind) {
      case 1:
      case 7:
        return this.#judgeLabels(record.body.labels);
      case 2:
      case 3: {
        const target = this.#journal.ownerOf(record.targetSession);
        if (target === undefined) return "unknown";
        if (target !== who.userId && !who.isModerator) refuse("only moderators undo what others did");
        return null;
      }
      case 4:
        return this.#judgeLabels([record.label]);
      case 5:
      case 6:
        return this.#judgeLabels([record.b]);
      case 8: {
        const blob = this.#fold.blob(record.sha256) ?? blobs?.get(record.sha256);
        if (!blob) return record.sha256;
        if (!declaresBlob(record, blob)) refuse("the record does not say what its voxels paint");
        return this.#judgeLabels(blob.labels);
      }
      default:
        return null;
    }
  }

  #judgeLabels(labels: Iterable<number>): string | null {
    for (const label of labels) if (label > this.labelCounter) return "unknown";
    return null;
  }

  #culprit(structs: readonly NewStruct[], who: GateIdentity, blobs: FoundBlobs): string {
    const records = structs.flatMap(({ pending }) => (pending ? [pending] : []));
    return (records.find((pending) => this.#judge(pending, who, blobs) !== null) ?? records[0]).record.id;
  }

  /** R36: what an update deletes is deleted here already, or arrives deleted in the same update. */
  *#checkDeletions(
    deletions: Iterable<ScannedDeletion>,
    reached: ReadonlyMap<number, number>,
    structs: readonly NewStruct[],
    spend: (cost: number) => number,
  ): Generator<number, void, void> {
    const added = clocksByClient(structs);
    for (const { client, clock, length } of deletions) {
      const known = Y.getState(this.#doc.store, client);
      const here = this.#doc.store.clients.get(client) ?? [];
      if (clock + length > (reached.get(client) ?? known)) throw new Refusal("the update deletes what is not here");
      if (hasWithin(added.get(client) ?? [], clock, clock + length))
        throw new Refusal("the update deletes its own record");
      for (let at = clock; at < Math.min(clock + length, known); ) {
        const struct = here[Y.findIndexSS(here, at)];
        if (!struct.deleted) throw new Refusal("the update deletes a record");
        at = struct.id.clock + struct.length;
        yield spend(units.deletion);
      }
      yield spend(units.deletion);
    }
  }
}

/** Clocks of the records among the structs, ascending. */
function clocksByClient(structs: readonly NewStruct[]): Map<number, number[]> {
  const clocks = new Map<number, number[]>();
  for (const { struct, pending } of structs) {
    if (!pending) continue;
    const list = clocks.get(struct.client);
    if (list) list.push(struct.clock);
    else clocks.set(struct.client, [struct.clock]);
  }
  for (const list of clocks.values()) list.sort((a, b) => a - b);
  return clocks;
}

/** Whether an ascending list has a value of `from` … `to`-1. */
function hasWithin(ascending: readonly number[], from: number, to: number): boolean {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] < from) low = middle + 1;
    else high = middle;
  }
  return low < ascending.length && ascending[low] < to;
}
