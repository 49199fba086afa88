/*
 * The wire format of protocol buffers (https://protobuf.dev/programming-guides/encoding), as far as ONNX files need it: varints,
 * 32-bit floats, and bytes with a length.
 */

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH = 2;
const FIXED_32 = 5;

/** A message that is being written: its fields in the order in which they were added. */
export class MessageWriter {
  private readonly parts: Uint8Array[] = [];

  /** int32, int64, enum; not negative, below 2^53. */
  integer(field: number, value: number): this {
    this.parts.push(varint(field * 8 + VARINT), varint(value));
    return this;
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.parts.push(varint(field * 8 + FIXED_32), bytes);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.parts.push(varint(field * 8 + LENGTH), varint(value.length), value);
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: MessageWriter): this {
    return this.bytes(field, value.finish());
  }

  finish(): Uint8Array {
    const bytes = new Uint8Array(this.parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

/** The fields of one message by number, in the order of the file. Throws a RangeError where the bytes end too early. */
export class MessageReader {
  private readonly numbers = new Map<number, number[]>();
  private readonly chunks = new Map<number, Uint8Array[]>();

  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    const readVarint = (): number => {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = view.getUint8(at++);
        value += (byte % 128) * scale;
        if (byte < 128) return value;
        if (scale > 2 ** 49) throw new RangeError("a number that is too long");
      }
    };
    const skip = (count: number): number => {
      if (count > bytes.length - at) throw new RangeError("a field that is longer than its message");
      at += count;
      return at - count;
    };
    while (at < bytes.length) {
      const key = readVarint();
      const [field, type] = [Math.floor(key / 8), key % 8];
      if (type === VARINT) add(this.numbers, field, readVarint());
      else if (type === FIXED_32) add(this.numbers, field, view.getFloat32(skip(4), true));
      else if (type === FIXED_64) skip(8);
      else if (type === LENGTH) {
        const length = readVarint();
        const from = skip(length);
        add(this.chunks, field, bytes.subarray(from, from + length));
      } else throw new RangeError(`a field of the unknown type ${type}`);
    }
  }

  /** 0 where it is not there, as the format says. */
  number(field: number): number {
    return this.numbers.get(field)?.at(-1) ?? 0;
  }

  /** Repeated numbers, each with its own key or packed. */
  integers(field: number): number[] {
    return [...(this.numbers.get(field) ?? []), ...(this.chunks.get(field) ?? []).flatMap(unpackVarints)];
  }

  bytes(field: number): Uint8Array {
    return this.chunks.get(field)?.at(-1) ?? new Uint8Array();
  }

  text(field: number): string {
    return new TextDecoder().decode(this.bytes(field));
  }

  texts(field: number): string[] {
    return (this.chunks.get(field) ?? []).map((bytes) => new TextDecoder().decode(bytes));
  }

  messages(field: number): MessageReader[] {
    return (this.chunks.get(field) ?? []).map((bytes) => new MessageReader(bytes));
  }
}

function add<T>(to: Map<number, T[]>, field: number, value: T): void {
  const values = to.get(field);
  if (values) values.push(value);
  else to.set(field, [value]);
}

function unpackVarints(bytes: Uint8Array): number[] {
  const values: number[] = [];
  let value = 0;
  let scale = 1;
  for (const byte of bytes) {
    value += (byte % 128) * scale;
    scale *= 128;
    if (byte >= 128) continue;
    values.push(value);
    [value, scale] = [0, 1];
  }
  return values;
}
