import { EventEmitter } from "node:events";
import type { TrainingMetric } from "../core/contract/trainer-messages.ts";
import type { NucleusPatch } from "../core/labels/nucleus-columns.ts";

/**
 * Hints that something changed; the truth is in the database. A page that hears one asks again for what it shows, but for
 * labels, which change with every stroke, and for a training that gets on: of them the change itself is told.
 */
export type ServerEvent =
  | { readonly topic: "project"; readonly projectId: string }
  | { readonly topic: "volume"; readonly projectId: string; readonly volumeId: string }
  | NucleiEvent
  | { readonly topic: "boxes"; readonly projectId: string; readonly volumeId: string }
  | TrainingEvent
  | ProposalsEvent
  /** Who looks at what; `decided`: an answer was given or taken back. */
  | { readonly topic: "queue"; readonly projectId: string; readonly decided?: true }
  | ReviewEvent
  | CommentsEvent
  | { readonly topic: "members"; readonly projectId: string; readonly userId: string }
  | { readonly topic: "export"; readonly projectId: string }
  | { readonly topic: "publication"; readonly projectId: string }
  | { readonly topic: "deposit"; readonly projectId: string }
  | { readonly topic: "webhooks"; readonly projectId: string }
  /** What there is to do in a project changed. `userIds`: whose work it is, or was. */
  | { readonly topic: "tasks"; readonly projectId: string; readonly userIds: readonly string[] }
  /** A blind study got on. `userIds`: its annotators and its adjudicator. */
  | { readonly topic: "studies"; readonly projectId: string; readonly userIds: readonly string[] }
  /** A person was told of something, or has read it: for their pages alone. */
  | { readonly topic: "notifications"; readonly userId: string }
  /** Sessions of the person ended, or the account was switched off. */
  | { readonly topic: "account"; readonly userId: string }
  | { readonly topic: "engine" }
  | { readonly topic: "settings" };

/** What is proposed in a volume changed. */
export interface ProposalsEvent {
  readonly topic: "proposals";
  readonly projectId: string;
  readonly volumeId: string;
  /** Only that this one is open no more; without it, whoever shows proposals asks again. */
  readonly settled?: number;
}

/** Something was said, changed or resolved in one conversation. */
export interface CommentsEvent {
  readonly topic: "comments";
  readonly projectId: string;
  readonly volumeId: string;
  readonly threadId: string;
  /** People who were named in it just now, and by whom. */
  readonly mentions?: readonly string[];
  readonly by?: string;
}

/** What was said of a nucleus, or who looks at it now. How it stands comes with the row of the list. */
export interface ReviewEvent {
  readonly topic: "review";
  readonly projectId: string;
  readonly volumeId: string;
  readonly label: number;
  readonly heldBy: { readonly userId: string; readonly name: string } | null;
}

/** What the project page shows of a volume's labels. */
export interface NucleusCounts {
  /** Nuclei that people have vouched for. */
  readonly truth: number;
  readonly unfinished: number;
  /** Of the truth: waiting for a second person, approved by one, sent back by one. */
  readonly toReview: number;
  readonly approved: number;
  readonly sentBack: number;
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

/** Of a job that goes on as it was. */
export interface JobProgress {
  readonly jobId: string;
  /** 0…1 */
  readonly progress: number;
  readonly phase: string;
  readonly cancelRequested: boolean;
}

/** A training or prediction: with neither of the two, whoever shows it asks again. */
export interface TrainingEvent {
  readonly topic: "training";
  readonly projectId: string;
  readonly progress?: JobProgress;
  /** Points of its chart that are there since. */
  readonly metrics?: { readonly jobId: string; readonly points: readonly TrainingMetric[] };
}

export interface ServerEvents {
  publish(event: ServerEvent): void;
  /** Of several servers: what the others told may not have arrived. */
  missed(): void;
  /** `onMissed`: what was heard so far is not all; who shows something asks again for all of it. */
  subscribe(listener: (event: ServerEvent) => void, onMissed?: () => void): () => void;
}

export function createServerEvents(): ServerEvents {
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0);
  return {
    publish: (event) => emitter.emit("event", event),
    missed: () => emitter.emit("missed"),
    subscribe(listener, onMissed = () => {}) {
      emitter.on("event", listener);
      emitter.on("missed", onMissed);
      return () => {
        emitter.off("event", listener);
        emitter.off("missed", onMissed);
      };
    },
  };
}
