import type { Awareness } from "y-protocols/awareness";
import type * as Y from "yjs";
import { decodeMessage, type Message, MessageType } from "./messages.ts";

/** A connection of one document to its room. Reconnects by itself until it is closed or the server decided against it. */
export interface Link {
  /** Drops the message while not connected: HELLO tells everything again after a reconnect. */
  send(bytes: Uint8Array): void;
  close(): void;
}

export interface LinkEvents {
  /** The server's state has arrived and the own difference has left (R23). */
  onSynced(): void;
  onDisconnected(): void;
  onMessage(message: Message): void;
  /** The server decided; there will be no further attempt. */
  onClosed(code: number, reason: string): void;
}

export type OpenLink = (room: string, doc: Y.Doc, awareness: Awareness, events: LinkEvents) => Link;

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
  readonly ws: { readonly readyState: number; send(data: Uint8Array<ArrayBuffer>): void } | null;
  on(event: "sync", listener: (synced: boolean) => void): unknown;
  on(event: "status", listener: (change: { status: string }) => void): unknown;
  on(event: "closed", listener: (event: { code: number; reason: string }) => void): unknown;
  connect(): void;
  destroy(): void;
}

const OPEN = 1;

/** Binds a provider made with `connect: false` and `disableBc: true` (T2); message handlers are set before it connects. */
export function linkOverProvider(provider: ProviderLike, events: LinkEvents): Link {
  let open = true;
  for (const type of [MessageType.ack, MessageType.reject, MessageType.lease])
    provider.messageHandlers[type] = (_encoder, decoder) => {
      if (open) events.onMessage(decodeMessage(type, decoder.arr.subarray(decoder.pos)));
    };
  provider.on("sync", (synced) => {
    if (open && synced) events.onSynced();
  });
  provider.on("status", ({ status }) => {
    if (open && status === "disconnected") events.onDisconnected();
  });
  provider.on("closed", ({ code, reason }) => {
    if (open) events.onClosed(code, reason);
  });
  provider.connect();
  return {
    send(bytes) {
      if (provider.ws?.readyState === OPEN) provider.ws.send(Uint8Array.from(bytes));
    },
    close() {
      open = false;
      provider.destroy();
    },
  };
}
