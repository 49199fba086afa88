/** Little-endian base-128 varints ("vu", LEB128) of 0 … 2⁵³−1 and plain bytes, as records are written. */

/** Bytes that are no record of ours: thrown by every decoder of this folder, never anything else. */
export class MalformedBytes extends Error {
  readonly _tag = "MalformedBytes";
}

export function malformed(reason: string): never {
  throw new MalformedBytes(reason);
}

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a === b || (a.length === b.length && a.every((byte, i) => byte === b[i]));

export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 64) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  vu(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  bytes(source: Uint8Array): void {
    this.#reserve(source.length);
    this.#bytes.set(source, this.#length);
    this.#length += source.length;
  }

  /** A copy: the writer may go on. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

export class ByteReader {
  readonly source: Uint8Array;
  position: number;

  constructor(source: Uint8Array, position = 0) {
    this.source = source;
    this.position = position;
  }

  get atEnd(): boolean {
    return this.position >= this.source.length;
  }

  u8(): number {
    if (this.position >= this.source.length) malformed("truncated");
    return this.source[this.position++];
  }

  vu(): number {
    let value = 0;
    let weight = 1;
    // 8 groups of 7 bits reach 2⁵⁶: enough to see that 2⁵³−1 is passed, and a bound for the loop.
    for (let group = 0; group < 8; group++) {
      const byte = this.u8();
      value += (byte & 127) * weight;
      if (value > Number.MAX_SAFE_INTEGER) malformed("varint beyond 2^53-1");
      if (byte < 128) return value;
      weight *= 128;
    }
    return malformed("varint beyond 2^53-1");
  }

  /** A view into the source. */
  bytes(count: number): Uint8Array {
    if (count > this.source.length - this.position) malformed("truncated");
    this.position += count;
    return this.source.subarray(this.position - count, this.position);
  }

  end(): void {
    if (!this.atEnd) malformed("trailing bytes");
  }
}
