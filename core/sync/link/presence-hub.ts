import type { Awareness } from "y-protocols/awareness";
import type { Peer, Presence, Unsubscribe } from "../../edit/label-document.ts";
import { emptyPresence, peersOf } from "./presence.ts";

/** R58: at most 5 a second leave this page; the server coalesces further. */
const MIN_INTERVAL_MS = 200;

/** The own presence, sent sparingly, and that of the others. Survives the replacement of the document. */
export class PresenceHub {
  readonly #schedule: (task: () => void, delayMs: number) => () => void;
  readonly #listeners = new Set<() => void>();
  readonly #onChange = () => {
    this.#peers = null;
    for (const listener of [...this.#listeners]) listener();
  };
  #awareness: Awareness | null = null;
  #own: Presence;
  #peers: readonly Peer[] | null = null;
  #pending = false;
  #resting = false;

  constructor(who: Partial<Presence>, schedule: (task: () => void, delayMs: number) => () => void) {
    this.#own = { ...emptyPresence, ...who };
    this.#schedule = schedule;
  }

  attach(awareness: Awareness): void {
    this.#awareness?.off("change", this.#onChange);
    this.#awareness = awareness;
    awareness.on("change", this.#onChange);
    awareness.setLocalState({ ...this.#own });
    this.#onChange();
  }

  set(change: Partial<Presence>): void {
    this.#own = { ...this.#own, ...change };
    this.#pending = true;
    if (!this.#resting) this.#send();
  }

  peers(): readonly Peer[] {
    if (!this.#awareness) return [];
    this.#peers ??= peersOf(this.#awareness.getStates(), this.#awareness.clientID);
    return this.#peers;
  }

  onChange(listener: () => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #send(): void {
    this.#pending = false;
    this.#awareness?.setLocalState({ ...this.#own });
    this.#resting = true;
    this.#schedule(() => {
      this.#resting = false;
      if (this.#pending) this.#send();
    }, MIN_INTERVAL_MS);
  }
}
