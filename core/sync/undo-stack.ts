import type { RecordId } from "./record.ts";

/** One gesture with the records it became; undone and redone as a whole (R24, R56). */
export interface UndoableAct {
  readonly name: string;
  readonly ids: readonly RecordId[];
}

/** Undefined of a folded record that no live marker speaks of: only the server knows. */
export type IsUndone = (id: RecordId) => boolean | undefined;

/** Own acts of this page, newest last, in memory. Acts that somebody else undid meanwhile are passed over. */
export class UndoStack {
  readonly #done: UndoableAct[] = [];
  readonly #undone: UndoableAct[] = [];

  push(act: UndoableAct): void {
    this.#done.push(act);
    this.#undone.length = 0;
  }

  undo(isUndone: IsUndone): UndoableAct | null {
    return this.#shift(this.#done, this.#undone, (act) => !act.ids.every((id) => isUndone(id) === true));
  }

  redo(isUndone: IsUndone): UndoableAct | null {
    return this.#shift(this.#undone, this.#done, (act) => act.ids.some((id) => isUndone(id) !== false));
  }

  /** A refused record is no longer part of its act. */
  forget(id: RecordId): void {
    for (const list of [this.#done, this.#undone])
      for (let i = list.length - 1; i >= 0; i--) {
        if (!list[i].ids.includes(id)) continue;
        const ids = list[i].ids.filter((other) => other !== id);
        if (ids.length > 0) list[i] = { ...list[i], ids };
        else list.splice(i, 1);
      }
  }

  get undoDepth(): number {
    return this.#done.length;
  }

  get redoDepth(): number {
    return this.#undone.length;
  }

  #shift(from: UndoableAct[], to: UndoableAct[], fits: (act: UndoableAct) => boolean): UndoableAct | null {
    for (let act = from.pop(); act; act = from.pop()) {
      if (!fits(act)) continue;
      to.push(act);
      return act;
    }
    return null;
  }
}
