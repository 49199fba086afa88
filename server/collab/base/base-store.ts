import type { BaseFacts } from "../../../core/sync/fold/base-facts.ts";
import type { LabelGrid } from "../../../core/sync/record/label-grid.ts";
import type { PaintBody, RecordId } from "../../../core/sync/record/record.ts";
import type { BrickKey } from "../../../core/volume/brick.ts";

/** Folded fields and merges are kept as one more brick, under a key that none has. */
export const FACTS_KEY: BrickKey = -1;

/** A brick of the base, or the facts, as of a rev and until the next version. Never changed once written. */
export interface BaseVersion {
  readonly key: BrickKey;
  readonly rev: number;
  /** It holds the records of all generations up to this one. */
  readonly generation: number;
  readonly hash: string;
  /** Name of the bytes in the store; null where all is background. */
  readonly blob: string | null;
  /** Nothing that it holds has been undone or redone since: a repair may start from it (R43). */
  readonly isStart: boolean;
  readonly atMs: number;
}

/** A record of the history that is in the base. */
export interface FoldedRow {
  readonly id: RecordId;
  readonly foldedGeneration: number;
  readonly undone: boolean;
  readonly record: Uint8Array;
}

/** What a fold or a repair changes beside the document, durable in the same transaction. */
export interface BaseChange {
  readonly rev: number;
  /** The generation that is folded; 0 for a repair. */
  readonly generation: number;
  /** Records that are folded: of each session those after `after` up to `upTo`. */
  readonly folded: readonly { readonly session: number; readonly after: number; readonly upTo: number }[];
  /** Folded records that are undone now, or not any more. */
  readonly undone: ReadonlyMap<RecordId, boolean>;
  readonly versions: readonly BaseVersion[];
  /** Versions of a key from this generation on are no start any more. */
  readonly spoiled: ReadonlyMap<BrickKey, number>;
}

/** The base of a volume's labels: bytes that are written before anything names them, and what the history says of it. */
export interface BaseStore {
  /** Null where all is background; without a version what was imported. */
  readBrick(key: BrickKey, version: BaseVersion | undefined): Promise<Uint32Array | null>;
  readFacts(version: BaseVersion | undefined): Promise<BaseFacts>;
  /** All versions of these bricks that can be read. */
  readVersions(keys: readonly BrickKey[]): Promise<BaseVersion[]>;
  /** Durable when it resolves, under a name that nothing else ever had. */
  writeBrick(key: BrickKey, rev: number, voxels: Uint32Array | null): Promise<string | null>;
  writeFacts(rev: number, facts: BaseFacts): Promise<string>;
  /** Those of the records that are still in the history. */
  readFolded(ids: readonly RecordId[]): Promise<FoldedRow[]>;
  /** Folded records of later generations that paint a brick; for FACTS_KEY those that carry fields or merges. */
  readHistory(key: BrickKey, afterGeneration: number): Promise<FoldedRow[]>;
  readBlob(sha256: string, grid: LabelGrid): Promise<PaintBody | null>;
}
