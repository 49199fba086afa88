import { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { DocumentFeed } from "./document/document-feed.ts";
import { baseOf, currentGenerationNumber, generationOf } from "./document/document-layout.ts";
import { OUTBOX_GENERATION } from "./fold/fold-record.ts";
import { LabelFold } from "./fold/label-fold.ts";
import type { LabelGrid } from "./record/label-grid.ts";
import type { RecordId } from "./record/record.ts";
import type { OutboxRow } from "./unsent/outbox.ts";

/** Origin of the client's own transactions. */
export const OWN_ORIGIN = "own";

/**
 * One copy of the shared document with its fold. Never kept over a page load (R6), and replaced whole after a refusal:
 * a document that holds a refused struct can never sync again.
 */
export class Replica {
  readonly doc = new Y.Doc();
  readonly awareness = new Awareness(this.doc);
  readonly fold: LabelFold;
  readonly #feed: DocumentFeed;

  constructor(grid: LabelGrid, onRemote: () => void, onBase: () => void) {
    this.awareness.setLocalState(null);
    this.fold = new LabelFold(grid);
    this.#feed = DocumentFeed.open(this.doc, this.fold, onBase);
    this.doc.on("update", (_update: Uint8Array, origin: unknown) => {
      if (origin !== OWN_ORIGIN) onRemote();
    });
  }

  /** Own records that no generation has yet belong on top (R12). */
  addOwn(rows: readonly OutboxRow[]): void {
    for (const { id, stored } of rows) if (!this.fold.get(id)) this.fold.put(id, stored, OUTBOX_GENERATION);
  }

  /** Generation of the document that holds the record; undefined while only the outbox has it. */
  liveGeneration(id: RecordId): number | undefined {
    const generation = this.fold.get(id)?.generation;
    return generation === OUTBOX_GENERATION ? undefined : generation;
  }

  get rev(): number {
    return baseOf(this.doc).rev;
  }

  get currentGeneration(): number {
    return currentGenerationNumber(this.doc);
  }

  /** Writes records into the current generation, in one transaction. */
  set(rows: readonly OutboxRow[]): void {
    const generation = generationOf(this.doc, this.currentGeneration);
    if (!generation || rows.length === 0) return;
    this.doc.transact(() => {
      for (const { id, stored } of rows) generation.set(id, stored);
    }, OWN_ORIGIN);
  }

  close(): void {
    this.#feed.close();
    this.awareness.destroy();
    this.doc.destroy();
  }
}
