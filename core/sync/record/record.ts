import type { BrickKey } from "../../volume/brick.ts";

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

/** A brick that a record paints, with the box around all that it paints there. */
export interface PaintedBrick {
  readonly key: BrickKey;
  readonly box: LocalBox;
}

/** What a paint costs whoever takes it in, counted while it is decoded. */
export interface PaintSize {
  readonly sections: number;
  readonly runs: number;
  /** Voxels written, each as often as it is written. */
  readonly voxels: number;
  /** Inflated. */
  readonly bodyBytes: number;
}

/** What a record paints. */
export interface PaintBody {
  /** Ascending by key. */
  readonly bricks: readonly PaintedBrick[];
  readonly size: PaintSize;
  /** Each label once. */
  readonly labels: Uint32Array;
  /** Those of a large body are made again when they are needed: ask once, and keep the answer no longer than it is used. */
  voxels(): PaintVoxels;
  /** Makes them again without holding up anything else; they stay as long as the answer is kept. */
  hold(beside: Beside): Promise<PaintVoxels>;
}

export interface PaintVoxels {
  /** In the order of painting. */
  readonly sections: readonly PaintSection[];
  /** The inflated body that holds the runs of the sections. */
  readonly bytes: Uint8Array;
}

/** How long work is done beside everything else. */
export interface Beside {
  /** Inflates stored bytes that have been accepted before, in another thread. */
  inflate(deflated: Uint8Array): Promise<Uint8Array>;
  /** Called between steps: lets others go first when it is time. */
  pause(): Promise<void>;
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
        readonly bricks: readonly PaintedBrick[];
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

/** How much a body may make its readers do. */
export interface PaintBounds {
  /** Inflated; the inflater stops there. */
  readonly bodyBytes: number;
  readonly sections: number;
  /** Voxels written in one brick, in voxels of a whole brick. */
  readonly coats: number;
}

/** What a document may hold: records were once taken in by their bytes alone. */
export const storedBounds: PaintBounds = {
  bodyBytes: recordLimits.bodyBytes,
  sections: Number.POSITIVE_INFINITY,
  coats: Number.POSITIVE_INFINITY,
};
export const storedBlobBounds: PaintBounds = { ...storedBounds, bodyBytes: recordLimits.blobBodyBytes };

/** Voxels of one record may lie in layers, as groups of one act may overlap; more is no drawing. */
const COATS = 8;

/**
 * What is taken in anew, by what is stored of it: few bytes must not become many for everybody who reads them. The planner
 * keeps to it. 8192 sections are the most that ever fitted into a planned body.
 */
export const acceptedBounds = (storedBytes: number): PaintBounds => ({
  bodyBytes: Math.min(recordLimits.bodyBytes, Math.max(128 * 1024, 32 * storedBytes)),
  sections: 8192,
  coats: COATS,
});
export const acceptedBlobBounds = (storedBytes: number): PaintBounds => ({
  bodyBytes: Math.min(32 * 1024 * 1024, Math.max(1024 * 1024, 64 * storedBytes)),
  sections: 131_072,
  coats: COATS,
});
