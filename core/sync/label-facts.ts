import type { LabelValue, NucleusFields } from "../edit/label-document.ts";
import { compareRecords, type FoldRecord, insertInOrder, removeInOrder } from "./fold-record.ts";
import { MergePartition } from "./merge-partition.ts";
import { metaFieldNames } from "./record-codec.ts";

type FieldRecords = (FoldRecord[] | undefined)[];

/**
 * What records say besides voxels: META fields per label and MERGE edges per pair. Each is the last record in the order
 * that is not undone (R15). A merged group shows the last META among its members, so un-merging restores each (R56).
 */
export class LabelFacts {
  readonly #fields = new Map<LabelValue, FieldRecords>();
  readonly #edges = new Map<string, FoldRecord[]>();
  #partition: MergePartition | null = null;
  /** Rises with every change. */
  revision = 0;

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
    for (const list of this.#edges.values()) {
      const record = list.findLast((entry) => !entry.undone)?.record;
      if (record?.kind === 5) yield [record.a, record.b];
    }
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
        const entry = this.#fields.get(member)?.[index + 1]?.findLast((candidate) => !candidate.undone);
        if (entry && (!last || compareRecords(last, entry) < 0)) last = entry;
      }
      if (last?.record.kind === 4 && last.record.value !== null) out[name] = String(last.record.value);
    });
    return out;
  }

  /** Labels that some META names. */
  labelsWithFields(): IterableIterator<LabelValue> {
    return this.#fields.keys();
  }
}
