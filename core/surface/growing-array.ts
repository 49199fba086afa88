type Numbers = Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** Numbers whose count is not known before, in eight bytes each at most. */
export class GrowingArray<T extends Numbers> {
  length = 0;
  #values: T;
  readonly #make: new (
    length: number,
  ) => T;

  constructor(make: new (length: number) => T) {
    this.#make = make;
    this.#values = new make(1 << 10);
  }

  at(index: number): number {
    return this.#values[index];
  }

  /** Three at a time: a place, or a triangle. */
  push(a: number, b: number, c: number): void {
    if (this.length + 3 > this.#values.length) {
      const larger = new this.#make(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = a;
    this.#values[this.length++] = b;
    this.#values[this.length++] = c;
  }

  toArray(): T {
    return this.#values.slice(0, this.length) as T;
  }
}
