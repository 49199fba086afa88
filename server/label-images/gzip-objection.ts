/** Of the smallest gzip: header of 10 bytes, an empty block, checksum and size. */
const LEAST_BYTES = 20;

/**
 * Why these bytes cannot be a gzip of `size` bytes, or null: its first bytes and the size at its end are looked at, which shows
 * what was cut off, emptied or overwritten without unpacking it. Damage within shows when it is unpacked: gzip has a checksum.
 */
export function objectionToGzip(bytes: Uint8Array, size: number): string | null {
  if (bytes.length < LEAST_BYTES) return `${bytes.length} bytes are no packed brick`;
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8) return "it does not begin as a packed brick does";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const unpacked = view.getUint32(bytes.length - 4, true);
  return unpacked === size ? null : `it ends before its ${size} bytes do, or holds ${unpacked}`;
}
