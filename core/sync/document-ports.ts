import type { BrickKey } from "../volume/brick.ts";
import type { OpenLink } from "./link/link.ts";
import type { RecordId } from "./record/record.ts";
import type { OutboxStore } from "./unsent/outbox.ts";
import type { ActStore } from "./unsent/undo-stack.ts";

/** What the server gives a page load: a session nobody else ever had, and label values of its own. */
export interface SessionLease {
  /** 0 for people who may only look. */
  readonly session: number;
  readonly epoch: number;
  readonly canEdit: boolean;
  readonly firstLabel: number;
  readonly labelCount: number;
  /** False: the base at rev 0 is background everywhere, and no brick of it need be asked for. */
  readonly hasBase: boolean;
  /** For so many days the server keeps what it needs to undo an act. */
  readonly historyDays: number;
  /** What the page seals edits with that it saves to a file (`kept-edits-file.ts`); none for people who may only look. */
  readonly sealKey?: string;
  /** Why this page may only look, where it is not for the person's role. */
  readonly lookOnlyReason?: string;
}

/** The server could not do it at the moment and said why: tried again, and shown meanwhile. Words without a full stop. */
export class ServerTrouble extends Error {}

/** Everything outside that a co-edited document needs. */
export interface LabelDocumentPorts {
  readonly outbox: OutboxStore;
  readonly acts: ActStore;
  /** `after`: the last record in the outbox now (R40). Rejects while the server is away; a Problem when it says no. */
  startSession(after: RecordId | null): Promise<SessionLease>;
  readonly openLink: OpenLink;
  /** The base of a brick as of a rev, null where it is all background. */
  fetchBrick(key: BrickKey, rev: number, signal?: AbortSignal): Promise<Uint32Array | null>;
  /** Bricks of the base as of a rev that are not all background. */
  fetchOccupied(rev: number): Promise<readonly BrickKey[]>;
  /** Fields and merges of the base as of a rev, as `encodeFacts` wrote them; null where there are none. */
  fetchFacts(rev: number): Promise<Uint8Array | null>;
  fetchBlob(sha256: string): Promise<Uint8Array>;
  /** Rejects with a Problem when the server will never take these voxels; after anything else it is called again. */
  uploadBlob(sha256: string, bytes: Uint8Array): Promise<void>;
  /** Runs a task later; returns what cancels it. */
  schedule(task: () => void, delayMs: number): () => void;
  now(): Date;
}
