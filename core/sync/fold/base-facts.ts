import type { LabelValue } from "../../edit/label-document.ts";
import { ByteReader, ByteWriter, malformed } from "../bytes/bytes.ts";
import { type MetaValue, recordIdOf } from "../record/record.ts";
import type { FoldRecord } from "./fold-record.ts";

/**
 * Fields and merges of folded records (R56): per label and field the last META that is not undone, with its place in the
 * order, as merged groups compare their members; and the pairs whose last word is MERGE. Bytes are canonical.
 */
export interface BaseFacts {
  readonly fields: readonly FoldRecord[];
  readonly edges: readonly (readonly [LabelValue, LabelValue])[];
}

export const noFacts: BaseFacts = { fields: [], edges: [] };

export function encodeFacts({ fields, edges }: BaseFacts): Uint8Array {
  const writer = new ByteWriter(4096);
  writer.u8(1);
  const metas = fields.flatMap(({ record, generation }) => (record.kind === 4 ? [{ record, generation }] : []));
  metas.sort((a, b) => a.record.label - b.record.label || a.record.field - b.record.field);
  writer.vu(metas.length);
  const text = new TextEncoder();
  for (const { record, generation } of metas) {
    writer.vu(record.label);
    writer.u8(record.field);
    writer.vu(generation);
    writer.vu(record.stamp);
    writer.vu(record.session);
    writer.vu(record.seq);
    const json = text.encode(JSON.stringify(record.value));
    writer.vu(json.length);
    writer.bytes(json);
  }
  writer.vu(edges.length);
  for (const [a, b] of [...edges].sort((p, q) => p[0] - q[0] || p[1] - q[1])) {
    writer.vu(a);
    writer.vu(b);
  }
  return writer.finish();
}

const NO_BYTES = new Uint8Array(0);

export function decodeFacts(bytes: Uint8Array): BaseFacts {
  const reader = new ByteReader(bytes);
  if (reader.u8() !== 1) malformed("unknown version of facts");
  const fields: FoldRecord[] = [];
  const text = new TextDecoder();
  for (let rest = reader.vu(); rest > 0; rest--) {
    const [label, field, generation] = [reader.vu(), reader.u8(), reader.vu()];
    const [stamp, session, seq] = [reader.vu(), reader.vu(), reader.vu()];
    const value = JSON.parse(text.decode(reader.bytes(reader.vu()))) as MetaValue;
    const record = { id: recordIdOf(session, seq), kind: 4, session, seq, stamp, label, field, value } as const;
    fields.push({ record, stored: NO_BYTES, generation, undone: false });
  }
  const edges: [LabelValue, LabelValue][] = [];
  for (let rest = reader.vu(); rest > 0; rest--) edges.push([reader.vu(), reader.vu()]);
  reader.end();
  return { fields, edges };
}

const isFact = ({ record: { kind } }: FoldRecord): boolean => kind === 4 || kind === 5 || kind === 6;

/** Facts with more folded records over them, in their order, none of them undone. */
export function factsOver(facts: BaseFacts, records: readonly FoldRecord[]): BaseFacts {
  if (!records.some(isFact)) return facts;
  const fields = new Map<string, FoldRecord>();
  for (const entry of [...facts.fields, ...records]) {
    if (entry.record.kind !== 4) continue;
    const known = entry.stored.length === 0 ? entry : { ...entry, stored: NO_BYTES, undone: false };
    fields.set(`${entry.record.label} ${entry.record.field}`, known);
  }
  const edges = new Map(facts.edges.map((edge) => [`${edge[0]} ${edge[1]}`, edge]));
  for (const { record } of records) {
    if (record.kind === 5) edges.set(`${record.a} ${record.b}`, [record.a, record.b]);
    if (record.kind === 6) edges.delete(`${record.a} ${record.b}`);
  }
  return { fields: [...fields.values()], edges: [...edges.values()] };
}
