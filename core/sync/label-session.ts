import type { SaveState } from "../edit/label-document.ts";
import { isProblem } from "../problem.ts";
import { gridOf, roomName } from "./document/document-layout.ts";
import { type LabelDocumentPorts, ServerTrouble, type SessionLease } from "./document-ports.ts";
import { LABELS_PER_LEASE, LabelLeases, REFILL_BELOW } from "./link/label-leases.ts";
import type { Link } from "./link/link.ts";
import { CloseCode, encodeMessage, type Message } from "./link/messages.ts";
import type { LabelGrid } from "./record/label-grid.ts";
import type { PlannedRecord } from "./record/plan-act.ts";
import { type RecordId, RecordKind, recordIdOf } from "./record/record.ts";
import { decodeHeader, emptyBody, encodeRecord } from "./record/record-codec.ts";
import { Replica } from "./replica.ts";
import { Outbox, type OutboxRow } from "./unsent/outbox.ts";

const RETRY_FIRST_MS = 500;
// A server that is back is found within this time.
const RETRY_MAX_MS = 2500;
// Refusals in a row without an acknowledgement between: something is wrong that a new start does not mend.
const MAX_REFUSALS = 8;

export interface SessionEvents {
  /** Voxels may have changed. */
  onVoxels(): void;
  /** Anything else may have changed. */
  onState(): void;
  /** What an earlier page left unsaved, its voxels included, which the server may not have yet. */
  onOutbox(rows: readonly OutboxRow[]): void;
  /** The replica that is shown was replaced; bricks must be taken over before. */
  onReplica(next: Replica, previous: Replica): void;
  onRefused(id: RecordId): void;
}

/**
 * The life of one page at the server: lease, connection, outbox, acknowledgements, re-homing, refusals.
 * States: no lease yet -> connecting -> synced -> greeted (HELLO answered: re-homing allowed) -> offline -> … ; closed.
 */
export class LabelSession {
  readonly outbox: Outbox;
  readonly leases = new LabelLeases();
  readonly #ports: LabelDocumentPorts;
  readonly #grid: LabelGrid;
  readonly #events: SessionEvents;
  readonly #volumeId: string;
  #lease: SessionLease | null = null;
  #seq = 0;
  #stamp = 0;
  #shown: Replica;
  /** A fresh replica on its way after a refusal; it is shown once it has synced. */
  #coming: Replica | null = null;
  #link: Link | null = null;
  #synced = false;
  #everSynced = false;
  #answered = new Set<number>();
  #wanting = false;
  #rehomeQueued = false;
  #uploading = false;
  #isLookingAgain = false;
  #refusals = 0;
  #closed = false;
  #cancelLeaseRetry = () => {};
  #cancelUploadRetry = () => {};
  #stopped: string | null = null;
  /** Why the server does not save at the moment; until it has saved something. */
  #trouble: string | null = null;
  #refusal: { reason: string; recordId: string } | null = null;
  #tellBase: (hasBase: boolean) => void = () => {};
  /** What the first lease says of the base; true where there will be no lease. */
  readonly hasBase = new Promise<boolean>((resolve) => {
    this.#tellBase = resolve;
  });

  /** For so many days an act can be undone; null until the server has said it. */
  get historyDays(): number | null {
    return this.#lease?.historyDays ?? null;
  }

  constructor(volumeId: string, grid: LabelGrid, ports: LabelDocumentPorts, events: SessionEvents) {
    this.#volumeId = volumeId;
    this.#grid = grid;
    this.#ports = ports;
    this.#events = events;
    this.outbox = new Outbox(ports.outbox, ports.uploadBlob);
    this.#shown = this.#createReplica();
  }

  get replica(): Replica {
    return this.#shown;
  }

  /**
   * Not before the first sync: the outbox of an earlier page may be empty because all of it is durable, and a stamp below
   * what that page wrote would put this page's strokes beneath them (R17).
   */
  get canEdit(): boolean {
    return this.#everSynced && this.#lease?.canEdit === true && this.#stopped === null;
  }

  get isSynced(): boolean {
    return this.#synced;
  }

  get saveState(): SaveState {
    const waiting = this.outbox.waitingActs;
    if (this.#refusal) return { kind: "refused", ...this.#refusal };
    if (this.#stopped) return { kind: "read-only", reason: this.#stopped };
    if (this.#lease && !this.#lease.canEdit)
      return { kind: "read-only", reason: this.#lease.lookOnlyReason ?? "You may look at this volume, not edit it." };
    // It may come and go meanwhile: each attempt to save ends the connection.
    if (this.#trouble && (waiting > 0 || !this.#synced))
      return { kind: this.#everSynced || waiting > 0 ? "offline" : "connecting", waiting, trouble: this.#trouble };
    if (!this.#synced)
      return this.#everSynced || waiting > 0 ? { kind: "offline", waiting } : { kind: "connecting", waiting };
    return waiting > 0 ? { kind: "saving", waiting } : { kind: "saved" };
  }

  /** The person has seen what was refused. */
  dismissRefusal(): void {
    this.#refusal = null;
    this.#events.onState();
  }

  async start(): Promise<void> {
    await this.outbox.load();
    for (const row of this.outbox.rows) this.#stamp = Math.max(this.#stamp, decodeHeader(row.stored).stamp);
    this.#shown.addOwn(this.outbox.rows);
    this.#events.onOutbox(this.outbox.rows);
    this.#events.onVoxels();
    await this.#takeLease(RETRY_FIRST_MS);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelLeaseRetry();
    this.#cancelUploadRetry();
    this.#link?.close();
    this.#coming?.close();
    this.#shown.close();
  }

  /** Numbers the records, paints them here and puts them into the outbox; they leave as soon as they may. */
  write(planned: readonly PlannedRecord[]): { ids: RecordId[]; kept: Promise<void> } {
    const lease = this.#lease;
    if (!lease) throw new Error("write before a session was leased");
    const { session, sealKey } = lease;
    const act = recordIdOf(session, this.#seq + 1);
    // R17: above everything seen and everything in the outbox.
    const rows = planned.map(({ kind, body, blob }): OutboxRow => {
      this.#stamp = 1 + Math.max(this.#stamp, this.#shown.fold.highestStamp);
      const seq = ++this.#seq;
      const stored = encodeRecord({ kind, session, seq, stamp: this.#stamp }, body);
      return {
        id: recordIdOf(session, seq),
        session,
        seq,
        stored,
        act,
        ...(blob && { blob }),
        ...(sealKey && { sealKey }),
      };
    });
    this.#shown.addOwn(rows);
    this.#coming?.addOwn(rows);
    const kept = this.outbox.add(rows).then(async () => {
      if (this.outbox.hasBlobsToUpload) await this.#upload();
      this.rehome();
    });
    this.#events.onVoxels();
    this.#events.onState();
    return { ids: rows.map(({ id }) => id), kept };
  }

  askForLabels(): void {
    if (this.leases.remaining > REFILL_BELOW || this.#wanting || !this.#synced || !this.canEdit) return;
    this.#wanting = true;
    this.#link?.send(encodeMessage({ type: "want", count: LABELS_PER_LEASE }));
  }

  /** R22: only when synced and the server has answered for every session of the outbox. */
  rehome(): void {
    if (!this.#synced || this.#closed || !this.canEdit) return;
    for (const session of this.outbox.sessions()) if (!this.#answered.has(session)) return;
    const replica = this.#shown;
    const rows = this.outbox.rowsToSet(
      ({ session, seq }) => replica.fold.isFolded(session, seq),
      (id) => replica.liveGeneration(id),
      replica.currentGeneration,
    );
    replica.set(rows);
    if (rows.length > 0 && this.outbox.rows.some(({ id }) => replica.liveGeneration(id) === undefined))
      this.#lookAgain();
  }

  /** The acknowledgement of this piece asks for the next one; it may be long in coming. */
  #lookAgain(): void {
    if (this.#isLookingAgain) return;
    this.#isLookingAgain = true;
    this.#ports.schedule(() => {
      this.#isLookingAgain = false;
      this.rehome();
    }, RETRY_MAX_MS);
  }

  async #takeLease(retryMs: number): Promise<void> {
    try {
      const lease = await this.#ports.startSession(this.outbox.lastId);
      if (this.#closed) return;
      this.#lease = lease;
      this.#seq = 0;
      this.#tellBase(lease.hasBase);
      this.leases.add(lease.firstLabel, lease.labelCount);
      this.#connect(this.#shown);
    } catch (error) {
      if (this.#closed) return;
      if (isProblem(error)) {
        this.#stopped = error.message;
        this.#tellBase(true);
      } else {
        this.#noteTrouble(error);
        this.#cancelLeaseRetry = this.#ports.schedule(
          () => void this.#takeLease(Math.min(retryMs * 2, RETRY_MAX_MS)),
          retryMs,
        );
      }
    }
    this.#events.onState();
  }

  #createReplica(): Replica {
    const replica: Replica = new Replica(
      this.#grid,
      () => this.#onRemote(),
      // A generation that goes takes own records along that are not in the history: they are on top again (R12).
      () => replica.addOwn(this.outbox.rows),
    );
    return replica;
  }

  #connect(replica: Replica): void {
    const lease = this.#lease;
    if (!lease) return;
    this.#link = this.#ports.openLink(roomName(this.#volumeId, lease.epoch), replica.doc, replica.awareness, {
      onSynced: () => this.#onSynced(replica),
      onDisconnected: (trouble) => this.#onDisconnected(trouble),
      onMessage: (message) => this.#onMessage(message),
      onClosed: (code, reason) => this.#onClosed(code, reason),
    });
  }

  #onSynced(replica: Replica): void {
    if (!gridOf(replica.doc)) {
      this.#stop("This page is older than the server. Reload it.");
      return;
    }
    if (replica === this.#coming) {
      const previous = this.#shown;
      this.#shown = replica;
      this.#coming = null;
      this.#events.onReplica(replica, previous);
      previous.close();
    }
    this.#synced = this.#everSynced = true;
    this.#wanting = false;
    this.#answered = new Set();
    const session = this.#lease?.session ?? 0;
    const outboxSessions = [...this.outbox.sessions()].filter((other) => other !== session);
    this.#link?.send(encodeMessage({ type: "hello", session, outboxSessions }));
    // Raises the presence's clock: the others have seen this one leave with the old connection.
    replica.awareness.setLocalState(replica.awareness.getLocalState());
    if (this.outbox.hasBlobsToUpload) void this.#upload();
    this.askForLabels();
    this.#events.onVoxels();
    this.#events.onState();
  }

  #onDisconnected(trouble: string | null): void {
    this.#synced = false;
    this.#trouble = trouble ?? this.#trouble;
    this.#events.onState();
  }

  #onRemote(): void {
    this.#events.onVoxels();
    if (this.#rehomeQueued) return;
    // After the provider has finished with the message that brought the change.
    this.#rehomeQueued = true;
    queueMicrotask(() => {
      this.#rehomeQueued = false;
      this.rehome();
    });
  }

  #onMessage(message: Message): void {
    if (message.type === "ack") {
      const before = this.outbox.waitingActs;
      for (const [session, seq] of message.durable) {
        this.#answered.add(session);
        this.outbox.acknowledge(session, seq);
        if (seq > 0) this.#refusals = 0;
      }
      if (this.outbox.waitingActs < before || before === 0) this.#trouble = null;
      this.rehome();
    } else if (message.type === "lease") {
      this.#wanting = false;
      this.leases.add(message.firstLabel, message.count);
    } else if (message.type === "reject") void this.#onRejected(message.reason, message.recordId);
    this.#events.onState();
  }

  async #upload(): Promise<void> {
    if (this.#uploading) return;
    this.#uploading = true;
    try {
      // Again for what was added meanwhile: its own call found this one running.
      while (this.outbox.hasBlobsToUpload && !this.#closed && !this.#stopped) {
        const refused = await this.outbox.uploadBlobs();
        for (const { row, reason } of refused) await this.#setAside(row, reason);
        if (refused.length > 0) this.#restart();
      }
    } catch (error) {
      this.#noteTrouble(error);
      if (!this.#closed) this.#cancelUploadRetry = this.#ports.schedule(() => void this.#upload(), RETRY_MAX_MS);
    } finally {
      this.#uploading = false;
    }
    this.rehome();
  }

  #noteTrouble(error: unknown): void {
    if (!(error instanceof ServerTrouble)) return;
    this.#trouble = error.message;
    this.#events.onState();
  }

  async #onRejected(reason: string, recordId: RecordId): Promise<void> {
    this.#refusals++;
    const row = this.outbox.rows.find(({ id }) => id === recordId);
    if (row) await this.#setAside(row, reason);
    if (this.#refusals >= MAX_REFUSALS) this.#stop(`The server keeps refusing edits: ${reason}`);
    else this.#restart();
  }

  /** R31: the record goes into the quarantine, a VOID fills its number; the document has to start anew. */
  async #setAside({ id, act, sealKey, stored: refused }: OutboxRow, reason: string): Promise<void> {
    const { session, seq, stamp } = decodeHeader(refused);
    const stored = encodeRecord({ kind: RecordKind.void, session, seq, stamp }, emptyBody);
    this.#refusal = { reason, recordId: id };
    this.#events.onRefused(id);
    const empty: OutboxRow = { id, session, seq, stored, act, ...(sealKey && { sealKey }) };
    await this.outbox.refuse(empty, reason, this.#ports.now().toISOString());
  }

  /** A new document under the same session: numbers go on, refused structs are left behind. */
  #restart(): void {
    if (this.#closed || this.#stopped) return;
    this.#link?.close();
    this.#synced = false;
    this.#coming?.close();
    this.#coming = this.#createReplica();
    this.#coming.addOwn(this.outbox.rows);
    this.#connect(this.#coming);
    this.#events.onState();
  }

  #onClosed(code: number, reason: string): void {
    this.#synced = false;
    // After a REJECT the new start is already under way.
    if (code === CloseCode.rejected) this.#events.onState();
    else if (code === CloseCode.epochChanged) this.#stop("The labels of this volume were replaced. Reload this page.");
    else if (code === CloseCode.volumeGone) this.#stop("This volume was deleted.");
    else this.#stop(reason || "You may no longer open this volume.");
  }

  #stop(reason: string): void {
    this.#stopped = reason;
    this.#synced = false;
    this.#link?.close();
    this.#events.onState();
  }
}
