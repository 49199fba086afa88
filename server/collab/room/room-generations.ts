import * as Y from "yjs";
import {
  currentGenerationNumber,
  generationOf,
  generationsOf,
  sealGeneration,
} from "../../../core/sync/document/document-layout.ts";
import type { RecordGate } from "../gate/record-gate.ts";

/**
 * R42: a generation is sealed at this many records, or after this time if it is not empty. Four of them live at most: what
 * a new page reads, and what a fold takes in at once.
 */
const SEAL_RECORDS = 1000;
const SEAL_AFTER_MS = 10 * 60_000;

/** When the document goes on to its next generation, and which ones the gate knows. */
export class RoomGenerations {
  readonly #doc: Y.Doc;
  readonly #gate: RecordGate;
  readonly #origin: string;
  #records = 0;
  #openedMs: number;

  /** `origin` marks the server's own transactions. */
  constructor(doc: Y.Doc, gate: RecordGate, origin: string, nowMs: number) {
    this.#doc = doc;
    this.#gate = gate;
    this.#origin = origin;
    this.#openedMs = nowMs;
    this.learn();
  }

  /** The generation that records are written to. */
  current(): Y.Map<Uint8Array> {
    const generation = generationOf(this.#doc, currentGenerationNumber(this.#doc));
    if (!generation) throw new Error("the document has no generation");
    return generation;
  }

  countRecord(): void {
    this.#records++;
  }

  /** After records were counted that had been there before. */
  recount(): void {
    this.#records = this.current().size;
  }

  isDue(nowMs: number): boolean {
    const aged = nowMs - this.#openedMs >= SEAL_AFTER_MS;
    return this.#records >= SEAL_RECORDS || (aged && this.#records > 0);
  }

  seal(nowMs: number): void {
    sealGeneration(this.#doc, this.#origin);
    this.learn();
    this.#records = 0;
    this.#openedMs = nowMs;
  }

  /** Tells the gate of every generation that is or was there. */
  learn(): void {
    for (const [, generation] of generationsOf(this.#doc)) {
      const id = generation._item?.id;
      if (id) this.#gate.addGeneration(id);
    }
    // Generations that were dropped: their items are kept as deleted ones under the same root key.
    for (const structs of this.#doc.store.clients.values())
      for (const struct of structs)
        if (struct instanceof Y.Item && struct.parent === generationsOf(this.#doc)) this.#gate.addGeneration(struct.id);
  }
}
