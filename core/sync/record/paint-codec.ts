import { type Steps, withoutPause, withPauses } from "../../steps.ts";
import { ByteReader, ByteWriter, malformed } from "../bytes/bytes.ts";
import { HeldWeakly } from "../bytes/held-weakly.ts";
import { brickExtent, isInside, type LabelGrid, unionBox } from "./label-grid.ts";
import {
  type LocalBox,
  type PaintBody,
  type PaintBounds,
  type PaintedBrick,
  type PaintSection,
  type PaintSize,
  type PaintVoxels,
  recordLimits,
} from "./record.ts";
import { checkRuns, decodeBox } from "./section-codec.ts";

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

/** Bytes read between two pauses: a millisecond or two. */
const STEP_BYTES = 64 * 1024;

/** Decodes a PAINT body, and lets its caller pause on the way. */
export function* paintSteps(body: Uint8Array, grid: LabelGrid, bounds: PaintBounds): Steps<DecodedPaint> {
  const reader = new ByteReader(body);
  const label = readLabel(reader);
  const sections = new SectionReader(reader, grid, bounds);
  let pausedAt = 0;
  let above = -1;
  do {
    above = sections.read(label, above);
    if (reader.position - pausedAt < STEP_BYTES) continue;
    pausedAt = reader.position;
    yield;
  } while (!reader.atEnd);
  return sections.finish();
}

/** Decodes a PAINTN body, and lets its caller pause on the way. */
export function* paintGroupSteps(body: Uint8Array, grid: LabelGrid, bounds: PaintBounds): Steps<DecodedPaint> {
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

/** About what a section takes beside the bytes of its runs. */
const SECTION_BYTES = 150;

/** How the voxels of a large body are made again, from stored bytes that have been checked. */
export interface VoxelSource {
  inflate(): Uint8Array;
  read(body: Uint8Array): Steps<DecodedPaint>;
  /** Deflated bytes that are worth another thread; null where inflating takes a few milliseconds. */
  readonly blob: Uint8Array | null;
}

export function paintBodyOf(decoded: DecodedPaint, bytes: Uint8Array, source: VoxelSource): PaintBody {
  const { sections, bricks, size } = decoded;
  const labels = Uint32Array.from(new Set(sections.map(({ label }) => label)));
  const now: PaintVoxels = { sections, bytes };
  if (bytes.length <= KEEP_BODY_BYTES && sections.length <= KEEP_SECTIONS)
    return { bricks, size, labels, voxels: () => now, hold: async () => now };
  const weight = bytes.length + sections.length * SECTION_BYTES;
  const held = new HeldWeakly(now, weight, () => {
    const inflated = source.inflate();
    return { sections: withoutPause(source.read(inflated)).sections, bytes: inflated };
  });
  return {
    bricks,
    size,
    labels,
    voxels: () => held.get(),
    hold: ({ inflate, pause }) =>
      held.hold(async () => {
        const inflated = source.blob ? await inflate(source.blob) : source.inflate();
        return { sections: (await withPauses(source.read(inflated), pause)).sections, bytes: inflated };
      }),
  };
}
