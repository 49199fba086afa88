import type { ShiftedAct } from "../../edit/label-document.ts";
import type { RecordId } from "../record/record.ts";

/** One gesture with the records it became; undone and redone as a whole (R24, R56). */
export interface UndoableAct extends ShiftedAct {
  readonly ids: readonly RecordId[];
  /** It undid these records, which were somebody's before: undoing it does them again. */
  readonly takesBack?: true;
  /** When it was done, ms since the epoch, by this computer's clock. */
  readonly at: number;
}

/** Newest last. */
export interface KeptActs {
  readonly done: readonly UndoableAct[];
  readonly undone: readonly UndoableAct[];
}

/**
 * Where a person's acts outlive the page. They are names of records and nothing more: what became of those, the volume
 * knows. What cannot be kept is not undone after a reload, and nothing else is lost.
 */
export interface ActStore {
  load(): KeptActs;
  /** Called after each change: the store may write a little later. */
  save(acts: () => KeptActs): void;
}

/** For as long as it is held on to. */
export function actsInMemory(): ActStore {
  let kept: KeptActs = { done: [], undone: [] };
  return {
    load: () => kept,
    save(acts) {
      const { done, undone } = acts();
      kept = { done: [...done], undone: [...undone] };
    },
  };
}

/** Undefined of a folded record that no live marker speaks of: only the server knows. */
export type IsUndone = (id: RecordId) => boolean | undefined;

/** Some of its records may stand, and can be undone. */
const mayGo = ({ ids }: UndoableAct, isUndone: IsUndone): boolean => !ids.every((id) => isUndone(id) === true);
/** Some of its records may be undone, and can be done again. */
const mayStand = ({ ids }: UndoableAct, isUndone: IsUndone): boolean => ids.some((id) => isUndone(id) !== false);

/** So far back a person goes by hand. */
const MAX_ACTS = 300;

/**
 * Own acts on a volume, over reloads: an UNDO may name a record of another session of the same person (R35, R44). Acts
 * that somebody else undid meanwhile are passed over.
 */
export class UndoStack {
  readonly #done: UndoableAct[];
  readonly #undone: UndoableAct[];
  readonly #store: ActStore;

  constructor(store: ActStore) {
    this.#store = store;
    const { done, undone } = store.load();
    this.#done = [...done];
    this.#undone = [...undone];
  }

  push(act: UndoableAct): void {
    this.#done.push(act);
    if (this.#done.length > MAX_ACTS) this.#done.shift();
    this.#undone.length = 0;
    this.#save();
  }

  undo(isUndone: IsUndone): UndoableAct | null {
    return this.#shift(this.#done, this.#undone, (act) => (act.takesBack ? mayStand : mayGo)(act, isUndone));
  }

  redo(isUndone: IsUndone): UndoableAct | null {
    return this.#shift(this.#undone, this.#done, (act) => (act.takesBack ? mayGo : mayStand)(act, isUndone));
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
    this.#save();
  }

  /** Takes out what was done before `ms`; returns whether that was something. */
  dropBefore(ms: number): boolean {
    const before = this.#done.length + this.#undone.length;
    for (const list of [this.#done, this.#undone]) list.splice(0, list.length, ...list.filter(({ at }) => at >= ms));
    if (this.#done.length + this.#undone.length === before) return false;
    this.#save();
    return true;
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
      this.#save();
      return act;
    }
    this.#save();
    return null;
  }

  #save(): void {
    this.#store.save(() => ({ done: this.#done, undone: this.#undone }));
  }
}
