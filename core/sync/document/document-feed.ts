import * as Y from "yjs";
import { withoutPause, withPauses } from "../../steps.ts";
import { emptyBase } from "../fold/base-state.ts";
import type { LabelFold } from "../fold/label-fold.ts";
import { baseOf, type Generation, generationsOf, metaOf } from "./document-layout.ts";
import { followBase } from "./follow-base.ts";

/**
 * Feeds a LabelFold from a document: once from all it holds, then from its events. A Y.Map reports its changed keys in
 * O(changes); generations are read while they are there, as a deleted one is unreadable afterwards (R27).
 * Of one transaction Yjs tells `observe` before `observeDeep`: the base has moved before its generation goes.
 */
export class DocumentFeed {
  readonly #doc: Y.Doc;
  readonly #fold: LabelFold;
  readonly #numbers = new Map<Generation, number>();
  readonly #onBase: () => void;
  #base = emptyBase;
  readonly #observeGenerations = (events: Y.YEvent<Y.AbstractType<unknown>>[]) => this.#read(events);
  readonly #observeMeta = (event: Y.YMapEvent<unknown>) => {
    if (event.keysChanged.has("base")) this.#readBase();
  };

  private constructor(doc: Y.Doc, fold: LabelFold, onBase: () => void) {
    this.#doc = doc;
    this.#fold = fold;
    this.#onBase = onBase;
  }

  /** `onBase` is told when the base has moved, or a generation is gone: bricks and facts may await theirs. */
  static open(doc: Y.Doc, fold: LabelFold, onBase: () => void): DocumentFeed {
    const feed = new DocumentFeed(doc, fold, onBase);
    withoutPause(feed.#readAll());
    return feed.#listen();
  }

  /** The same with pauses between the records; the document must not change before this has resolved. */
  static async openSlowly(
    doc: Y.Doc,
    fold: LabelFold,
    onBase: () => void,
    pause: () => Promise<void>,
  ): Promise<DocumentFeed> {
    const feed = new DocumentFeed(doc, fold, onBase);
    await withPauses(feed.#readAll(), pause);
    return feed.#listen();
  }

  *#readAll(): Generator<void, void, void> {
    this.#readBase();
    for (const [name, generation] of generationsOf(this.#doc)) yield* this.#readWhole(Number(name), generation);
  }

  #listen(): DocumentFeed {
    generationsOf(this.#doc).observeDeep(this.#observeGenerations);
    metaOf(this.#doc).observe(this.#observeMeta);
    return this;
  }

  close(): void {
    generationsOf(this.#doc).unobserveDeep(this.#observeGenerations);
    metaOf(this.#doc).unobserve(this.#observeMeta);
  }

  #readBase(): void {
    const before = this.#base;
    this.#base = baseOf(this.#doc);
    followBase(this.#doc, this.#fold, before, this.#base);
    if (before.rev !== this.#base.rev) this.#onBase();
  }

  *#readWhole(number: number, generation: Generation): Generator<void, void, void> {
    this.#numbers.set(generation, number);
    for (const [id, stored] of generation) {
      this.#fold.put(id, stored, number);
      yield;
    }
  }

  #read(events: Y.YEvent<Y.AbstractType<unknown>>[]): void {
    for (const event of events) {
      if (!(event instanceof Y.YMapEvent)) continue;
      const generations = generationsOf(this.#doc);
      if (event.target === generations) for (const name of event.keysChanged) this.#readGeneration(String(name));
      else this.#readKeys(event.target as Generation, event.keysChanged as Set<string>);
    }
  }

  #readGeneration(name: string): void {
    const generation = generationsOf(this.#doc).get(name);
    if (generation) withoutPause(this.#readWhole(Number(name), generation));
    else {
      this.#forget(Number(name));
      this.#onBase();
    }
  }

  #readKeys(generation: Generation, ids: ReadonlySet<string>): void {
    const number = this.#numbers.get(generation);
    if (number === undefined) return;
    for (const id of ids) {
      const stored = generation.get(id);
      if (stored) this.#fold.put(id, stored, number);
    }
  }

  /** A generation left the document: a record that also lives in another one stays, in the highest. */
  #forget(number: number): void {
    const remaining = [...generationsOf(this.#doc)].sort(([a], [b]) => Number(b) - Number(a));
    for (const { record, generation } of [...this.#fold.records()]) {
      if (generation !== number) continue;
      this.#fold.remove(record.id);
      const elsewhere = remaining.find(([, map]) => map.has(record.id));
      if (elsewhere) this.#fold.put(record.id, elsewhere[1].get(record.id) ?? new Uint8Array(), Number(elsewhere[0]));
    }
  }
}
