import { ByteReader, ByteWriter, malformed } from "../bytes/bytes.ts";

/** Messages beside y-protocols sync (0) and awareness (1). The type is the frame's first varint. */
export const MessageType = { sync: 0, awareness: 1, hello: 110, ack: 111, reject: 112, lease: 113, want: 114 } as const;

/** Close codes: 44xx are decisions that reconnecting does not change; the client starts a new session or stops. */
export const CloseCode = {
  rejected: 4400,
  signedOut: 4401,
  forbidden: 4403,
  /** Too many pages of one person, or on one volume. */
  tooMany: 4429,
  volumeGone: 4404,
  epochChanged: 4410,
  tooSlow: 1013,
  restart: 1012,
  /** No frame of the protocol. */
  unreadable: 1007,
  /** Something failed that is not the page's doing: it comes again. */
  trouble: 1011,
} as const;

/** The largest frame of each kind that a server takes; the socket's own bound lies above all of them. */
export const maxFrameBytes = {
  /** A difference or an update: pages send theirs in pieces of a megabyte, older ones a day's work at once. */
  update: 4 * 1024 * 1024,
  /** Ten bytes for each page that ever wrote. */
  stateVector: 1024 * 1024,
  /** One state of at most MAX_PRESENCE_BYTES, and what an older page echoes of a few others. */
  presence: 16 * 1024,
  /** Each session of an outbox. */
  other: 40 * 1024,
} as const;

/** Why a room that will be back is closed; what is no plain restart is shown to people. */
export const RestartReason = { plain: "the volume restarts", diskFull: "The server's disk is full" } as const;

// A page names every session of its outbox; nobody has thousands of pages with unsaved work.
const MAX_SESSIONS = 4096;
const MAX_TEXT_BYTES = 4096;

export type Message =
  | { readonly type: "hello"; readonly session: number; readonly outboxSessions: readonly number[] }
  | { readonly type: "ack"; readonly durable: ReadonlyMap<number, number> }
  | { readonly type: "reject"; readonly reason: string; readonly recordId: string }
  | { readonly type: "lease"; readonly firstLabel: number; readonly count: number }
  | { readonly type: "want"; readonly count: number };

function writeText(writer: ByteWriter, text: string): void {
  const bytes = new TextEncoder().encode(text);
  writer.vu(bytes.length);
  writer.bytes(bytes);
}

function readText(reader: ByteReader): string {
  const length = reader.vu();
  if (length > MAX_TEXT_BYTES) malformed("text too long");
  return new TextDecoder().decode(reader.bytes(length));
}

export function encodeMessage(message: Message): Uint8Array {
  const writer = new ByteWriter();
  writer.vu(MessageType[message.type]);
  switch (message.type) {
    case "hello":
      writer.vu(message.session);
      writer.vu(message.outboxSessions.length);
      for (const session of message.outboxSessions) writer.vu(session);
      break;
    case "ack":
      writer.vu(message.durable.size);
      for (const [session, seq] of message.durable) {
        writer.vu(session);
        writer.vu(seq);
      }
      break;
    case "reject":
      writeText(writer, message.reason);
      writeText(writer, message.recordId);
      break;
    case "lease":
      writer.vu(message.firstLabel);
      writer.vu(message.count);
      break;
    case "want":
      writer.vu(message.count);
  }
  return writer.finish();
}

/** `body` is what follows the type. Refuses (MalformedBytes) what is no message of that type. */
export function decodeMessage(type: number, body: Uint8Array): Message {
  const reader = new ByteReader(body);
  const message = readMessage(type, reader);
  reader.end();
  return message;
}

function readMessage(type: number, reader: ByteReader): Message {
  switch (type) {
    case MessageType.hello: {
      const session = reader.vu();
      const count = reader.vu();
      if (count > MAX_SESSIONS) malformed("too many sessions");
      return { type: "hello", session, outboxSessions: Array.from({ length: count }, () => reader.vu()) };
    }
    case MessageType.ack: {
      const count = reader.vu();
      if (count > MAX_SESSIONS + 1) malformed("too many sessions");
      const durable = new Map<number, number>();
      for (let i = 0; i < count; i++) durable.set(reader.vu(), reader.vu());
      return { type: "ack", durable };
    }
    case MessageType.reject:
      return { type: "reject", reason: readText(reader), recordId: readText(reader) };
    case MessageType.lease:
      return { type: "lease", firstLabel: reader.vu(), count: reader.vu() };
    case MessageType.want:
      return { type: "want", count: reader.vu() };
    default:
      return malformed(`unknown message ${type}`);
  }
}
