import type { EditRecord, LabelValue, VoxelRuns } from "../../edit/label-document.ts";
import { sha256Hex } from "../bytes/sha256.ts";
import type { LabelGrid } from "./label-grid.ts";
import { decodePaintGroups, type EncodedSection, paintBody, paintGroupsBody, sectionCost } from "./paint-codec.ts";
import { deflateBlob, paintRefBody } from "./paint-ref-codec.ts";
import { acceptedBlobBounds, acceptedBounds, RecordKind, recordLimits, storedBlobBounds } from "./record.ts";
import { edgeBody, encodeRecord, metaBody } from "./record-codec.ts";
import { encodeSection, type LocalRuns, splitRunsByBrick } from "./section-codec.ts";

/** A record before it has its session, seq and stamp. */
export interface PlannedRecord {
  readonly kind: number;
  readonly body: Uint8Array;
  /** Voxels to upload before the record may be sent. */
  readonly blob?: { readonly sha256: string; readonly bytes: Uint8Array };
}

interface Piece {
  readonly label: LabelValue;
  readonly key: number;
  readonly runs: LocalRuns;
  readonly section: EncodedSection;
}

export interface PlanLimits {
  /** Raw bytes of one record's body. */
  readonly bodyBytes: number;
  /** An act of more records than this sends its voxels as blobs: the document stays small. */
  readonly inlineRecords: number;
}

// 192 KiB nearly always fit the stored limit after deflate.
export const planLimits: PlanLimits = { bodyBytes: 192 * 1024, inlineRecords: 4 };

const BLOB_TARGET_BYTES = 24 * 1024 * 1024;
/** Header: kind and three varints of at most 8 bytes. */
const HEADER_BYTES = 32;

function toPiece(label: LabelValue, key: number, runs: LocalRuns, size: number): Piece {
  return { label, key, runs, section: { key, bytes: encodeSection(runs, size) } };
}

function piecesOf(groups: readonly { label: LabelValue; runs: VoxelRuns }[], grid: LabelGrid): Piece[] {
  return groups.flatMap(({ label, runs }) =>
    [...splitRunsByBrick(runs, grid)].map(([key, local]) => toPiece(label, key, local, grid.brickSize)),
  );
}

/** Joins neighbours of one label; the order of pieces is kept. */
function groupPieces(pieces: readonly Piece[]): { label: LabelValue; sections: EncodedSection[] }[] {
  const groups: { label: LabelValue; sections: EncodedSection[] }[] = [];
  for (const { label, section } of pieces) {
    const last = groups.at(-1);
    if (last?.label === label && (last.sections.at(-1)?.key ?? -1) < section.key) last.sections.push(section);
    else groups.push({ label, sections: [section] });
  }
  return groups;
}

function bodyOf(pieces: readonly Piece[]): { kind: number; body: Uint8Array } {
  const groups = groupPieces(pieces);
  return groups.length === 1
    ? { kind: RecordKind.paint, body: paintBody(groups[0].label, groups[0].sections) }
    : { kind: RecordKind.paintGroups, body: paintGroupsBody(groups) };
}

/** Cuts a list into consecutive parts by bytes, by bricks and by sections. */
function chunk(pieces: readonly Piece[], maxBytes: number, maxSections: number): Piece[][] {
  const parts: Piece[][] = [];
  let bytes = 0;
  let bricks = new Set<number>();
  for (const piece of pieces) {
    const cost = sectionCost(piece.section) + 6;
    bricks.add(piece.key);
    const last = parts.at(-1);
    const isFull = !last || last.length >= maxSections || bytes + cost > maxBytes || bricks.size > recordLimits.bricks;
    if (isFull) {
      parts.push([]);
      bytes = 0;
      bricks = new Set([piece.key]);
    }
    parts[parts.length - 1].push(piece);
    bytes += cost;
  }
  return parts;
}

function fits(planned: PlannedRecord): boolean {
  const stored = encodeRecord({ kind: planned.kind, session: 1, seq: 1, stamp: 1 }, planned.body).length;
  return stored + HEADER_BYTES <= recordLimits.storedBytes && planned.body.length <= acceptedBounds(stored).bodyBytes;
}

/** Halves a part until each half fits into a record; a single brick is halved by its runs. */
function planPart(part: readonly Piece[], size: number): PlannedRecord[] {
  const planned = bodyOf(part);
  if (fits(planned)) return [planned];
  if (part.length > 1) {
    const middle = part.length >> 1;
    return [...planPart(part.slice(0, middle), size), ...planPart(part.slice(middle), size)];
  }
  const [{ label, key, runs }] = part;
  const middle = (runs.length >> 2) << 1;
  return [runs.slice(0, middle), runs.slice(middle)].flatMap((half) =>
    planPart([toPiece(label, key, half, size)], size),
  );
}

/** Halves a part until each half is taken in as a blob: what deflates extremely well does not. */
function planBlob(part: readonly Piece[], grid: LabelGrid): PlannedRecord[] {
  const body = paintGroupsBody(groupPieces(part));
  const bytes = deflateBlob(body);
  const bounds = acceptedBlobBounds(bytes.length);
  if (part.length > 1 && (bytes.length > recordLimits.blobBytes || body.length > bounds.bodyBytes)) {
    const middle = part.length >> 1;
    return [...planBlob(part.slice(0, middle), grid), ...planBlob(part.slice(middle), grid)];
  }
  const sha256 = sha256Hex(bytes);
  const { bricks } = decodePaintGroups(body, grid, storedBlobBounds);
  return [
    {
      kind: RecordKind.paintRef,
      body: paintRefBody({ sha256, blobBytes: bytes.length, bricks }),
      blob: { sha256, bytes },
    },
  ];
}

function planPaint(
  groups: readonly { label: LabelValue; runs: VoxelRuns }[],
  grid: LabelGrid,
  limits: PlanLimits,
): PlannedRecord[] {
  const pieces = piecesOf(groups, grid);
  const inline = chunk(pieces, limits.bodyBytes, acceptedBounds(0).sections);
  if (inline.length <= limits.inlineRecords) return inline.flatMap((part) => planPart(part, grid.brickSize));
  const { sections } = acceptedBlobBounds(0);
  return chunk(pieces, BLOB_TARGET_BYTES, sections).flatMap((part) => planBlob(part, grid));
}

/** The records an act becomes, in order. Voxels outside the volume are left out; nothing to paint is no record. */
export function planRecord(record: EditRecord, grid: LabelGrid, limits: PlanLimits = planLimits): PlannedRecord[] {
  switch (record.kind) {
    case "paint":
      return planPaint([record], grid, limits);
    case "paintGroups":
      return planPaint(record.groups, grid, limits);
    case "field":
      return [{ kind: RecordKind.meta, body: metaBody(record.label, record.field, record.value) }];
    case "merge":
    case "unmerge":
      return record.a === record.b
        ? []
        : [
            {
              kind: record.kind === "merge" ? RecordKind.merge : RecordKind.unmerge,
              body: edgeBody(record.a, record.b),
            },
          ];
  }
}
