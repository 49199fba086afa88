import * as Y from "yjs";
import { MalformedBytes, sameBytes } from "../../core/sync/bytes.ts";
import type { LabelFold } from "../../core/sync/label-fold.ts";
import { declaresBlob, decodeBlob } from "../../core/sync/paint-ref-codec.ts";
import { type DecodedRecord, type PaintBody, recordLimits } from "../../core/sync/record.ts";
import { decodeHeader, decodeRecord } from "../../core/sync/record-codec.ts";
import type { PendingRecord, SessionJournal } from "./session-journal.ts";

/** Who sends an update. */
export interface GateIdentity {
  readonly userId: string;
  readonly isModerator: boolean;
}

export type GateVerdict =
  | { readonly kind: "pass"; readonly records: readonly PendingRecord[] }
  | { readonly kind: "refuse"; readonly reason: string; readonly recordId: string }
  /** Something may have been issued by another door since: look it up and ask again. */
  | { readonly kind: "ask"; readonly blobs: readonly string[] };

/** Clients bound to this are the server's own. */
export const SERVER_USER = "";

class Refusal extends Error {
  readonly recordId: string;

  constructor(reason: string, recordId = "") {
    super(reason);
    this.recordId = recordId;
  }
}

const samePlace = (a: Y.ID, b: Y.ID): boolean => a.client === b.client && a.clock === b.clock;

/**
 * Looks at every update before it is applied (R33–R38): an editor can only add own, well-formed records to the
 * generations the server made. No rule looks at the state of other people's work, so no honest trace is refused.
 */
export class RecordGate {
  readonly #doc: Y.Doc;
  readonly #fold: LabelFold;
  readonly #journal: SessionJournal;
  readonly #generations: Y.ID[] = [];
  /** First come binds a Yjs client to a person (R38). */
  readonly #clients = new Map<number, string>();
  readonly #blobs = new Map<string, PaintBody | null>();
  labelCounter: number;

  constructor(doc: Y.Doc, fold: LabelFold, journal: SessionJournal, labelCounter: number) {
    this.#doc = doc;
    this.#fold = fold;
    this.#journal = journal;
    this.labelCounter = labelCounter;
    this.#clients.set(doc.clientID, SERVER_USER);
  }

  /** Every generation map ever made, dropped ones included: late records for one are honest. */
  addGeneration(id: Y.ID): void {
    if (!this.#generations.some((known) => samePlace(known, id))) this.#generations.push(id);
    this.#clients.set(id.client, SERVER_USER);
  }

  bindClient(client: number, userId: string): void {
    if (!this.#clients.has(client)) this.#clients.set(client, userId);
  }

  clientsOwner(client: number): string | undefined {
    return this.#clients.get(client);
  }

  /** What is known of a blob; null = it was looked for and is not there or is damaged. */
  putBlob(sha256: string, bytes: Uint8Array | null): void {
    try {
      this.#blobs.set(sha256, bytes && decodeBlob(bytes, this.#fold.grid));
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      this.#blobs.set(sha256, null);
    }
  }

  check(update: Uint8Array, who: GateIdentity, asked: boolean): GateVerdict {
    try {
      return this.#look(update, who, asked);
    } catch (error) {
      if (error instanceof Refusal) return { kind: "refuse", reason: error.message, recordId: error.recordId };
      throw error;
    }
  }

  #look(update: Uint8Array, who: GateIdentity, asked: boolean): GateVerdict {
    const decoded = this.#decode(update);
    const reached = new Map<number, number>();
    const records: PendingRecord[] = [];
    const byId = new Map<string, Uint8Array>();
    const added: { client: number; clock: number }[] = [];
    const wanted = new Set<string>();
    let unknown = false;
    for (const struct of decoded.structs) {
      const { client, clock } = struct.id;
      const known = Y.getState(this.#doc.store, client);
      const at = reached.get(client) ?? known;
      if (struct instanceof Y.Skip || clock > at) throw new Refusal("there is a hole in the update");
      reached.set(client, Math.max(at, clock + struct.length));
      if (clock + struct.length <= known) continue;
      const owner = this.#clients.get(client);
      if (owner !== undefined && owner !== who.userId) throw new Refusal("this document belongs to somebody else");
      if (struct instanceof Y.GC) continue;
      const pending = this.#readItem(struct as Y.Item);
      if (!pending) continue;
      added.push({ client, clock });
      const twin = byId.get(pending.record.id);
      if (twin && !sameBytes(twin, pending.stored)) throw new Refusal("one number, two records", pending.record.id);
      byId.set(pending.record.id, pending.stored);
      const verdict = this.#judge(pending, who);
      if (verdict === "unknown") unknown = true;
      else if (verdict) wanted.add(verdict);
      records.push(pending);
    }
    this.#checkDeletions(decoded.ds, reached, added);
    if (unknown || wanted.size > 0) {
      const { id } = records[0].record;
      if (asked)
        throw new Refusal("a session, a label or a blob of this edit is not known", this.#culprit(records, who) ?? id);
      return { kind: "ask", blobs: [...wanted] };
    }
    for (const client of reached.keys()) this.bindClient(client, who.userId);
    for (const { record } of records) this.#giveVoxels(record);
    return { kind: "pass", records };
  }

  #decode(update: Uint8Array): ReturnType<typeof Y.decodeUpdate> {
    try {
      return Y.decodeUpdate(update);
    } catch (cause) {
      throw new Refusal(`the update cannot be read: ${cause instanceof Error ? cause.message : "malformed"}`);
    }
  }

  /** The record of a new item, or null for one whose content is gone. */
  #readItem(item: Y.Item): PendingRecord | null {
    const { parent, parentSub, content } = item;
    // A missing parent means that the key existed: somebody's record would be overwritten.
    if (!(parent instanceof Y.ID) || !this.#generations.some((id) => samePlace(id, parent)))
      throw new Refusal("only generations of the server take records");
    if (parentSub === null) throw new Refusal("a record needs its key");
    if (content instanceof Y.ContentDeleted) return null;
    if (!(content instanceof Y.ContentBinary)) throw new Refusal("a record is bytes", parentSub);
    const stored: Uint8Array = content.content;
    try {
      if (decodeHeader(stored).id !== parentSub) throw new Refusal("the record has another number", parentSub);
      return { record: decodeRecord(stored, this.#fold.grid), stored: Uint8Array.from(stored) };
    } catch (error) {
      if (error instanceof MalformedBytes) throw new Refusal(`the record cannot be read: ${error.message}`, parentSub);
      throw error;
    }
  }

  /** `unknown` or a blob's name when something has to be looked up first; null when all is well. */
  #judge({ record, stored }: PendingRecord, who: GateIdentity): string | null {
    const refuse = (reason: string): never => {
      throw new Refusal(reason, record.id);
    };
    const owner = this.#journal.ownerOf(record.session);
    if (owner === undefined) return "unknown";
    if (owner !== who.userId) refuse("the session is somebody else's");
    if (record.stamp > this.#fold.highestStamp + recordLimits.stampAhead) refuse("the record is from the future");
    const known = this.#fold.get(record.id);
    if (known && !sameBytes(known.stored, stored)) refuse("this number is taken by another record");
    switch (record.kind) {
      case 1:
      case 7:
        return this.#judgeLabels(record.body.sections.map(({ label }) => label));
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
        const blob = this.#blobs.get(record.sha256);
        if (blob === undefined || blob === null) return record.sha256;
        if (!declaresBlob(record, blob)) refuse("the record does not say what its voxels paint");
        return this.#judgeLabels(blob.sections.map(({ label }) => label));
      }
      default:
        return null;
    }
  }

  #judgeLabels(labels: readonly number[]): string | null {
    return labels.some((label) => label > this.labelCounter) ? "unknown" : null;
  }

  #culprit(records: readonly PendingRecord[], who: GateIdentity): string | null {
    return records.find((pending) => this.#judge(pending, who) !== null)?.record.id ?? null;
  }

  #giveVoxels(record: DecodedRecord): void {
    const blob = record.kind === 8 ? this.#blobs.get(record.sha256) : null;
    if (record.kind === 8 && blob) {
      this.#fold.putBlob(record.sha256, blob);
      this.#blobs.delete(record.sha256);
    }
  }

  /** R36: what an update deletes is deleted here already, or arrives deleted in the same update. */
  #checkDeletions(
    deletions: { clients: Map<number, readonly { clock: number; len: number }[]> },
    reached: ReadonlyMap<number, number>,
    added: readonly { client: number; clock: number }[],
  ): void {
    for (const [client, ranges] of deletions.clients) {
      const known = Y.getState(this.#doc.store, client);
      const structs = this.#doc.store.clients.get(client) ?? [];
      for (const { clock, len } of ranges) {
        if (clock + len > (reached.get(client) ?? known)) throw new Refusal("the update deletes what is not here");
        if (added.some((record) => record.client === client && record.clock >= clock && record.clock < clock + len))
          throw new Refusal("the update deletes its own record");
        for (let at = clock; at < Math.min(clock + len, known); ) {
          const struct = structs[Y.findIndexSS(structs, at)];
          if (!struct.deleted) throw new Refusal("the update deletes a record");
          at = struct.id.clock + struct.length;
        }
      }
    }
  }
}
