import type { LabelValue, NucleusFields } from "../../edit/label-document.ts";
import { metaFieldNames } from "../record/record-codec.ts";
import { type BaseFacts, noFacts } from "./base-facts.ts";
import { compareRecords, type FoldRecord, insertInOrder, removeInOrder } from "./fold-record.ts";
import { MergePartition } from "./merge-partition.ts";

type FieldRecords = (FoldRecord[] | undefined)[];

/**
 * What records say besides voxels: META fields per label and MERGE edges per pair. Each is the last record in the order
 * that is not undone (R15). A merged group shows the last META among its members, so un-merging restores each (R56).
 */
export class LabelFacts {
  readonly #fields = new Map<LabelValue, FieldRecords>();
  readonly #edges = new Map<string, FoldRecord[]>();
  #partition: MergePartition | null = null;
  #base: BaseFacts = noFacts;
  readonly #baseFields = new Map<LabelValue, (FoldRecord | undefined)[]>();
  /** False while the facts of the base are behind the document's rev: what is shown may lack some. */
  isBaseKnown = true;
  /** Rises with every change. */
  revision = 0;

  get base(): BaseFacts {
    return this.#base;
  }

  /** What folded records say; live ones lie above it. */
  setBase(base: BaseFacts): void {
    this.#base = base;
    this.#baseFields.clear();
    for (const entry of base.fields) {
      if (entry.record.kind !== 4) continue;
      const fields = this.#baseFields.get(entry.record.label) ?? [];
      fields[entry.record.field] = entry;
      this.#baseFields.set(entry.record.label, fields);
    }
    this.#partition = null;
    this.revision++;
  }

  add(entry: FoldRecord): void {
    const list = this.#listOf(entry, true);
    if (!list) return;
    insertInOrder(list, entry, compareRecords);
    this.changed(entry);
  }

  remove(entry: FoldRecord): void {
    const list = this.#listOf(entry, false);
    if (list && removeInOrder(list, entry, compareRecords) >= 0) this.changed(entry);
  }

  /** The entry was undone or redone. */
  changed(entry: FoldRecord): void {
    const { kind } = entry.record;
    if (kind !== 4 && kind !== 5 && kind !== 6) return;
    this.revision++;
    if (kind !== 4) this.#partition = null;
  }

  #listOf({ record }: FoldRecord, make: boolean): FoldRecord[] | undefined {
    if (record.kind === 4) {
      let fields = this.#fields.get(record.label);
      if (!fields && make) {
        fields = [];
        this.#fields.set(record.label, fields);
      }
      if (fields && !fields[record.field] && make) fields[record.field] = [];
      return fields?.[record.field];
    }
    if (record.kind !== 5 && record.kind !== 6) return undefined;
    const pair = `${record.a} ${record.b}`;
    let list = this.#edges.get(pair);
    if (!list && make) {
      list = [];
      this.#edges.set(pair, list);
    }
    return list;
  }

  *liveEdges(): IterableIterator<readonly [LabelValue, LabelValue]> {
    const decided = new Set<string>();
    for (const [pair, list] of this.#edges) {
      const record = list.findLast((entry) => !entry.undone)?.record;
      if (record) decided.add(pair);
      if (record?.kind === 5) yield [record.a, record.b];
    }
    for (const edge of this.#base.edges) if (!decided.has(`${edge[0]} ${edge[1]}`)) yield edge;
  }

  get partition(): MergePartition {
    this.#partition ??= new MergePartition(this.liveEdges());
    return this.#partition;
  }

  /** Fields of the merged group that the label belongs to. */
  fieldsOf(label: LabelValue): NucleusFields {
    const out: Record<string, string> = {};
    const members = this.partition.members(label);
    metaFieldNames.forEach((name, index) => {
      let last: FoldRecord | undefined;
      for (const member of members) {
        const live = this.#fields.get(member)?.[index + 1]?.findLast((candidate) => !candidate.undone);
        const entry = live ?? this.#baseFields.get(member)?.[index + 1];
        if (entry && (!last || compareRecords(last, entry) < 0)) last = entry;
      }
      if (last?.record.kind === 4 && last.record.value !== null) out[name] = String(last.record.value);
    });
    return out;
  }

  /** Labels that some META names. */
  labelsWithFields(): IterableIterator<LabelValue> {
    return new Set([...this.#baseFields.keys(), ...this.#fields.keys()]).values();
  }
}
