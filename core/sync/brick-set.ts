import { LabelBrick } from "../labels/label-brick.ts";
import { paintRuns, restoreBox } from "../labels/label-brick-paint.ts";
import type { BrickKey } from "../volume/brick.ts";
import { comparePaintItems, insertInOrder, type PaintItem } from "./fold-record.ts";
import { boxesMeet, type LabelGrid, unionBox } from "./label-grid.ts";
import type { LocalBox } from "./record.ts";

/**
 * Paint items per brick in the order of the history, and the voxels of the bricks that are loaded.
 * Items of bricks that are not loaded are only indexed (R27); loading one folds them into its base at once (R51).
 */
export class BrickSet {
  readonly #grid: LabelGrid;
  readonly #items = new Map<BrickKey, PaintItem[]>();
  readonly #loaded = new Map<BrickKey, LabelBrick>();
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

  /** Null = all background; undefined = not loaded. */
  read(key: BrickKey): Uint32Array | null | undefined {
    return this.#loaded.get(key)?.voxels;
  }

  itemsOf(key: BrickKey): readonly PaintItem[] {
    return this.#items.get(key) ?? [];
  }

  load(key: BrickKey, base: Uint32Array | null): void {
    const brick = new LabelBrick(this.#grid.brickSize, base);
    this.#loaded.set(key, brick);
    for (const item of this.itemsOf(key)) this.#paint(brick, item, null);
    this.#changed.set(key, null);
  }

  drop(key: BrickKey): void {
    if (this.#loaded.delete(key)) this.#changed.set(key, null);
  }

  /** An item that sorts last is painted; a late one is painted and then covered by its successors (R16). */
  add(item: PaintItem): void {
    let items = this.#items.get(item.key);
    if (!items) {
      items = [];
      this.#items.set(item.key, items);
    }
    const at = insertInOrder(items, item, comparePaintItems);
    const brick = this.#loaded.get(item.key);
    if (!brick || item.owner.undone || !item.section) return;
    this.#paint(brick, item, null);
    this.#cover(brick, items, at + 1, item.box);
    this.#mark(item.key, item.box);
  }

  /** Takes an item out; its box is folded again where it had painted. */
  remove(item: PaintItem): void {
    const items = this.#items.get(item.key);
    const at = items?.indexOf(item) ?? -1;
    if (!items || at < 0) return;
    items.splice(at, 1);
    if (items.length === 0) this.#items.delete(item.key);
    if (!item.owner.undone && item.section) this.refold(item.key, item.box);
  }

  /**
   * Brings an item of a record whose generation rose to its new place. Its record came up from below or down from the
   * outbox: mostly nothing lies between, and then no voxel changes.
   */
  reorder(item: PaintItem): void {
    const items = this.#items.get(item.key);
    const from = items?.indexOf(item) ?? -1;
    if (!items || from < 0) return;
    items.splice(from, 1);
    const to = insertInOrder(items, item, comparePaintItems);
    if (to === from || item.owner.undone || !item.section) return;
    this.refold(item.key, item.box);
  }

  /** Restores a box from the base and paints every live item that meets it, clipped (R16). */
  refold(key: BrickKey, box: LocalBox): void {
    const brick = this.#loaded.get(key);
    if (!brick) return;
    const items = this.itemsOf(key);
    if (items.length === 0) brick.forgetPaint();
    else {
      restoreBox(brick.writable(), this.#grid.brickSize, brick.base, box);
      this.#cover(brick, items, 0, box);
    }
    this.#mark(key, box);
  }

  /** Changed boxes since the last call; null = the whole brick. */
  takeChanges(): Map<BrickKey, LocalBox | null> {
    const changes = this.#changed;
    if (changes.size > 0) this.#changed = new Map();
    return changes;
  }

  #cover(brick: LabelBrick, items: readonly PaintItem[], from: number, box: LocalBox): void {
    for (let i = from; i < items.length; i++)
      if (!items[i].owner.undone && boxesMeet(items[i].box, box)) this.#paint(brick, items[i], box);
  }

  #paint(brick: LabelBrick, item: PaintItem, clip: LocalBox | null): void {
    const { section, body } = item;
    if (!section || !body || item.owner.undone) return;
    const { from, to, box, label } = section;
    paintRuns(brick.writable(), this.#grid.brickSize, body.bytes(), from, to, box, label, clip);
  }

  #mark(key: BrickKey, box: LocalBox): void {
    const known = this.#changed.get(key);
    if (known === null) return;
    this.#changed.set(key, known ? unionBox(known, box) : box);
  }
}
