import { EventEmitter } from "node:events";
import type { NucleusPatch } from "../core/labels/nucleus-columns.ts";

/**
 * Hints that something changed; the truth is in the database. A page that hears one asks again for what it shows, but for
 * labels, which change with every stroke: of them the change itself is told.
 */
export type ServerEvent =
  | { readonly topic: "project"; readonly projectId: string }
  | { readonly topic: "volume"; readonly projectId: string; readonly volumeId: string }
  | NucleiEvent
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

/** What the project page shows of a volume's labels. */
export interface NucleusCounts {
  /** Nuclei that people have vouched for. */
  readonly truth: number;
  readonly unfinished: number;
}

/** The labels of a volume changed. */
export interface NucleiEvent {
  readonly topic: "nuclei";
  readonly projectId: string;
  readonly volumeId: string;
  /** What changed in the list; without it, whoever shows the list asks again. */
  readonly patch?: NucleusPatch;
  /** How many there are, where somebody has counted them. */
  readonly counts?: NucleusCounts;
}

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
