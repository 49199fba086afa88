import * as encoding from "lib0/encoding";
import type { Presence } from "../../../core/edit/label-document.ts";
import { ByteReader, malformed } from "../../../core/sync/bytes/bytes.ts";
import { MessageType } from "../../../core/sync/link/messages.ts";
import { MAX_PRESENCE_BYTES, parsePresence } from "../../../core/sync/link/presence.ts";
import type { RoomConnection } from "./room-connection.ts";

/** Pages before this one echo what they hear of the others: entries that are read past. */
const MAX_ENTRIES = 64;

/** A socket with more than this under way hears of nobody until it has caught up; then it hears of everybody once. */
const SLOW_BYTES = 256 * 1024;

/** What all receivers of a flush may get in a second, together: a full room hears of cursors less often. */
const BYTES_PER_SECOND = 4 * 1024 * 1024;

/** In larger rooms a flush brings a person those near to what they look at; of the others they hear every few flushes. */
const SMALL_ROOM = 20;
const FAR_EVERY = 8;
/** Between two flushes of such a room: a frame each is what they cost most. */
const FULL_ROOM_MS = 100;
/** Voxels from a slice that somebody looks at: pointers beyond are drawn as faint rings. */
const NEAR_VOXELS = 8;

interface State {
  readonly clock: number;
  readonly hasLeft: boolean;
  /** As it stands in a frame: made once, however many people it goes to. */
  readonly entry: Uint8Array;
  readonly from: RoomConnection;
  /** Where the pointer is, and where the three slices cross that the person looks at; null where they did not say. */
  readonly cursorZyx: readonly number[] | null;
  readonly crosshairZyx: readonly number[] | null;
}

/**
 * Relays who is here. Of what a socket sends only the newest counts, read once per flush (R58); never stored, and saying
 * who a person is in the server's words: nobody can appear under another name, and no socket as two.
 */
export class PresenceRelay {
  readonly #states = new Map<number, State>();
  readonly #dirty = new Set<number>();
  /** Told to those near, and not to the others yet. */
  readonly #farDirty = new Set<number>();
  #flushes = 0;
  /** True for those who have missed something. */
  readonly #members = new Map<RoomConnection, boolean>();

  welcome(connection: RoomConnection): void {
    this.#members.set(connection, false);
    if (this.#states.size > 0) connection.send(frameOf([...this.#states]));
  }

  leave(connection: RoomConnection): void {
    this.#members.delete(connection);
    const client = connection.presenceClient;
    const state = client === null ? undefined : this.#states.get(client);
    if (client === null || state?.from !== connection) return;
    const entry = entryOf(client, state.clock, "null");
    this.#states.set(client, { ...state, hasLeft: true, entry, cursorZyx: null, crosshairZyx: null });
    this.#dirty.add(client);
  }

  get hasNews(): boolean {
    return this.#dirty.size + this.#farDirty.size > 0;
  }

  /** Call every 50 to 100 ms while somebody sends; returns how long to wait before the next time, in ms. */
  flush(): number {
    for (const member of this.#members.keys()) this.#read(member);
    const isFiltered = this.#members.size > SMALL_ROOM && ++this.#flushes % FAR_EVERY !== 0;
    if (!isFiltered) {
      for (const client of this.#farDirty) this.#dirty.add(client);
      this.#farDirty.clear();
    }
    const changed = [...this.#dirty].flatMap((client) => {
      const state = this.#states.get(client);
      return state ? [[client, state] as const] : [];
    });
    this.#dirty.clear();
    for (const [client, { hasLeft }] of changed) if (hasLeft) this.#states.delete(client);
    const waitMs = isFiltered ? this.#tellThoseNear(changed) : this.#tell(changed);
    return this.#members.size > SMALL_ROOM ? Math.max(waitMs, FULL_ROOM_MS) : waitMs;
  }

  /** Who has left, or does not say where they are, is near to everybody. */
  #tellThoseNear(changed: readonly (readonly [number, State])[]): number {
    let bytes = 0;
    let all: Uint8Array | null = null;
    for (const [client, { cursorZyx }] of changed) if (cursorZyx) this.#farDirty.add(client);
    for (const [member, hasMissed] of this.#members) {
      if (hasMissed || member.bufferedBytes > SLOW_BYTES) {
        if (changed.length > 0) this.#members.set(member, true); // told of everybody at the next full flush
        continue;
      }
      const view =
        member.presenceClient === null ? null : (this.#states.get(member.presenceClient)?.crosshairZyx ?? null);
      const near = changed.filter(([, { from, cursorZyx }]) => from === member || isNear(cursorZyx, view));
      if (near.every(([, { from }]) => from === member)) continue;
      if (near.length === changed.length) all ??= frameOf(changed);
      const frame = near.length === changed.length && all ? all : frameOf(near);
      bytes += frame.length;
      member.send(frame);
    }
    return pauseAfter(bytes);
  }

  /** One frame for all. Who alone has changed is not told of it; who is slow is told of everybody later. */
  #tell(changed: readonly (readonly [number, State])[]): number {
    const origins = new Set(changed.map(([, { from }]) => from));
    let news: Uint8Array | null = null;
    let everybody: Uint8Array | null = null;
    let bytes = 0;
    const send = (member: RoomConnection, frame: Uint8Array) => {
      bytes += frame.length;
      member.send(frame);
    };
    for (const [member, hasMissed] of this.#members) {
      if (member.bufferedBytes > SLOW_BYTES) this.#members.set(member, changed.length > 0 || hasMissed);
      else if (hasMissed) {
        everybody ??= frameOf([...this.#states]);
        send(member, everybody);
        this.#members.set(member, false);
      } else if (changed.length > 0 && !(origins.size === 1 && origins.has(member))) {
        news ??= frameOf(changed);
        send(member, news);
      }
    }
    return pauseAfter(bytes);
  }

  #read(connection: RoomConnection): void {
    const { presence } = connection;
    if (!presence) return;
    connection.presence = null;
    try {
      for (const { client, clock, json } of readEntries(presence)) this.#take(connection, client, clock, json);
    } catch {
      connection.close(1007, "bad presence");
    }
  }

  #take(connection: RoomConnection, client: number, clock: number, json: string): void {
    const known = this.#states.get(client);
    if (known && known.from !== connection && known.from.userId !== connection.userId) return;
    if (known && clock < known.clock) return;
    if (connection.presenceClient === null) {
      if (!known && json === "null") return; // an echo of somebody who has left
      connection.presenceClient = client;
    }
    if (connection.presenceClient !== client) return;
    const presence = signed(json, connection);
    this.#states.set(client, {
      clock,
      from: connection,
      hasLeft: presence === null,
      entry: entryOf(client, clock, JSON.stringify(presence)),
      cursorZyx: presence?.cursorZyx ?? null,
      crosshairZyx: presence?.crosshairZyx ?? null,
    });
    this.#dirty.add(client);
  }
}

const pauseAfter = (bytes: number): number => Math.ceil((bytes * 1000) / BYTES_PER_SECOND);

/** In one of the three slices that somebody looks at, or nearly. */
const isNear = (cursorZyx: readonly number[] | null, viewZyx: readonly number[] | null): boolean =>
  !cursorZyx || !viewZyx || cursorZyx.some((at, axis) => Math.abs(at - viewZyx[axis]) <= NEAR_VOXELS);

/** Name and id as the server knows them; of the rest what a page reads, and nothing else that a socket may say. */
function signed(json: string, { userId, name }: RoomConnection): Presence | null {
  const state: unknown = JSON.parse(json);
  if (state === null) return null;
  if (typeof state !== "object" || Array.isArray(state)) throw new Error("not a state");
  const presence = parsePresence({ ...state, userId, name });
  if (!presence) throw new Error("nobody");
  return presence;
}

function* readEntries(bytes: Uint8Array): IterableIterator<{ client: number; clock: number; json: string }> {
  const reader = new ByteReader(bytes);
  const count = reader.vu();
  if (count > MAX_ENTRIES) malformed("too many presences");
  for (let i = 0; i < count; i++) {
    const [client, clock] = [reader.vu(), reader.vu()];
    const json = new TextDecoder().decode(reader.bytes(reader.vu()));
    if (json.length > MAX_PRESENCE_BYTES) malformed("presence too large");
    yield { client, clock, json };
  }
}

function entryOf(client: number, clock: number, json: string): Uint8Array {
  const entry = encoding.createEncoder();
  encoding.writeVarUint(entry, client);
  encoding.writeVarUint(entry, clock);
  encoding.writeVarString(entry, json);
  return encoding.toUint8Array(entry);
}

function frameOf(states: readonly (readonly [number, State])[]): Uint8Array {
  const body = encoding.createEncoder();
  encoding.writeVarUint(body, states.length);
  for (const [, { entry }] of states) encoding.writeUint8Array(body, entry);
  const frame = encoding.createEncoder();
  encoding.writeVarUint(frame, MessageType.awareness);
  encoding.writeVarUint8Array(frame, encoding.toUint8Array(body));
  return encoding.toUint8Array(frame);
}
