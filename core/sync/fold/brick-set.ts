import { LabelBrick } from "../../labels/label-brick.ts";
import { paintRuns, restoreBox } from "../../labels/label-brick-paint.ts";
import type { BrickKey } from "../../volume/brick.ts";
import { boxesMeet, type LabelGrid, unionBox } from "../record/label-grid.ts";
import type { Beside, LocalBox, PaintVoxels } from "../record/record.ts";
import { hashBrick } from "./base-state.ts";
import { comparePaintItems, type FoldRecord, insertInOrder, type PaintItem, removeInOrder } from "./fold-record.ts";

interface LoadedBrick {
  voxels: LabelBrick;
  /** Items looked at and sections painted again since the last reading, by changes that did not come last. */
  repainted: number;
  /** The voxels are behind: they are painted anew when somebody reads them. */
  isStale: boolean;
  /** A large body paints here: painting again may mean inflating megabytes, so it waits for a reader. */
  isHeavy: boolean;
  /** Its base is behind the document's and on its way: the voxels stay as they are but for what is painted on top. */
  isAwaiting: boolean;
}

/** Below this it does not pay to put off a change: a hundred late strokes in a brick of a hundred. */
const REPAINT_AT_ONCE = 10_000;
const HEAVY_BODY_BYTES = 1024 * 1024;
const MAX_HELD_BYTES = 128 * 1024 * 1024;

/**
 * Paint items per brick in the order of the history, and the voxels of the bricks that are loaded.
 * Items of bricks that are not loaded are only indexed (R27); loading one folds them into its base at once (R51).
 * Late changes repaint their box. When that has cost more than painting the whole brick, the rest waits for a reader:
 * the work between two readings is bounded by what the brick holds, not by the square of it.
 */
export class BrickSet {
  readonly #grid: LabelGrid;
  readonly #items = new Map<BrickKey, PaintItem[]>();
  readonly #loaded = new Map<BrickKey, LoadedBrick>();
  #changed = new Map<BrickKey, LocalBox | null>();

  constructor(grid: LabelGrid) {
    this.#grid = grid;
  }

  /** Bricks that some live record paints, undone or not. */
  paintedKeys(): BrickKey[] {
    return [...this.#items.keys()];
  }

  loadedKeys(): BrickKey[] {
    return [...this.#loaded.keys()];
  }

  isLoaded(key: BrickKey): boolean {
    return this.#loaded.has(key);
  }

  /** Loaded or not: some live record paints here, undone or not. */
  isPainted(key: BrickKey): boolean {
    return this.#items.has(key);
  }

  /** True where a loaded brick has voxels of its own in memory. */
  takesMemory(key: BrickKey): boolean {
    const brick = this.#loaded.get(key);
    return brick !== undefined && brick.voxels.voxels !== null;
  }

  /** Null = all background; undefined = not loaded. */
  read(key: BrickKey): Uint32Array | null | undefined {
    const brick = this.#loaded.get(key);
    if (!brick) return undefined;
    if (brick.isStale && !brick.isAwaiting) this.#paintAnew(key, brick);
    brick.repainted = 0;
    return brick.voxels.voxels;
  }

  /** The base alone; null = all background, or not loaded. */
  baseOf(key: BrickKey): Uint32Array | null {
    return this.#loaded.get(key)?.voxels.base ?? null;
  }

  itemsOf(key: BrickKey): readonly PaintItem[] {
    return this.#items.get(key) ?? [];
  }

  /**
   * The voxels of large bodies that reading or loading a brick would inflate, made beside everything else. Some of them,
   * where there are very many: the others are inflated one by one.
   */
  async hold(key: BrickKey, beside: Beside): Promise<PaintVoxels[]> {
    const held: PaintVoxels[] = [];
    let bytes = 0;
    for (const { body } of this.itemsOf(key).filter(isHeavy)) {
      bytes += body?.size.bodyBytes ?? 0;
      if (body && bytes < MAX_HELD_BYTES) held.push(await body.hold(beside));
    }
    return held;
  }

  load(key: BrickKey, base: Uint32Array | null): void {
    const brick = {
      voxels: new LabelBrick(this.#grid.brickSize, base),
      repainted: 0,
      isStale: false,
      isHeavy: this.itemsOf(key).some(isHeavy),
      isAwaiting: false,
    };
    this.#loaded.set(key, brick);
    this.#paintAnew(key, brick);
    this.#changed.set(key, null);
  }

  /** Lets go of the voxels, which are as they were: no change. */
  drop(key: BrickKey): void {
    this.#loaded.delete(key);
  }

  /** What is in the brick is no longer true, without its base being here. */
  markStale(key: BrickKey): void {
    this.#changed.set(key, null);
  }

  /** Loaded bricks whose base has to be fetched anew. */
  awaitingKeys(): BrickKey[] {
    return [...this.#loaded].flatMap(([key, { isAwaiting }]) => (isAwaiting ? [key] : []));
  }

  /** The base of a loaded brick has changed in a way that is not known here: what is shown stays until it arrives. */
  await(key: BrickKey): void {
    const brick = this.#loaded.get(key);
    if (!brick) this.markStale(key);
    if (!brick || brick.isAwaiting) return;
    if (brick.isStale) this.#paintAnew(key, brick);
    brick.isAwaiting = true;
  }

  /**
   * Takes the items of folded records out, and paints those that are not undone into the base (R52). False where the new
   * base is not the one that `hash` names: the brick awaits it then.
   */
  foldIn(key: BrickKey, folded: ReadonlySet<FoldRecord>, painted: readonly PaintItem[], hash: string | null): boolean {
    const rest = this.itemsOf(key).filter(({ owner }) => !folded.has(owner));
    const brick = this.#loaded.get(key);
    const base = brick && !brick.isAwaiting ? this.#paintBase(brick.voxels.base, painted, hash) : null;
    if (brick && !base) this.await(key);
    if (rest.length > 0) this.#items.set(key, rest);
    else this.#items.delete(key);
    if (!brick || !base) return !brick;
    const shown = brick.isStale ? null : brick.voxels.voxels;
    const wasStale = brick.isStale;
    brick.voxels = base;
    brick.isHeavy = rest.some(isHeavy);
    this.#paintAnew(key, brick);
    if (wasStale || !sameVoxels(shown, brick.voxels.voxels)) this.#changed.set(key, null);
    return true;
  }

  #paintBase(base: Uint32Array | null, painted: readonly PaintItem[], hash: string | null): LabelBrick | null {
    if (painted.length === 0) return hash === null ? new LabelBrick(this.#grid.brickSize, base) : null;
    if (hash === null || painted.some(({ body }) => !body)) return null;
    const next = paintOver(this.#grid, base, painted);
    return hashBrick(next) === hash ? new LabelBrick(this.#grid.brickSize, next) : null;
  }

  /** An item that sorts last is painted; a late one is painted and then covered by its successors (R16). */
  add(item: PaintItem): void {
    const at = this.#insert(item);
    const brick = this.#loaded.get(item.key);
    if (!brick) {
      if (!item.owner.undone) this.markStale(item.key);
      return;
    }
    brick.isHeavy ||= isHeavy(item);
    if (item.owner.undone || !item.body) return;
    const items = this.itemsOf(item.key);
    const comesLast = at === items.length - 1;
    if (brick.isAwaiting) this.#paint(brick.voxels, item, null);
    else if (comesLast && !brick.isStale) this.#paint(brick.voxels, item, null);
    else if (!this.#putsOff(item.key, brick)) {
      this.#paint(brick.voxels, item, null);
      this.#cover(brick, items, at + 1, item.box);
    }
    this.#mark(item.key, item.box);
  }

  /** Takes an item out; its box is folded again where it had painted. */
  remove(item: PaintItem): void {
    if (this.#takeOut(item) >= 0 && !item.owner.undone && item.body) this.refold(item.key, item.box);
  }

  /**
   * Brings items of one record to their new places, while `move` changes the record's. Its record came up from below or
   * down from the outbox: mostly nothing lies between, and then no voxel changes.
   */
  reorder(items: readonly PaintItem[], move: () => void): void {
    const places = items.map((item) => this.#takeOut(item));
    move();
    items.forEach((item, i) => {
      const at = this.#insert(item);
      if (at !== places[i] && !item.owner.undone && item.body) this.refold(item.key, item.box);
    });
  }

  /** Restores a box from the base and paints every live item that meets it, clipped (R16). */
  refold(key: BrickKey, box: LocalBox): void {
    const brick = this.#loaded.get(key);
    if (!brick) {
      this.markStale(key);
      return;
    }
    if (brick.isAwaiting) return;
    const items = this.itemsOf(key);
    if (items.length === 0) {
      brick.voxels.forgetPaint();
      brick.isStale = false;
    } else if (!this.#putsOff(key, brick)) {
      restoreBox(brick.voxels.writable(), this.#grid.brickSize, brick.voxels.base, box);
      this.#cover(brick, items, 0, box);
    }
    this.#mark(key, box);
  }

  /** Bricks that have changed since `takeChanges`. */
  changedKeys(): IterableIterator<BrickKey> {
    return this.#changed.keys();
  }

  /** Changed boxes since the last call; null = the whole brick, which need not be loaded. */
  takeChanges(): Map<BrickKey, LocalBox | null> {
    const changes = this.#changed;
    if (changes.size > 0) this.#changed = new Map();
    return changes;
  }

  #insert(item: PaintItem): number {
    let items = this.#items.get(item.key);
    if (!items) {
      items = [];
      this.#items.set(item.key, items);
    }
    return insertInOrder(items, item, comparePaintItems);
  }

  #takeOut(item: PaintItem): number {
    const items = this.#items.get(item.key);
    const at = items ? removeInOrder(items, item, comparePaintItems) : -1;
    if (items?.length === 0) this.#items.delete(item.key);
    return at;
  }

  /** True when the brick waits for its reader: repainting is dear, or has cost as much as painting all of it. */
  #putsOff(key: BrickKey, brick: LoadedBrick): boolean {
    brick.isStale ||= brick.isHeavy || brick.repainted > Math.max(REPAINT_AT_ONCE, 2 * this.itemsOf(key).length);
    return brick.isStale;
  }

  #paintAnew(key: BrickKey, brick: LoadedBrick): void {
    brick.voxels.forgetPaint();
    for (const item of this.itemsOf(key)) this.#paint(brick.voxels, item, null);
    brick.isStale = false;
  }

  #cover(brick: LoadedBrick, items: readonly PaintItem[], from: number, box: LocalBox): void {
    brick.repainted += items.length - from;
    for (let i = from; i < items.length; i++)
      if (!items[i].owner.undone && boxesMeet(items[i].box, box))
        brick.repainted += this.#paint(brick.voxels, items[i], box);
  }

  /** Returns how many sections it looked at and runs it read, some of them at once. */
  #paint(brick: LabelBrick, item: PaintItem, clip: LocalBox | null): number {
    if (item.owner.undone) return 0;
    return paintItem(() => brick.writable(), this.#grid.brickSize, item, clip);
  }

  #mark(key: BrickKey, box: LocalBox): void {
    const known = this.#changed.get(key);
    if (known === null) return;
    this.#changed.set(key, known ? unionBox(known, box) : box);
  }
}

const isHeavy = ({ body }: PaintItem): boolean => (body?.size.bodyBytes ?? 0) > HEAVY_BODY_BYTES;

/** Paints one item into the voxels of its brick, which are asked for when there is something to paint. */
function paintItem(writable: () => Uint32Array, size: number, { key, body }: PaintItem, clip: LocalBox | null): number {
  if (!body) return 0;
  const { sections, bytes } = body.voxels();
  let work = sections.length;
  for (const { key: painted, box, from, to, label } of sections) {
    if (painted !== key || (clip && !boxesMeet(box, clip))) continue;
    paintRuns(writable(), size, bytes, from, to, box, label, clip);
    work += (to - from) >> 4;
  }
  return work;
}

/** A base with items painted over it in their order, undone or not, as a copy; null where all is background then. */
export function paintOver(
  { brickSize }: LabelGrid,
  base: Uint32Array | null,
  painted: Iterable<PaintItem>,
): Uint32Array | null {
  const next = base ? base.slice() : new Uint32Array(brickSize ** 3);
  for (const item of painted) paintItem(() => next, brickSize, item, null);
  return next.every((label) => label === 0) ? null : next;
}

function sameVoxels(a: Uint32Array | null, b: Uint32Array | null): boolean {
  if (a === b) return true;
  if (!a || !b) return (a ?? b)?.every((label) => label === 0) ?? true;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
