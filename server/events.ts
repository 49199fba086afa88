import { EventEmitter } from "node:events";

/** Hints that something changed; the truth is in the database. A page that hears one asks again for what it shows. */
export type ServerEvent =
  | { readonly topic: "project"; readonly projectId: string }
  | { readonly topic: "volume"; readonly projectId: string; readonly volumeId: string }
  | { readonly topic: "nuclei"; readonly projectId: string; readonly volumeId: string }
  | { readonly topic: "boxes"; readonly projectId: string; readonly volumeId: string }
  | { readonly topic: "training"; readonly projectId: string }
  | { readonly topic: "proposals"; readonly projectId: string; readonly volumeId: string }
  | { readonly topic: "queue"; readonly projectId: string }
  | { readonly topic: "members"; readonly projectId: string; readonly userId: string }
  | { readonly topic: "export"; readonly projectId: string }
  /** Sessions of the person ended, or the account was switched off. */
  | { readonly topic: "account"; readonly userId: string }
  | { readonly topic: "engine" }
  | { readonly topic: "settings" };

export interface ServerEvents {
  publish(event: ServerEvent): void;
  subscribe(listener: (event: ServerEvent) => void): () => void;
}

export function createServerEvents(): ServerEvents {
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0);
  return {
    publish: (event) => emitter.emit("event", event),
    subscribe(listener) {
      emitter.on("event", listener);
      return () => emitter.off("event", listener);
    },
  };
}
