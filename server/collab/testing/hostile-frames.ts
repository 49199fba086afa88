import { deflateRawSync } from "node:zlib";
import * as encoding from "lib0/encoding";
import * as Y from "yjs";
import { ByteWriter } from "../../../core/sync/bytes/bytes.ts";
import { currentGenerationNumber, generationOf } from "../../../core/sync/document/document-layout.ts";
import { MessageType } from "../../../core/sync/link/messages.ts";
import { RecordKind, recordIdOf } from "../../../core/sync/record/record.ts";
import { encodeRecord } from "../../../core/sync/record/record-codec.ts";
import { stepOneFrame, updateFrame } from "../room/room-connection.ts";

/** Small messages that cost much, as a member who means harm would send them: for tests and benchmarks of the routes. */

/** A member with a leased session and a copy of the shared document, as every page has. */
export class HostileAuthor {
  readonly doc = new Y.Doc();
  readonly session: number;
  /** A label value that was issued. */
  readonly label: number;
  #seq = 0;

  /** `state`: the body of the server's sync step 2. */
  constructor(session: number, label: number, state: Uint8Array) {
    this.session = session;
    this.label = label;
    Y.applyUpdate(this.doc, state);
  }

  /** The update frame that writes one record with the next number. */
  write(kind: number, body: Uint8Array, stamp = this.#seq + 1): Uint8Array {
    const seq = ++this.#seq;
    const stored = encodeRecord({ kind, session: this.session, seq, stamp }, body);
    const before = Y.encodeStateVector(this.doc);
    generationOf(this.doc, currentGenerationNumber(this.doc))?.set(recordIdOf(this.session, seq), stored);
    return updateFrame(Y.encodeStateAsUpdate(this.doc, before));
  }
}

/** A PAINTN body of `n` groups that each paint the first voxel of the first brick: 12 bytes each. */
export function manySectionsBody(n: number, label: number): Uint8Array {
  const section = new ByteWriter(16);
  section.vu(label);
  section.vu(1); // sections of this group
  section.vu(0); // brick
  section.vu(8); // bytes
  for (const v of [0, 0, 0, 0, 0, 0]) section.u8(v); // box of one voxel
  section.vu(0);
  section.vu(1);
  const bytes = section.finish();
  const head = new ByteWriter(8);
  head.vu(n);
  const body = new Uint8Array(head.length + n * bytes.length);
  body.set(head.finish());
  for (let i = 0, at = head.length; i < n; i++, at += bytes.length) body.set(bytes, at);
  return body;
}

/**
 * One record of `n` one-voxel sections in one brick; 87 000 fill the largest body and arrive in 2 kB. Sent twice, the
 * second time with a lower `stamp`, each section of the second belongs before all of the first.
 */
export const manySections = (n: number, author: HostileAuthor, stamp?: number): Uint8Array =>
  author.write(RecordKind.paintGroups, manySectionsBody(n, author.label), stamp);

/** A paint blob (the body of a PUT, no frame) of one-voxel sections: 63 MB out of 0.3 MB. */
export const hugeBlob = (inflatedBytes = 63_000_000): Uint8Array =>
  Uint8Array.from(deflateRawSync(manySectionsBody(Math.floor(inflatedBytes / 12), 1), { level: 9 }));

/** An update of `n` structs that say nothing: two bytes each. */
export function manyGcStructs(n: number, client = 77): Uint8Array {
  const update = encoding.createEncoder();
  encoding.writeVarUint(update, 1); // clients
  encoding.writeVarUint(update, n);
  encoding.writeVarUint(update, client);
  encoding.writeVarUint(update, 0); // clock
  for (let i = 0; i < n; i++) {
    encoding.writeUint8(update, 0);
    encoding.writeVarUint(update, 1);
  }
  encoding.writeVarUint(update, 0); // deletions
  return updateFrame(encoding.toUint8Array(update));
}

/** Sync step 1 without a state vector: three bytes, from anybody who may look. */
export const emptyStateVector = (): Uint8Array => stepOneFrame(new Uint8Array());

/** A state vector of `n` clients that nobody ever saw. */
export function manyClients(n: number): Uint8Array {
  const vector = encoding.createEncoder();
  encoding.writeVarUint(vector, n);
  for (let client = 1; client <= n; client++) {
    encoding.writeVarUint(vector, client);
    encoding.writeVarUint(vector, 1);
  }
  return stepOneFrame(encoding.toUint8Array(vector));
}

export function presenceFrame(states: readonly { client: number; clock: number; json: string }[]): Uint8Array {
  const body = encoding.createEncoder();
  encoding.writeVarUint(body, states.length);
  for (const { client, clock, json } of states) {
    encoding.writeVarUint(body, client);
    encoding.writeVarUint(body, clock);
    encoding.writeVarString(body, json);
  }
  const frame = encoding.createEncoder();
  encoding.writeVarUint(frame, MessageType.awareness);
  encoding.writeVarUint8Array(frame, encoding.toUint8Array(body));
  return encoding.toUint8Array(frame);
}

const stateOf = (bytes: number): string => JSON.stringify({ tool: "x".repeat(Math.max(0, bytes - 11)) });

/** One frame about one client, its state `bytes` long. */
export const hugePresence = (bytes: number): Uint8Array =>
  presenceFrame([{ client: 7, clock: 1, json: stateOf(bytes) }]);

/** One frame about `n` clients of one socket, `bytes` each. */
export const presences = (n: number, bytes: number, firstClient = 1, clock = 1): Uint8Array =>
  presenceFrame(Array.from({ length: n }, (_, i) => ({ client: firstClient + i, clock, json: stateOf(bytes) })));

/** The frame with something wrong: bytes changed, cut off, doubled or put in. `random` gives 0…1. */
export function mutate(frame: Uint8Array, random: () => number): Uint8Array {
  const below = (n: number) => Math.floor(random() * n);
  const [from, to] = [below(frame.length + 1), below(frame.length + 1)].sort((a, b) => a - b);
  switch (below(5)) {
    case 0:
      return frame.slice(0, from);
    case 1:
      return Uint8Array.from([...frame.subarray(0, to), ...frame.subarray(from, to), ...frame.subarray(to)]);
    case 2:
      return Uint8Array.from([
        ...frame.subarray(0, from),
        ...Array.from({ length: 4 }, () => below(256)),
        ...frame.subarray(from),
      ]);
    case 3:
      return Uint8Array.from([...frame.subarray(0, from), ...frame.subarray(to)]);
    default: {
      const changed = frame.slice();
      for (let i = 1 + below(3); i > 0; i--) changed[below(frame.length)] = random() < 0.3 ? 255 : below(256);
      return changed;
    }
  }
}
