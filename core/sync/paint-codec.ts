import { ByteReader, ByteWriter, malformed } from "./bytes.ts";
import { heldWeakly } from "./held-weakly.ts";
import { brickExtent, isInside, type LabelGrid, unionBox } from "./label-grid.ts";
import {
  type LocalBox,
  type PaintBody,
  type PaintBounds,
  type PaintedBrick,
  type PaintSection,
  type PaintSize,
  recordLimits,
} from "./record.ts";
import { checkRuns, decodeBox } from "./section-codec.ts";
import { withoutPause } from "./steps.ts";

/** A section on its way into a record. */
export interface EncodedSection {
  readonly key: number;
  /** Box and runs, as encodeSection writes them. */
  readonly bytes: Uint8Array;
}

/** Bytes a section takes inside a body: two varints and its content. */
export const sectionCost = (section: EncodedSection): number => section.bytes.length + 10;

function writeSections(writer: ByteWriter, sections: readonly EncodedSection[]): void {
  for (const { key, bytes } of sections) {
    writer.vu(key);
    writer.vu(bytes.length);
    writer.bytes(bytes);
  }
}

/** Body of PAINT; sections ascend by key. Label 0 erases. */
export function paintBody(label: number, sections: readonly EncodedSection[]): Uint8Array {
  const writer = new ByteWriter(16 + sections.reduce((sum, section) => sum + sectionCost(section), 0));
  writer.vu(label);
  writeSections(writer, sections);
  return writer.finish();
}

/** Body of PAINTN; groups are painted in this order. */
export function paintGroupsBody(
  groups: readonly { readonly label: number; readonly sections: readonly EncodedSection[] }[],
): Uint8Array {
  const writer = new ByteWriter(1024);
  writer.vu(groups.length);
  for (const { label, sections } of groups) {
    writer.vu(label);
    writer.vu(sections.length);
    writeSections(writer, sections);
  }
  return writer.finish();
}

/** A body read to its end. */
export interface DecodedPaint {
  readonly sections: readonly PaintSection[];
  /** Ascending by key. */
  readonly bricks: readonly PaintedBrick[];
  readonly size: PaintSize;
}

function readLabel(reader: ByteReader): number {
  const label = reader.vu();
  if (label >= recordLimits.labelBelow) malformed("label out of range");
  return label;
}

/** Reads sections one after the other, adds up what they cost, and stops at the bounds. */
class SectionReader {
  readonly #reader: ByteReader;
  readonly #grid: LabelGrid;
  readonly #bounds: PaintBounds;
  readonly #sections: PaintSection[] = [];
  readonly #bricks = new Map<number, { box: LocalBox; voxels: number }>();
  readonly #tally = { runs: 0, voxels: 0 };

  constructor(reader: ByteReader, grid: LabelGrid, bounds: PaintBounds) {
    this.#reader = reader;
    this.#grid = grid;
    this.#bounds = bounds;
  }

  /** Returns the section's brick, which must lie above `above`. */
  read(label: number, above: number): number {
    const reader = this.#reader;
    const key = reader.vu();
    const length = reader.vu();
    if (key <= above) malformed("brick keys do not ascend");
    const extent = brickExtent(this.#grid, key);
    if (!extent) malformed("brick outside the volume");
    const to = reader.position + length;
    if (to > reader.source.length) malformed("truncated");
    const box = decodeBox(reader);
    if (!isInside(box, extent)) malformed("box beyond its brick");
    const from = reader.position;
    if (from >= to) malformed("section without runs");
    const before = this.#tally.voxels;
    checkRuns(reader.source, from, to, box, this.#tally);
    reader.position = to;
    this.#sections.push({ label, key, box, from, to });
    this.#count(key, box, this.#tally.voxels - before);
    return key;
  }

  finish(): DecodedPaint {
    const bricks = [...this.#bricks].sort(([a], [b]) => a - b).map(([key, { box }]) => ({ key, box }));
    const size = { ...this.#tally, sections: this.#sections.length, bodyBytes: this.#reader.source.length };
    return { sections: this.#sections, bricks, size };
  }

  #count(key: number, box: LocalBox, voxels: number): void {
    if (this.#sections.length > this.#bounds.sections) malformed(`more than ${this.#bounds.sections} parts`);
    const brick = this.#bricks.get(key);
    if (brick) {
      brick.box = unionBox(brick.box, box);
      brick.voxels += voxels;
      if (brick.voxels > this.#bounds.coats * this.#grid.brickSize ** 3) malformed("one brick painted over and over");
    } else {
      this.#bricks.set(key, { box, voxels });
      if (this.#bricks.size > recordLimits.bricks) malformed("too many bricks");
    }
  }
}

export function decodePaint(body: Uint8Array, grid: LabelGrid, bounds: PaintBounds): DecodedPaint {
  const reader = new ByteReader(body);
  const label = readLabel(reader);
  const sections = new SectionReader(reader, grid, bounds);
  let above = -1;
  do above = sections.read(label, above);
  while (!reader.atEnd);
  return sections.finish();
}

/** Bytes read between two pauses of `paintGroupSteps`: a millisecond or two. */
const STEP_BYTES = 64 * 1024;

/** Decodes a PAINTN body, and lets its caller pause on the way. */
export function* paintGroupSteps(
  body: Uint8Array,
  grid: LabelGrid,
  bounds: PaintBounds,
): Generator<void, DecodedPaint, void> {
  const reader = new ByteReader(body);
  const sections = new SectionReader(reader, grid, bounds);
  const groups = reader.vu();
  if (groups < 1) malformed("no groups");
  let pausedAt = 0;
  for (let group = 0; group < groups; group++) {
    const label = readLabel(reader);
    const count = reader.vu();
    if (count < 1) malformed("group without sections");
    let above = -1;
    for (let i = 0; i < count; i++) {
      above = sections.read(label, above);
      if (reader.position - pausedAt < STEP_BYTES) continue;
      pausedAt = reader.position;
      yield;
    }
  }
  reader.end();
  return sections.finish();
}

export const decodePaintGroups = (body: Uint8Array, grid: LabelGrid, bounds: PaintBounds): DecodedPaint =>
  withoutPause(paintGroupSteps(body, grid, bounds));

/** Above this, sections and inflated bytes are made again when needed: memory is bounded by what is stored. */
const KEEP_BODY_BYTES = 8 * 1024;
const KEEP_SECTIONS = 64;

/** `again` inflates and decodes anew, from stored bytes that have been checked. */
export function paintBodyOf(
  decoded: DecodedPaint,
  body: Uint8Array,
  again: () => { readonly sections: readonly PaintSection[]; readonly body: Uint8Array },
): PaintBody {
  const { sections, bricks, size } = decoded;
  const isSmall = body.length <= KEEP_BODY_BYTES && sections.length <= KEEP_SECTIONS;
  const voxels = isSmall ? () => ({ sections, body }) : heldWeakly({ sections, body }, again);
  return {
    bricks,
    size,
    get sections() {
      return voxels().sections;
    },
    bytes: () => voxels().body,
  };
}
