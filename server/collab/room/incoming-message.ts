import * as sync from "y-protocols/sync";
import { ByteReader, malformed } from "../../../core/sync/bytes/bytes.ts";
import { decodeMessage, MessageType, maxFrameBytes } from "../../../core/sync/link/messages.ts";

/** A frame of a client, parsed as far as can be told at once. `bytes` are copies: frames are views of a socket's buffer. */
export type IncomingMessage =
  | { readonly type: "stateVector"; readonly bytes: Uint8Array }
  | { readonly type: "difference"; readonly bytes: Uint8Array }
  | { readonly type: "update"; readonly bytes: Uint8Array }
  | { readonly type: "awareness"; readonly bytes: Uint8Array }
  | { readonly type: "hello"; readonly session: number; readonly outboxSessions: readonly number[] }
  | { readonly type: "want"; readonly count: number };

function readBody(reader: ByteReader, frame: Uint8Array, maxBytes: number): Uint8Array {
  if (frame.length > maxBytes) malformed("frame too large");
  const bytes = reader.bytes(reader.vu()).slice();
  reader.end();
  return bytes;
}

/** Throws on whatever is no frame of the protocol, or larger than its kind may be. */
export function parseIncoming(frame: Uint8Array): IncomingMessage {
  const reader = new ByteReader(frame);
  const type = reader.vu();
  if (type === MessageType.awareness)
    return { type: "awareness", bytes: readBody(reader, frame, maxFrameBytes.presence) };
  if (type === MessageType.sync) {
    const step = reader.vu();
    if (step === sync.messageYjsSyncStep1)
      return { type: "stateVector", bytes: readBody(reader, frame, maxFrameBytes.stateVector) };
    if (step !== sync.messageYjsSyncStep2 && step !== sync.messageYjsUpdate) malformed("unknown sync step");
    const bytes = readBody(reader, frame, maxFrameBytes.update);
    return { type: step === sync.messageYjsSyncStep2 ? "difference" : "update", bytes };
  }
  if (frame.length > maxFrameBytes.other) malformed("frame too large");
  const message = decodeMessage(type, frame.subarray(reader.position));
  if (message.type === "hello" || message.type === "want") return message;
  return malformed("a message only servers send");
}
