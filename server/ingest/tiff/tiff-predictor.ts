/** Undoes the differences of TIFF predictors, in place, on bytes in the file's order. Rows of `rowBytes`. */

/** Predictor 2: each sample is the difference to the one `stride` samples before, modulo the type's width. */
export function undoHorizontalDifferences(
  bytes: Uint8Array,
  rowBytes: number,
  sampleBytes: number,
  stride: number,
  littleEndian: boolean,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let row = 0; row + rowBytes <= bytes.length; row += rowBytes) {
    const end = row + rowBytes;
    const step = stride * sampleBytes;
    if (sampleBytes === 1) for (let i = row + step; i < end; i++) bytes[i] += bytes[i - step];
    else if (sampleBytes === 2)
      for (let i = row + step; i < end; i += 2)
        view.setUint16(i, view.getUint16(i, littleEndian) + view.getUint16(i - step, littleEndian), littleEndian);
    else if (sampleBytes === 4)
      for (let i = row + step; i < end; i += 4)
        view.setUint32(i, view.getUint32(i, littleEndian) + view.getUint32(i - step, littleEndian), littleEndian);
    else
      for (let i = row + step; i < end; i += 8)
        view.setBigUint64(
          i,
          view.getBigUint64(i, littleEndian) + view.getBigUint64(i - step, littleEndian),
          littleEndian,
        );
  }
}

/**
 * Predictor 3 (Adobe technical note 3): the bytes of a row are split by significance, most significant first whatever
 * the file's byte order, and then differenced bytewise. The result is in the file's order again.
 */
export function undoFloatingPoint(
  bytes: Uint8Array,
  rowBytes: number,
  sampleBytes: number,
  stride: number,
  littleEndian: boolean,
): void {
  const plane = rowBytes / sampleBytes;
  const row = new Uint8Array(rowBytes);
  for (let start = 0; start + rowBytes <= bytes.length; start += rowBytes) {
    for (let i = start + stride; i < start + rowBytes; i++) bytes[i] += bytes[i - stride];
    row.set(bytes.subarray(start, start + rowBytes));
    for (let i = 0; i < plane; i++)
      for (let b = 0; b < sampleBytes; b++)
        bytes[start + i * sampleBytes + (littleEndian ? sampleBytes - 1 - b : b)] = row[b * plane + i];
  }
}
