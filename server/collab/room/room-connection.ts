import * as encoding from "lib0/encoding";
import * as sync from "y-protocols/sync";
import type { Role } from "../../../core/roles.ts";
import { hasRole, isModerator } from "../../../core/roles.ts";
import { CloseCode, encodeMessage, type Message, MessageType } from "../../../core/sync/link/messages.ts";
import type { GateIdentity } from "../gate/record-gate.ts";

/** An open socket as a room sees it. */
export interface RoomSocket {
  send(bytes: Uint8Array): void;
  close(code: number, reason: string): void;
  /** Bytes accepted by `send` that have not left. */
  readonly bufferedBytes: number;
  /** Nothing more is read of it until `resume`: its sender is slowed down by its own line. */
  pause(): void;
  resume(): void;
}

// A socket that cannot keep up is closed; its client syncs again from its state vector.
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;

const syncFrame = (step: number, body: Uint8Array): Uint8Array => {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MessageType.sync);
  encoding.writeVarUint(encoder, step);
  encoding.writeVarUint8Array(encoder, body);
  return encoding.toUint8Array(encoder);
};

export const stepOneFrame = (stateVector: Uint8Array): Uint8Array => syncFrame(sync.messageYjsSyncStep1, stateVector);
export const stepTwoFrame = (update: Uint8Array): Uint8Array => syncFrame(sync.messageYjsSyncStep2, update);
export const updateFrame = (update: Uint8Array): Uint8Array => syncFrame(sync.messageYjsUpdate, update);

/** One person's socket in a room. */
export class RoomConnection {
  readonly userId: string;
  readonly name: string;
  role: Role;
  readonly #socket: RoomSocket;
  /** The own difference has been accepted: updates may pass (R37). */
  accepted = false;
  readonly held: Uint8Array[] = [];
  heldBytes = 0;
  /** The newest presence it sent since the last relay. */
  presence: Uint8Array | null = null;
  /** The one Yjs client it speaks for. */
  presenceClient: number | null = null;
  /** It has asked for the document and not been answered. */
  isAsking = false;
  /** It has been sent the document: it takes part in broadcasts. */
  synced = false;
  open = true;
  /** Sessions it wants to hear acknowledgements of, with the last one told. */
  readonly acknowledged = new Map<number, number>();

  constructor(socket: RoomSocket, who: { userId: string; name: string; role: Role }) {
    this.#socket = socket;
    this.userId = who.userId;
    this.name = who.name;
    this.role = who.role;
  }

  get canEdit(): boolean {
    return hasRole(this.role, "annotator");
  }

  /** Bytes sent to it that have not left. */
  get bufferedBytes(): number {
    return this.#socket.bufferedBytes;
  }

  get identity(): GateIdentity {
    return { userId: this.userId, isModerator: isModerator(this.role) };
  }

  send(bytes: Uint8Array): void {
    if (!this.open) return;
    if (this.#socket.bufferedBytes > MAX_BUFFERED_BYTES) this.close(CloseCode.tooSlow, "too slow");
    else this.#socket.send(bytes);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  tell(message: Message): void {
    this.send(encodeMessage(message));
  }

  /** R31, R39: always close after a refusal; what follows would hang on a hole. */
  reject(reason: string, recordId: string): void {
    this.tell({ type: "reject", reason, recordId });
    this.close(CloseCode.rejected, "refused");
  }

  close(code: number, reason: string): void {
    if (!this.open) return;
    this.open = false;
    this.#socket.close(code, reason);
  }

  /** Tells what became durable since it was last told. */
  acknowledge(reached: (session: number) => number): void {
    const durable = new Map<number, number>();
    for (const [session, told] of this.acknowledged) {
      const now = reached(session);
      if (now === told) continue;
      durable.set(session, now);
      this.acknowledged.set(session, now);
    }
    if (durable.size > 0) this.tell({ type: "ack", durable });
  }
}
