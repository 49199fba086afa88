/** Undoes what puts equal bytes or bits of neighbouring numbers beside each other. What is left over of the last element comes as it is. */

/** All first bytes of the elements, then all second ones… */
export function unshuffleBytes(source: Uint8Array, target: Uint8Array, typeBytes: number): void {
  const elements = Math.floor(source.length / typeBytes);
  for (let b = 0; b < typeBytes; b++)
    for (let i = 0, from = b * elements, to = b; i < elements; i++, from++, to += typeBytes) target[to] = source[from];
  target.set(source.subarray(elements * typeBytes), elements * typeBytes);
}

/** The same for bits, least significant first; only where the elements fill whole bytes. */
export function unshuffleBits(source: Uint8Array, target: Uint8Array, typeBytes: number): void {
  const elements = Math.floor(source.length / typeBytes);
  if (elements % 8 !== 0) {
    target.set(source);
    return;
  }
  const rowBytes = elements / 8;
  for (let b = 0; b < typeBytes; b++)
    for (let column = 0; column < rowBytes; column++) {
      let row = b * 8 * rowBytes + column;
      let low = 0;
      let high = 0;
      for (let bit = 0; bit < 32; bit += 8, row += rowBytes) low |= source[row] << bit;
      for (let bit = 0; bit < 32; bit += 8, row += rowBytes) high |= source[row] << bit;
      // 8 × 8 bits are transposed by halves: Warren, Hacker's Delight, 7-3.
      let moved = (low ^ (low >>> 7)) & 0x00aa00aa;
      low ^= moved ^ (moved << 7);
      moved = (high ^ (high >>> 7)) & 0x00aa00aa;
      high ^= moved ^ (moved << 7);
      moved = (low ^ (low >>> 14)) & 0x0000cccc;
      low ^= moved ^ (moved << 14);
      moved = (high ^ (high >>> 14)) & 0x0000cccc;
      high ^= moved ^ (moved << 14);
      const first = (low & 0x0f0f0f0f) | ((high & 0x0f0f0f0f) << 4);
      const second = ((low >>> 4) & 0x0f0f0f0f) | (high & 0xf0f0f0f0);
      let to = column * 8 * typeBytes + b;
      for (let bit = 0; bit < 32; bit += 8, to += typeBytes) target[to] = first >>> bit;
      for (let bit = 0; bit < 32; bit += 8, to += typeBytes) target[to] = second >>> bit;
    }
  target.set(source.subarray(elements * typeBytes), elements * typeBytes);
}
