import { type BaseFacts, decodeFacts, encodeFacts, noFacts } from "../../../core/sync/fold/base-facts.ts";
import type { LabelGrid } from "../../../core/sync/record/label-grid.ts";
import { decodeBlob } from "../../../core/sync/record/paint-ref-codec.ts";
import type { PaintBody, RecordId } from "../../../core/sync/record/record.ts";
import { decodeRecord } from "../../../core/sync/record/record-codec.ts";
import type { BrickKey } from "../../../core/volume/brick.ts";
import { type BaseChange, type BaseStore, type BaseVersion, FACTS_KEY, type FoldedRow } from "../base/base-store.ts";
import { BaseVersions } from "../base/base-versions.ts";
import type { JournalRow } from "../journal/room-store.ts";

/** The base of one volume in memory. Bytes are there as soon as they are written; what names them comes with a tick. */
export class MemoryBaseStore implements BaseStore {
  readonly #grid: LabelGrid;
  readonly #journal: readonly JournalRow[];
  readonly #blobs: ReadonlyMap<string, Uint8Array>;
  readonly #chunks = new Map<string, Uint32Array | Uint8Array>();
  readonly folded = new Map<RecordId, { generation: number; undone: boolean }>();
  readonly watermarks = new Map<number, number>();
  readonly versions = new BaseVersions();
  imported: (key: BrickKey) => Uint32Array | null = () => null;
  /** Lets a test hold up, or fail, what is about to be read or written. */
  before: (what: string) => Promise<void> = async () => {};

  constructor(grid: LabelGrid, journal: readonly JournalRow[], blobs: ReadonlyMap<string, Uint8Array>) {
    this.#grid = grid;
    this.#journal = journal;
    this.#blobs = blobs;
  }

  /** With the tick that it belongs to. */
  take(change: BaseChange): void {
    for (const { session, after, upTo } of change.folded) {
      this.watermarks.set(session, upTo);
      for (const { id, seq, session: of } of this.#journal)
        if (of === session && seq > after && seq <= upTo)
          this.folded.set(id, { generation: change.generation, undone: false });
    }
    for (const [id, undone] of change.undone) {
      const row = this.folded.get(id);
      if (row) row.undone = undone;
    }
    this.versions.take(change);
  }

  newestVersions(): BaseVersion[] {
    return this.versions.keys().flatMap((key) => this.versions.newest(key) ?? []);
  }

  /** Not held up: a page that asks would wait for ever where the server ends meanwhile, and a real one hears that it did. */
  async readVersions(keys: readonly BrickKey[]): Promise<BaseVersion[]> {
    return keys.flatMap((key) => [...this.versions.of(key)]);
  }

  async readBrick(key: BrickKey, version: BaseVersion | undefined): Promise<Uint32Array | null> {
    await this.before("read a brick");
    return this.brickOf(key, version);
  }

  brickOf(key: BrickKey, version: BaseVersion | undefined): Uint32Array | null {
    if (!version) return this.imported(key);
    return version.blob === null ? null : (this.#chunks.get(version.blob) as Uint32Array);
  }

  factsOf(version: BaseVersion | undefined): Uint8Array {
    return version ? (this.#chunks.get(version.blob ?? "") as Uint8Array) : encodeFacts(noFacts);
  }

  async readFacts(version: BaseVersion | undefined): Promise<BaseFacts> {
    return decodeFacts(this.factsOf(version));
  }

  async writeBrick(key: BrickKey, rev: number, voxels: Uint32Array | null): Promise<string | null> {
    await this.before("write a brick");
    if (!voxels) return null;
    const name = `${key}/${rev}/${this.#chunks.size}`;
    this.#chunks.set(name, voxels.slice());
    return name;
  }

  async writeFacts(rev: number, facts: BaseFacts): Promise<string> {
    await this.before("write the facts");
    const name = `facts/${rev}/${this.#chunks.size}`;
    this.#chunks.set(name, encodeFacts(facts));
    return name;
  }

  async readFolded(ids: readonly RecordId[]): Promise<FoldedRow[]> {
    await this.before("read the history");
    return this.#rows().filter(({ id }) => ids.includes(id));
  }

  async readHistory(key: BrickKey, afterGeneration: number): Promise<FoldedRow[]> {
    await this.before("read the history");
    return this.#rows().filter(({ foldedGeneration, record }) => {
      if (foldedGeneration <= afterGeneration) return false;
      const decoded = decodeRecord(record, this.#grid);
      if (key === FACTS_KEY) return decoded.kind >= 4 && decoded.kind <= 6;
      if (decoded.kind === 1 || decoded.kind === 7) return decoded.body.bricks.some((brick) => brick.key === key);
      return decoded.kind === 8 && decoded.bricks.some((brick) => brick.key === key);
    });
  }

  async readBlob(sha256: string, grid: LabelGrid): Promise<PaintBody | null> {
    const bytes = this.#blobs.get(sha256);
    return bytes ? decodeBlob(bytes, grid) : null;
  }

  #rows(): FoldedRow[] {
    return this.#journal.flatMap(({ id, record }) => {
      const row = this.folded.get(id);
      return row ? [{ id, record, foldedGeneration: row.generation, undone: row.undone }] : [];
    });
  }
}
