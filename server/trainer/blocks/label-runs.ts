/**
 * Labels as runs along the array: how many voxels of background come before one, its length, its label, each as a variable-length
 * number (7 bits a byte, the lowest first).
 */
export function writeRuns(values: Uint32Array, isKept: (label: number) => boolean): Uint8Array {
  const writer = new ByteWriter();
  let end = 0;
  for (let from = 0; from < values.length; ) {
    const label = values[from];
    let to = from + 1;
    while (to < values.length && values[to] === label) to++;
    if (label !== 0 && isKept(label)) {
      writer.number(from - end);
      writer.number(to - from);
      writer.number(label);
      end = to;
    }
    from = to;
  }
  return writer.bytes();
}

/**
 * Fills `values`, which are all 0, and says how many voxels each label has. Throws a RangeError where the bytes say anything else
 * than labels of that many voxels.
 */
export function readRuns(bytes: Uint8Array, values: Uint32Array): Map<number, number> {
  const voxels = new Map<number, number>();
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 28; factor *= 128) {
      if (at === bytes.length) throw new RangeError("the runs are cut off");
      const byte = bytes[at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw new RangeError("a number is too long");
  };
  let end = 0;
  while (at < bytes.length) {
    const [gap, length, label] = [number(), number(), number()];
    const [from, to] = [end + gap, end + gap + length];
    if (length === 0 || to > values.length) throw new RangeError("a run lies outside");
    if (label === 0 || label > 0xffff_ffff) throw new RangeError("a run has no label");
    values.fill(label, from, to);
    voxels.set(label, (voxels.get(label) ?? 0) + length);
    end = to;
  }
  return voxels;
}

class ByteWriter {
  #bytes = new Uint8Array(1 << 16);
  #length = 0;

  number(value: number): void {
    if (this.#length + 5 > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#bytes.length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest & 127) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
