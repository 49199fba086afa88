import * as encoding from "lib0/encoding";
import { type Awareness, encodeAwarenessUpdate } from "y-protocols/awareness";
import type * as Y from "yjs";
import { decodeMessage, type Message, MessageType, RestartReason } from "./messages.ts";

/** A connection of one document to its room. Reconnects by itself until it is closed or the server decided against it. */
export interface Link {
  /** Drops the message while not connected: HELLO tells everything again after a reconnect. */
  send(bytes: Uint8Array): void;
  close(): void;
}

export interface LinkEvents {
  /** The server's state has arrived and the own difference has left (R23). */
  onSynced(): void;
  /** `trouble`: what the server said of why it closed, where a person should know; a sentence without its full stop. */
  onDisconnected(trouble: string | null): void;
  onMessage(message: Message): void;
  /** The server decided; there will be no further attempt. */
  onClosed(code: number, reason: string): void;
}

export type OpenLink = (room: string, doc: Y.Doc, awareness: Awareness, events: LinkEvents) => Link;

type AwarenessListener = (
  changes: { readonly added: number[]; readonly updated: number[]; readonly removed: number[] },
  origin: unknown,
) => void;

/** The part of y-websocket's provider that is used; named here so that core does not depend on a transport. */
export interface ProviderLike {
  readonly messageHandlers: Record<
    number,
    (
      encoder: never,
      decoder: { readonly arr: Uint8Array; readonly pos: number },
      provider: never,
      emitSynced: boolean,
      type: number,
    ) => void
  >;
  readonly awareness: Awareness;
  /** Sends on every change of the awareness, those it has just received included. */
  readonly _awarenessUpdateHandler: AwarenessListener;
  readonly ws: { readonly readyState: number; send(data: Uint8Array<ArrayBuffer>): void } | null;
  /** The server decided against this page when false: no further attempt. */
  readonly shouldConnect: boolean;
  /** Attempts that failed in a row: the pause before the next one grows with them. */
  wsUnsuccessfulReconnects: number;
  on(event: "sync", listener: (synced: boolean) => void): unknown;
  on(event: "status", listener: (change: { status: string }) => void): unknown;
  on(event: "connection-close", listener: (event: { reason: string } | null) => void): unknown;
  on(event: "closed", listener: (event: { code: number; reason: string }) => void): unknown;
  connect(): void;
  disconnect(): void;
  destroy(): void;
}

const OPEN = 1;

/** An attempt that has not synced by then is dropped and made anew: a socket can be accepted and never answered. */
export const ATTEMPT_MS = 5000;
/** One that opened may be carrying a large document over a slow line: each gets twice the time of the one before. */
const LONGEST_ATTEMPT_MS = 80_000;

/** Drops what is under way and asks the server at once. */
export function connectAnew(
  provider: Pick<ProviderLike, "shouldConnect" | "wsUnsuccessfulReconnects" | "connect" | "disconnect">,
): void {
  if (!provider.shouldConnect) return;
  provider.wsUnsuccessfulReconnects = 0;
  provider.disconnect();
  provider.connect();
}

/**
 * Binds a provider made with `connect: false` and `disableBc: true` (T2); message handlers are set before it connects.
 * `schedule` runs a task later and returns what cancels it.
 */
export function linkOverProvider(
  provider: ProviderLike,
  events: LinkEvents,
  schedule: (task: () => void, delayMs: number) => () => void,
): Link {
  let open = true;
  let hasOpened = false;
  let boundMs = ATTEMPT_MS;
  let unwatch = () => {};
  const watchAttempt = (): void => {
    unwatch();
    unwatch = schedule(() => {
      if (hasOpened) boundMs = Math.min(2 * boundMs, LONGEST_ATTEMPT_MS);
      connectAnew(provider);
    }, boundMs);
  };
  const send = (bytes: Uint8Array): void => {
    if (provider.ws?.readyState === OPEN) provider.ws.send(Uint8Array.from(bytes));
  };
  // What is heard of the others is not told again: the server would hear everybody from everybody.
  const { awareness } = provider;
  const tellOwn: AwarenessListener = ({ added, updated, removed }) => {
    const own = awareness.clientID;
    if (added.includes(own) || updated.includes(own) || removed.includes(own)) send(presenceFrame(awareness));
  };
  awareness.off("update", provider._awarenessUpdateHandler);
  awareness.on("update", tellOwn);
  for (const type of [MessageType.ack, MessageType.reject, MessageType.lease])
    provider.messageHandlers[type] = (_encoder, decoder) => {
      if (open) events.onMessage(decodeMessage(type, decoder.arr.subarray(decoder.pos)));
    };
  provider.on("sync", (synced) => {
    if (!open || !synced) return;
    unwatch();
    boundMs = ATTEMPT_MS;
    events.onSynced();
  });
  let trouble: string | null = null;
  provider.on("connection-close", (event) => {
    trouble = event?.reason === RestartReason.diskFull ? event.reason : null;
  });
  provider.on("status", ({ status }) => {
    if (!open) return;
    hasOpened = status === "connected";
    if (status === "connecting") watchAttempt();
    if (status === "disconnected") events.onDisconnected(trouble);
  });
  provider.on("closed", ({ code, reason }) => {
    unwatch();
    if (open) events.onClosed(code, reason);
  });
  provider.connect();
  return {
    send,
    close() {
      open = false;
      unwatch();
      provider.destroy();
      awareness.off("update", tellOwn);
    },
  };
}

function presenceFrame(awareness: Awareness): Uint8Array {
  const frame = encoding.createEncoder();
  encoding.writeVarUint(frame, MessageType.awareness);
  encoding.writeVarUint8Array(frame, encodeAwarenessUpdate(awareness, [awareness.clientID]));
  return encoding.toUint8Array(frame);
}
