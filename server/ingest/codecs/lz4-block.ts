/**
 * One LZ4 block (the block format of the reference implementation): sequences of literals and of a match `distance` bytes back.
 * Refuses (RangeError) what does not make exactly `size` bytes; never writes beyond them.
 */
export function decodeLz4Block(source: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let at = 0;
  let end = 0;
  const length = (nibble: number): number => {
    let total = nibble;
    if (nibble === 15)
      for (let byte = 255; byte === 255; total += byte) {
        if (at >= source.length) throw new RangeError("an LZ4 block ends amid a length");
        byte = source[at++];
      }
    return total;
  };
  while (at < source.length) {
    const token = source[at++];
    const literals = length(token >> 4);
    if (at + literals > source.length || end + literals > size) throw new RangeError("an LZ4 block is damaged");
    out.set(source.subarray(at, at + literals), end);
    at += literals;
    end += literals;
    // The last sequence has literals only.
    if (at === source.length) break;
    if (at + 2 > source.length) throw new RangeError("an LZ4 block ends amid a distance");
    const distance = source[at] | (source[at + 1] << 8);
    at += 2;
    end = copyMatch(out, end, distance, length(token & 15) + 4);
  }
  if (end !== size) throw new RangeError(`an LZ4 block holds ${end} of ${size} bytes`);
  return out;
}

/** Below this a loop is faster than a call. */
const SHORT = 48;

/** Appends `count` bytes from `distance` back, which may overlap what is being written. Returns the new end. */
export function copyMatch(out: Uint8Array, end: number, distance: number, count: number): number {
  if (distance < 1 || distance > end || end + count > out.length) throw new RangeError("a match points outside");
  if (count <= SHORT) for (let i = end; i < end + count; i++) out[i] = out[i - distance];
  else if (distance >= count) out.copyWithin(end, end - distance, end - distance + count);
  else if (distance === 1) out.fill(out[end - 1], end, end + count);
  else for (let i = end; i < end + count; i++) out[i] = out[i - distance];
  return end + count;
}
