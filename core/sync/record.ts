import type { BrickKey } from "../volume/brick.ts";

/** Kinds of records: numbers of the byte layout, never re-used. */
export const RecordKind = {
  void: 0,
  paint: 1,
  undo: 2,
  redo: 3,
  meta: 4,
  merge: 5,
  unmerge: 6,
  paintGroups: 7,
  paintRef: 8,
} as const;

/** `base36(session).base36(seq)`, as records are keyed in a generation. */
export type RecordId = string;

export const recordIdOf = (session: number, seq: number): RecordId => `${session.toString(36)}.${seq.toString(36)}`;

/** What the gate reads without inflating anything. */
export interface RecordHeader {
  readonly id: RecordId;
  readonly kind: number;
  /** Leased to one page load of one person. */
  readonly session: number;
  /** 1, 2, 3… per session. */
  readonly seq: number;
  /** Lamport clock of the author. */
  readonly stamp: number;
}

/** Box inside one brick, half-open, x fastest; corners 0…brickSize. */
export interface LocalBox {
  readonly x0: number;
  readonly y0: number;
  readonly z0: number;
  readonly x1: number;
  readonly y1: number;
  readonly z1: number;
}

/** The part of a paint that lies in one brick. Runs stay as bytes inside the body (`from`, `to`). */
export interface PaintSection {
  readonly label: number;
  readonly key: BrickKey;
  readonly box: LocalBox;
  readonly from: number;
  readonly to: number;
}

/** Sections and the inflated bytes that hold their runs. */
export interface PaintBody {
  readonly sections: readonly PaintSection[];
  bytes(): Uint8Array;
}

export type MetaValue = string | number | boolean | null;

export type DecodedRecord = RecordHeader &
  (
    | { readonly kind: 0 }
    | { readonly kind: 1 | 7; readonly body: PaintBody }
    | {
        readonly kind: 2 | 3;
        readonly target: RecordId;
        readonly targetSession: number;
        readonly targetSeq: number;
      }
    | { readonly kind: 4; readonly label: number; readonly field: number; readonly value: MetaValue }
    | { readonly kind: 5 | 6; readonly a: number; readonly b: number }
    | {
        readonly kind: 8;
        readonly sha256: string;
        readonly blobBytes: number;
        readonly bricks: readonly { readonly key: BrickKey; readonly box: LocalBox }[];
      }
  );

/** Bounds of a record (R9). A larger act is split into several records, or its voxels travel as a blob. */
export const recordLimits = {
  storedBytes: 64 * 1024,
  bodyBytes: 1024 * 1024,
  bricks: 512,
  labelBelow: 2 ** 32,
  seqBelow: 2 ** 32,
  metaBytes: 1024,
  /** Distance a stamp may run ahead of the highest one the server has seen. */
  stampAhead: 2 ** 20,
  blobBytes: 16 * 1024 * 1024,
  blobBodyBytes: 64 * 1024 * 1024,
} as const;
