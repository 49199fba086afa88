import { Problem } from "../../problem.ts";
import { BRICK_VOXELS, type BrickKey, brickBox, brickKeyAt, brickKeysOfBox, indexInBrick } from "../../volume/brick.ts";
import { wholeBox, type Zyx } from "../../volume/voxel-space.ts";
import type {
  BrickChange,
  EditAct,
  EditRecord,
  LabelDocument,
  LabelValue,
  NucleusFields,
  Peer,
  Presence,
  SaveState,
  ShiftedAct,
} from "../label-document.ts";

/**
 * A label document without a network, kept as simple as possible so that tests can judge by it: every change replays all
 * acts that are not undone, voxel by voxel. Bricks count as loaded once asked for, to see what an edit loads.
 */
export class MemoryLabelDocument implements LabelDocument {
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  canEdit = true;
  revision = 0;
  nucleiRevision = 0;
  saveState: SaveState = { kind: "saved" };
  readonly acts: { act: EditAct; undone: boolean }[] = [];
  readonly loads: BrickKey[] = [];
  presence: Partial<Presence> = {};
  readonly #base: ReadonlyMap<BrickKey, Uint32Array>;
  readonly #bricks = new Map<BrickKey, Uint32Array>();
  readonly #loaded = new Set<BrickKey>();
  readonly #listeners = new Set<() => void>();
  readonly #brickListeners = new Set<(changes: readonly BrickChange[]) => void>();
  readonly #peerListeners = new Set<() => void>();
  #peers: readonly Peer[] = [];
  #nextLabel: number;

  constructor(options: {
    shapeZyx: Zyx;
    voxelSizeZyx: Zyx;
    labelAt?: (z: number, y: number, x: number) => LabelValue;
    firstLabel?: number;
    loaded?: boolean;
  }) {
    this.shapeZyx = options.shapeZyx;
    this.voxelSizeZyx = options.voxelSizeZyx;
    this.#nextLabel = options.firstLabel ?? 70_000;
    const base = new Map<BrickKey, Uint32Array>();
    for (const key of this.#allKeys()) {
      const brick = new Uint32Array(BRICK_VOXELS);
      const { minZyx, maxZyx } = brickBox(key, this.shapeZyx);
      for (let z = minZyx[0]; z < maxZyx[0]; z++)
        for (let y = minZyx[1]; y < maxZyx[1]; y++)
          for (let x = minZyx[2]; x < maxZyx[2]; x++) brick[indexInBrick(z, y, x)] = options.labelAt?.(z, y, x) ?? 0;
      base.set(key, brick);
      if (options.loaded ?? true) this.#loaded.add(key);
    }
    this.#base = base;
    this.#replay();
  }

  #allKeys(): BrickKey[] {
    return brickKeysOfBox(wholeBox(this.shapeZyx));
  }

  readBrick(key: BrickKey): Uint32Array | undefined {
    return this.#loaded.has(key) ? this.#bricks.get(key) : undefined;
  }

  async loadBricks(keys: readonly BrickKey[]): Promise<void> {
    await Promise.resolve();
    for (const key of keys) {
      if (!this.#bricks.has(key)) throw new Problem({ tag: "no-such-brick", what: "There is no such brick." });
      if (this.#loaded.has(key)) continue;
      this.#loaded.add(key);
      this.loads.push(key);
    }
    this.#tellBricks();
  }

  labelAt(z: number, y: number, x: number): LabelValue {
    return (this.#bricks.get(brickKeyAt(z, y, x)) as Uint32Array)[indexInBrick(z, y, x)];
  }

  newLabel(): LabelValue {
    return this.#nextLabel++;
  }

  async commit(act: EditAct): Promise<void> {
    while (this.acts.some((entry) => entry.undone))
      this.acts.splice(
        this.acts.findIndex((entry) => entry.undone),
        1,
      );
    this.acts.push({ act, undone: false });
    this.#replay();
  }

  undo(): ShiftedAct | null {
    const entry = this.acts.findLast((candidate) => !candidate.undone);
    if (!entry) return null;
    entry.undone = true;
    this.#replay();
    const { name, proposals } = entry.act;
    return { name, ...(proposals && { proposals }) };
  }

  redo(): ShiftedAct | null {
    const entry = this.acts.find((candidate) => candidate.undone);
    if (!entry) return null;
    entry.undone = false;
    this.#replay();
    const { name, proposals } = entry.act;
    return { name, ...(proposals && { proposals }) };
  }

  takeBack(): void {
    throw new Error("the records of this document have no numbers");
  }

  get undoDepth(): number {
    return this.acts.filter((entry) => !entry.undone).length;
  }

  get redoDepth(): number {
    return this.acts.filter((entry) => entry.undone).length;
  }

  #records(): EditRecord[] {
    return this.acts.filter((entry) => !entry.undone).flatMap((entry) => entry.act.records);
  }

  fieldsOf(label: LabelValue): NucleusFields {
    const members = this.membersOf(label);
    const fields: Record<string, string> = {};
    for (const record of this.#records()) {
      if (record.kind !== "field" || !members.includes(record.label)) continue;
      if (record.value === null) delete fields[record.field];
      else fields[record.field] = record.value;
    }
    return fields;
  }

  canonicalLabel(label: LabelValue): LabelValue {
    return this.membersOf(label)[0];
  }

  membersOf(label: LabelValue): readonly LabelValue[] {
    const edges = this.#edges();
    const members = new Set([label]);
    for (let size = 0; size !== members.size; ) {
      size = members.size;
      for (const [a, b] of edges)
        if (members.has(a) || members.has(b)) {
          members.add(a);
          members.add(b);
        }
    }
    return [...members].sort((a, b) => a - b);
  }

  mergeEdgesOf(label: LabelValue): readonly (readonly [LabelValue, LabelValue])[] {
    return this.#edges().filter((edge) => edge.includes(label));
  }

  #edges(): (readonly [LabelValue, LabelValue])[] {
    const edges = new Map<string, readonly [LabelValue, LabelValue]>();
    for (const record of this.#records()) {
      if (record.kind === "merge") edges.set(`${record.a},${record.b}`, [record.a, record.b]);
      if (record.kind === "unmerge") edges.delete(`${record.a},${record.b}`);
    }
    return [...edges.values()];
  }

  #replay(): void {
    for (const [key, brick] of this.#base) this.#bricks.set(key, brick.slice());
    for (const record of this.#records()) {
      if (record.kind === "paint") this.#paint(record.label, record.runs);
      if (record.kind === "paintGroups") for (const group of record.groups) this.#paint(group.label, group.runs);
    }
    this.nucleiRevision++;
    this.#tellBricks();
    this.#tell();
  }

  #paint(label: LabelValue, runs: Int32Array): void {
    for (let i = 0; i < runs.length; i += 4)
      for (let x = runs[i + 2]; x < runs[i + 3]; x++)
        (this.#bricks.get(brickKeyAt(runs[i], runs[i + 1], x)) as Uint32Array)[indexInBrick(runs[i], runs[i + 1], x)] =
          label;
  }

  #tellBricks(): void {
    const changes = [...this.#bricks.keys()].map((key) => ({ key, box: null }));
    for (const listener of this.#brickListeners) listener(changes);
  }

  #tell(): void {
    this.revision++;
    for (const listener of this.#listeners) listener();
  }

  setSaveState(state: SaveState): void {
    this.saveState = state;
    this.#tell();
  }

  setPeers(peers: readonly Peer[]): void {
    this.#peers = peers;
    for (const listener of this.#peerListeners) listener();
  }

  setPresence(presence: Partial<Presence>): void {
    this.presence = { ...this.presence, ...presence };
  }

  peers(): readonly Peer[] {
    return this.#peers;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  keepLoaded(): void {} // nothing ever goes

  onBricksChanged(listener: (changes: readonly BrickChange[]) => void): () => void {
    this.#brickListeners.add(listener);
    return () => this.#brickListeners.delete(listener);
  }

  onPeersChanged(listener: () => void): () => void {
    this.#peerListeners.add(listener);
    return () => this.#peerListeners.delete(listener);
  }

  /** Voxels with a label, counted one by one. */
  countOf(label: LabelValue): number {
    let count = 0;
    for (const key of this.#allKeys()) {
      const { minZyx, maxZyx } = brickBox(key, this.shapeZyx);
      for (let z = minZyx[0]; z < maxZyx[0]; z++)
        for (let y = minZyx[1]; y < maxZyx[1]; y++)
          for (let x = minZyx[2]; x < maxZyx[2]; x++) if (this.labelAt(z, y, x) === label) count++;
    }
    return count;
  }
}
