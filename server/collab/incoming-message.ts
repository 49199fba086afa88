import * as decoding from "lib0/decoding";
import * as sync from "y-protocols/sync";
import { malformed } from "../../core/sync/bytes.ts";
import { decodeMessage, MessageType } from "../../core/sync/messages.ts";

/** A frame of a client. `bytes` are copies: decoders hand out views into the socket's buffer. */
export type IncomingMessage =
  | { readonly type: "stateVector"; readonly bytes: Uint8Array }
  | { readonly type: "difference"; readonly bytes: Uint8Array }
  | { readonly type: "update"; readonly bytes: Uint8Array }
  | { readonly type: "awareness"; readonly bytes: Uint8Array }
  | { readonly type: "hello"; readonly session: number; readonly outboxSessions: readonly number[] }
  | { readonly type: "want"; readonly count: number };

/** Throws on whatever is no frame of the protocol. */
export function parseIncoming(frame: Uint8Array): IncomingMessage {
  const decoder = decoding.createDecoder(frame);
  const type = decoding.readVarUint(decoder);
  if (type === MessageType.awareness) return { type: "awareness", bytes: decoding.readVarUint8Array(decoder).slice() };
  if (type === MessageType.sync) {
    const step = decoding.readVarUint(decoder);
    const bytes = decoding.readVarUint8Array(decoder).slice();
    if (step === sync.messageYjsSyncStep1) return { type: "stateVector", bytes };
    if (step === sync.messageYjsSyncStep2) return { type: "difference", bytes };
    if (step === sync.messageYjsUpdate) return { type: "update", bytes };
    return malformed("unknown sync step");
  }
  const message = decodeMessage(type, frame.subarray(decoder.pos));
  if (message.type === "hello" || message.type === "want") return message;
  return malformed("a message only servers send");
}
