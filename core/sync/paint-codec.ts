import { ByteReader, ByteWriter, malformed } from "./bytes.ts";
import { brickExtent, isInside, type LabelGrid } from "./label-grid.ts";
import { type PaintSection, recordLimits } from "./record.ts";
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

function readLabel(reader: ByteReader): number {
  const label = reader.vu();
  if (label >= recordLimits.labelBelow) malformed("label out of range");
  return label;
}

function readSection(reader: ByteReader, label: number, above: number, grid: LabelGrid): PaintSection {
  const key = reader.vu();
  const length = reader.vu();
  if (key <= above) malformed("brick keys do not ascend");
  const extent = brickExtent(grid, key);
  if (!extent) malformed("brick outside the volume");
  const to = reader.position + length;
  if (to > reader.source.length) malformed("truncated");
  const box = decodeBox(reader);
  if (!isInside(box, extent)) malformed("box beyond its brick");
  const from = reader.position;
  if (from >= to) malformed("section without runs");
  checkRuns(reader.source, from, to, box);
  reader.position = to;
  return { label, key, box, from, to };
}

export function decodePaint(body: Uint8Array, grid: LabelGrid): PaintSection[] {
  const reader = new ByteReader(body);
  const label = readLabel(reader);
  const sections: PaintSection[] = [];
  do {
    sections.push(readSection(reader, label, sections.at(-1)?.key ?? -1, grid));
    if (sections.length > recordLimits.bricks) malformed("too many bricks");
  } while (!reader.atEnd);
  return sections;
}

export function decodePaintGroups(body: Uint8Array, grid: LabelGrid, maxBricks: number): PaintSection[] {
  const reader = new ByteReader(body);
  const sections: PaintSection[] = [];
  const bricks = new Set<number>();
  const groups = reader.vu();
  if (groups < 1) malformed("no groups");
  for (let group = 0; group < groups; group++) {
    const label = readLabel(reader);
    const count = reader.vu();
    if (count < 1) malformed("group without sections");
    let above = -1;
    for (let i = 0; i < count; i++) {
      const section = readSection(reader, label, above, grid);
      above = section.key;
      sections.push(section);
      bricks.add(section.key);
      if (bricks.size > maxBricks) malformed("too many bricks");
    }
  }
  reader.end();
  return sections;
}
