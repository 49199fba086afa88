/** Keeps the most recently used values within a bound of bytes. */
export class ByteLru<Key, Value> {
  readonly maxBytes: number;
  readonly #entries = new Map<Key, { value: Value; bytes: number }>(); // insertion order = age of last use
  #bytes = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  has(key: Key): boolean {
    return this.#entries.has(key);
  }

  /** Without counting as a use. */
  peek(key: Key): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  touch(key: Key): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
  }

  /** Returns the keys that had to go: the least recently used first, none for which `pinned` is true, never the new one. */
  set(key: Key, value: Value, bytes: number, pinned: (key: Key) => boolean = () => false): Key[] {
    this.delete(key);
    this.#entries.set(key, { value, bytes });
    this.#bytes += bytes;
    const evicted: Key[] = [];
    if (this.#bytes <= this.maxBytes) return evicted;
    for (const [old] of this.#entries) {
      if (old === key || pinned(old)) continue;
      evicted.push(old);
      this.delete(old);
      if (this.#bytes <= this.maxBytes) break;
    }
    return evicted;
  }

  delete(key: Key): boolean {
    const entry = this.#entries.get(key);
    if (!entry) return false;
    this.#bytes -= entry.bytes;
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }
}
