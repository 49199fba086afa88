import type { ActStore, KeptActs, UndoableAct } from "../../core/sync/unsent/undo-stack.ts";

/** A page that goes on for hours writes its list down this often at most: painting does not wait for it. */
const SAVE_EVERY_MS = 500;
/** Acts of thousands of records, as deleting in many bricks makes, must not fill what other parts need. */
const MAX_CHARACTERS = 100_000;

const isAct = (value: unknown): value is UndoableAct =>
  typeof value === "object" &&
  value !== null &&
  "name" in value &&
  typeof value.name === "string" &&
  "at" in value &&
  Number.isSafeInteger(value.at) &&
  (!("takesBack" in value) || value.takesBack === true) &&
  (!("proposals" in value) || (Array.isArray(value.proposals) && value.proposals.every(Number.isSafeInteger))) &&
  "ids" in value &&
  Array.isArray(value.ids) &&
  value.ids.every((id) => typeof id === "string" && /^[0-9a-z]{1,11}\.[0-9a-z]{1,7}$/.test(id));

/** Acts were kept with one proposal before several could be accepted in one. */
function withProposals(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("proposal" in value)) return value;
  const { proposal, ...act } = value;
  return { ...act, proposals: [proposal] };
}

const actsOf = (value: unknown): UndoableAct[] => (Array.isArray(value) ? value.map(withProposals).filter(isAct) : []);

/** What may be undone after a reload, in the browser's local storage. One tab of a person edits (R20) and writes here. */
export class KeptActsStore implements ActStore {
  readonly #key: string;
  readonly #storage: () => Pick<Storage, "getItem" | "setItem" | "removeItem">;
  #acts: (() => KeptActs) | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    volumeId: string,
    userId: string,
    storage: () => Pick<Storage, "getItem" | "setItem" | "removeItem"> = () => globalThis.localStorage,
  ) {
    this.#key = `karyoloop-acts:${volumeId}:${userId}`;
    this.#storage = storage;
  }

  load(): KeptActs {
    try {
      const kept: unknown = JSON.parse(this.#storage().getItem(this.#key) ?? "{}");
      const { done, undone } = (kept ?? {}) as Partial<Record<keyof KeptActs, unknown>>;
      return { done: actsOf(done), undone: actsOf(undone) };
    } catch {
      return { done: [], undone: [] }; // withheld, or not ours
    }
  }

  save(acts: () => KeptActs): void {
    this.#acts = acts;
    this.#timer ??= setTimeout(this.flush, SAVE_EVERY_MS);
  }

  flush = (): void => {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#acts) return;
    const { undone, ...rest } = this.#acts();
    let { done } = rest;
    this.#acts = null;
    try {
      let text = JSON.stringify({ done, undone });
      while (text.length > MAX_CHARACTERS && done.length > 0) {
        done = done.slice(Math.ceil(done.length / 2));
        text = JSON.stringify({ done, undone });
      }
      if (text.length <= MAX_CHARACTERS) this.#storage().setItem(this.#key, text);
    } catch {
      // Withheld or full: undo works until the page goes.
    }
  };
}
