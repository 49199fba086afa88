import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { MessageType } from "../../core/sync/messages.ts";
import { MAX_PRESENCE_BYTES } from "../../core/sync/presence.ts";
import type { RoomConnection } from "./room-connection.ts";

/** One browser page of one person has one client; a few more survive a reconnect until they time out. */
const MAX_CLIENTS_PER_CONNECTION = 4;

interface State {
  readonly clock: number;
  /** `null` = has left. */
  readonly json: string;
  readonly from: RoomConnection;
}

/**
 * Relays who is here. States are coalesced until `flush` (R58), never stored, and say who a person is in the server's
 * words: nobody can appear under another name.
 */
export class PresenceRelay {
  readonly #states = new Map<number, State>();
  readonly #dirty = new Set<number>();
  readonly #members = new Set<RoomConnection>();

  welcome(connection: RoomConnection): void {
    this.#members.add(connection);
    if (this.#states.size > 0) connection.send(frameOf([...this.#states]));
  }

  leave(connection: RoomConnection): void {
    this.#members.delete(connection);
    for (const [client, state] of this.#states)
      if (state.from === connection) {
        this.#states.set(client, { ...state, json: "null" });
        this.#dirty.add(client);
      }
  }

  /** An awareness update; entries for clients of other people are left out. */
  receive(connection: RoomConnection, bytes: Uint8Array): void {
    try {
      for (const { client, clock, json } of readEntries(bytes)) this.#take(connection, client, clock, json);
    } catch {
      connection.close(1007, "bad presence");
    }
  }

  get hasNews(): boolean {
    return this.#dirty.size > 0;
  }

  /** Call every 50 to 100 ms while `hasNews`. */
  flush(): void {
    const changed = [...this.#dirty].flatMap((client) => {
      const state = this.#states.get(client);
      return state ? [[client, state] as const] : [];
    });
    this.#dirty.clear();
    for (const [client, { json }] of changed) if (json === "null") this.#states.delete(client);
    if (changed.length === 0) return;
    for (const member of this.#members) {
      const news = changed.filter(([, { from }]) => from !== member);
      if (news.length > 0) member.send(frameOf(news));
    }
  }

  #take(connection: RoomConnection, client: number, clock: number, json: string): void {
    const known = this.#states.get(client);
    if (known && known.from !== connection && known.from.userId !== connection.userId) return;
    if (known && clock < known.clock) return;
    const own = [...this.#states.values()].filter(({ from }) => from === connection).length;
    if (!known && own >= MAX_CLIENTS_PER_CONNECTION) return;
    this.#states.set(client, { clock, json: signed(json, connection), from: connection });
    this.#dirty.add(client);
  }
}

/** Name and id as the server knows them. */
function signed(json: string, { userId, name }: RoomConnection): string {
  const state: unknown = JSON.parse(json);
  if (state === null) return "null";
  if (typeof state !== "object" || Array.isArray(state)) throw new Error("not a state");
  return JSON.stringify({ ...state, userId, name });
}

function* readEntries(bytes: Uint8Array): IterableIterator<{ client: number; clock: number; json: string }> {
  const decoder = decoding.createDecoder(bytes);
  for (let rest = decoding.readVarUint(decoder); rest > 0; rest--) {
    const client = decoding.readVarUint(decoder);
    const clock = decoding.readVarUint(decoder);
    const json = decoding.readVarString(decoder);
    if (json.length > MAX_PRESENCE_BYTES) throw new Error("presence too large");
    yield { client, clock, json };
  }
}

function frameOf(states: readonly (readonly [number, State])[]): Uint8Array {
  const body = encoding.createEncoder();
  encoding.writeVarUint(body, states.length);
  for (const [client, { clock, json }] of states) {
    encoding.writeVarUint(body, client);
    encoding.writeVarUint(body, clock);
    encoding.writeVarString(body, json);
  }
  const frame = encoding.createEncoder();
  encoding.writeVarUint(frame, MessageType.awareness);
  encoding.writeVarUint8Array(frame, encoding.toUint8Array(body));
  return encoding.toUint8Array(frame);
}
