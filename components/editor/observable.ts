/** A value that components can watch: `useSyncExternalStore(o.subscribe, o.get, o.get)`. */
export interface Observable<T> {
  get(): T;
  subscribe(listener: () => void): () => void;
}

export class ObservableState<T extends object> implements Observable<T> {
  #state: T;
  readonly #listeners = new Set<() => void>();

  constructor(state: T) {
    this.#state = state;
  }

  readonly get = (): T => this.#state;

  readonly set = (change: Partial<T>): void => {
    const keys = Object.keys(change) as (keyof T)[];
    if (keys.every((key) => Object.is(change[key], this.#state[key]))) return;
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) listener();
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
