/**
 * Samples of 1 to 16 bits, one after the other and the highest bit first, each row from a byte of its own (TIFF 6.0,
 * page 29): as bytes, or as little-endian uint16 where they have more than 8 bits.
 */
export function unpackBits(packed: Uint8Array, rowSamples: number, bits: number, lowBitFirst: boolean): Uint8Array {
  const rowBytes = Math.ceil((rowSamples * bits) / 8);
  const rows = Math.floor(packed.length / rowBytes);
  const width = bits > 8 ? 2 : 1;
  const out = new Uint8Array(rows * rowSamples * width);
  const mask = (1 << bits) - 1;
  let to = 0;
  for (let row = 0; row < rows; row++) {
    let at = row * rowBytes;
    let buffer = 0;
    let buffered = 0;
    for (let i = 0; i < rowSamples; i++) {
      while (buffered < bits) {
        const byte = packed[at++];
        buffer = ((buffer << 8) | (lowBitFirst ? REVERSED[byte] : byte)) & 0xffffff;
        buffered += 8;
      }
      buffered -= bits;
      const sample = (buffer >>> buffered) & mask;
      out[to++] = sample;
      if (width === 2) out[to++] = sample >>> 8;
    }
  }
  return out;
}

const REVERSED = Uint8Array.from({ length: 256 }, (_, byte) => {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) if (byte & (1 << bit)) reversed |= 128 >> bit;
  return reversed;
});
