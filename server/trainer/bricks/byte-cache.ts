/** Values by key, those used last; together they never take more than `maxBytes`, or one value alone. */
export class ByteCache<Value> {
  readonly #maxBytes: number;
  readonly #bytesOf: (value: Value) => number;
  /** Those used last are at the end. */
  readonly #values = new Map<string, Value>();
  readonly #coming = new Map<string, Promise<Value>>();
  #bytes = 0;
  #mostBytes = 0;

  constructor(maxBytes: number, bytesOf: (value: Value) => number) {
    this.#maxBytes = maxBytes;
    this.#bytesOf = bytesOf;
  }

  /** The most that was ever kept. */
  get mostBytes(): number {
    return this.#mostBytes;
  }

  /** Whoever asks for a value that is being made waits for the same one. */
  async get(key: string, make: () => Promise<Value>): Promise<Value> {
    if (this.#values.has(key)) {
      const value = this.#values.get(key) as Value;
      this.#values.delete(key);
      this.#values.set(key, value);
      return value;
    }
    const coming = this.#coming.get(key);
    if (coming) return coming;
    const made = make();
    this.#coming.set(key, made);
    try {
      const value = await made;
      this.#keep(key, value);
      return value;
    } finally {
      this.#coming.delete(key);
    }
  }

  #keep(key: string, value: Value): void {
    this.#bytes += this.#bytesOf(value);
    for (const [oldest, old] of this.#values) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#values.delete(oldest);
      this.#bytes -= this.#bytesOf(old);
    }
    this.#values.set(key, value);
    this.#mostBytes = Math.max(this.#mostBytes, this.#bytes);
  }
}
