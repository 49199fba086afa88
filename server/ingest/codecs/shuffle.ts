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
    for (let bit = 0; bit < 8; bit++) {
      const row = (b * 8 + bit) * rowBytes;
      for (let i = 0; i < elements; i++) target[i * typeBytes + b] |= ((source[row + (i >> 3)] >> (i & 7)) & 1) << bit;
    }
  target.set(source.subarray(elements * typeBytes), elements * typeBytes);
}
